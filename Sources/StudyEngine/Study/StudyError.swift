import Spelling

/// What is wrong with the use of a study or of a trial.
public struct StudyError: Error, Sendable, CustomStringConvertible {
  /// The kind of a mistake.
  public enum Code: Sendable, Hashable {
    /// The study exists with other directions.
    case directionsDiffer
    /// The study is deterministic with another window.
    case windowDiffers
    /// The study is deterministic, and its window is no number on record.
    case invalidWindow
    /// The trial whose turn it is in a deterministic study waits for others to be finished.
    case mustWait
    /// The study has more than one objective where one is needed.
    case severalObjectives
    /// No trial is complete and feasible yet.
    case noCompleteTrial
    /// The trial has ended, so that nothing more can be told about it.
    case trialFinished
    /// The trial waits, so that there is nothing to tell about it yet.
    case trialWaiting
    /// Another process runs the trial, and is going to end it.
    case trialElsewhere
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

  /// A study without a best trial.
  ///
  /// - Parameters:
  ///   - name: What the study is called.
  ///   - complete: How many of its trials are complete and count.
  ///   - excluded: How many of its trials are excluded.
  package static func noBest(study name: String, complete: Int, excluded: Int) -> StudyError {
    let reason =
      complete == 0
      ? excluded == 0 ? "yet" : "that counts; \(excluded) of its trials \(excluded == 1 ? "is" : "are") excluded"
      : "that meets its constraints yet; \(complete) of its trials do not"
    return StudyError(.noCompleteTrial, "the study '\(name.inMessage)' has no complete trial \(reason)")
  }

  /// The message.
  public var description: String { message }
}
