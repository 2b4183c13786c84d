/// What is on record for every process, and on its way to the disk.
public struct PendingSync: Sendable {
  /// Nothing is to be waited for.
  public static let done = PendingSync(end: nil)

  private let end: (@Sendable () throws -> Void)?

  private init(end: (@Sendable () throws -> Void)?) { self.end = end }

  /// - Parameter end: Returns once the disk has it, however often it is called.
  public init(_ end: @escaping @Sendable () throws -> Void) { self.init(end: end) }

  /// Whether it was on the disk from the start, or never will be.
  public var isDone: Bool { end == nil }

  /// Returns once it survives a power loss.
  ///
  /// - Throws: `StorageError` where the disk did not take it.
  public func wait() throws { try end?() }
}
