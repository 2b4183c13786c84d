/// What is wrong with a parameter or a distribution.
public struct SearchSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of a mistake.
  public enum Code: Hashable, Sendable {
    /// Bounds, step or choices that describe no range.
    case invalidDistribution
    /// A range whose lower bound is above its upper one.
    case emptyRange
    /// A stored distribution that cannot be read.
    case malformedJSON
    /// A distribution that contradicts an earlier one of the same name.
    case incompatible
    /// A value outside its distribution, or of another type.
    case invalidValue
    /// A parameter name that is empty or too long.
    case invalidName
    /// Parameters that contradict each other: the same name twice, or a reference to none before.
    case invalidSpace
  }

  /// The kind of the mistake.
  public let code: Code
  /// What is wrong, and what helps.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
