/// Why there is no architecture where one was asked for.
public struct ArchitectureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: Hashable, Sendable {
    /// A constraint of the space does not hold for what was chosen; another choice may do.
    case rejected
    /// A space that contradicts itself: an option out of range, one name for two different choices.
    case invalidSpace
    /// A genome that does not fit the space.
    case invalidGenome
    /// A limit that cannot be read.
    case invalidLimit
    /// No architecture was found within the limits.
    case noneWithinLimits
    /// A part of a network that a figure is not defined for.
    case unsupported
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps.
  public let message: String
  /// Where in the text that describes the space; nil for one that is written in Swift.
  package private(set) var place: SourcePlace?

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The error with a place.
  package func placed(at place: SourcePlace) -> ArchitectureError {
    var error = self
    error.place = place
    return error
  }

  /// The message.
  public var description: String { message }
}
