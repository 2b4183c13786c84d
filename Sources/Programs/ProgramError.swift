public import StudyEngine

/// Why no trial can run with a program: an error that ends the run, while what goes wrong within a trial fails the trial.
public struct ProgramError: RunEndingError, Sendable, CustomStringConvertible {
  /// The kind of a mistake.
  public enum Code: Sendable, Hashable {
    /// There is no command, or there is no such program.
    case notFound
    /// The file cannot be started as a program.
    case notExecutable
    /// An argument refers to a parameter that the space does not have.
    case unknownParameter
    /// The system refuses another process, a pipe or a folder.
    case systemFailure
    /// The system does not tell how much memory a program uses.
    case unsupportedLimit
    /// The program fails again and again without a word.
    case broken
  }

  /// The kind of the mistake.
  public let code: Code
  /// What is wrong, and what helps.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

/// Why a trial failed that a program evaluated.
struct ProgramFailure: Error, CustomStringConvertible {
  let description: String
}
