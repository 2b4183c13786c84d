/// What is on record for every process, and on its way to the disk.
public struct PendingSync: Sendable {
  /// Nothing is to be waited for.
  public static let done = PendingSync {}

  private let end: @Sendable () throws -> Void

  /// - Parameter end: Returns once the disk has it, however often it is called.
  public init(_ end: @escaping @Sendable () throws -> Void) { self.end = end }

  /// Returns once it survives a power loss.
  ///
  /// - Throws: `StorageError` where the disk did not take it.
  public func wait() throws { try end() }
}
