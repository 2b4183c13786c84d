/// What is on record for every process, and on its way to the disk.
public struct PendingSync: Sendable {
  /// Nothing is to be waited for.
  public static let done = PendingSync(nil)

  private let end: (@Sendable () throws -> Void)?

  /// - Parameter end: Returns once the disk has it, however often it is called; nil where nothing is to be waited for.
  public init(_ end: (@Sendable () throws -> Void)?) { self.end = end }

  /// Whether it was on the disk from the start, or never will be.
  public var isDone: Bool { end == nil }

  /// Returns once it survives a power loss.
  ///
  /// - Throws: `StorageError` where the disk did not take it.
  public func wait() throws { try end?() }
}
