/// What is wrong with the use of a study or of a trial.
public struct StudyError: Error, Sendable, CustomStringConvertible {
  /// The kind of a mistake.
  public enum Code: Sendable, Hashable {
    /// The study exists with other directions.
    case directionsDiffer
    /// The study has more than one objective where one is needed.
    case severalObjectives
    /// No trial is complete and feasible yet.
    case noCompleteTrial
    /// An argument is outside its range.
    case invalidArgument
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
