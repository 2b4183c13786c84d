/// Why a pruner cannot be made.
public struct PrunerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of a mistake.
  public enum Code: Hashable, Sendable {
    /// An option outside its range.
    case invalidOption
  }

  /// The kind of the mistake.
  public let code: Code
  /// What is wrong and what is possible.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
