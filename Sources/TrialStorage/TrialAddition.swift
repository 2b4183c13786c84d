public import Trials

/// A trial to be added to a study, with what belongs to it elsewhere.
public struct TrialAddition: Sendable, Hashable {
  /// The trial, whose id and number it gets as it is added.
  public var trial: FrozenTrial
  /// What its objective printed where it ran; nil for nothing. Only a finished trial keeps it.
  public var log: String?
  /// What is noted on it; nil for nothing.
  public var note: String?

  /// Makes an addition.
  public init(_ trial: FrozenTrial, log: String? = nil, note: String? = nil) {
    self.trial = trial
    self.log = log
    self.note = note
  }

  /// The log where the trial keeps it.
  package var keptLog: String? { trial.state.isFinished ? log : nil }
}
