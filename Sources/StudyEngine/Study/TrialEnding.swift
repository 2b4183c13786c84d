/// Thrown by `Trial.report` when the pruner ends the trial, and by an objective that ends its own trial early.
///
/// An objective lets it pass, so that the trial becomes `pruned`.
public struct TrialPruned: Error, Sendable, CustomStringConvertible {
  /// Makes the error.
  public init() {}

  public var description: String { "the trial was pruned" }
}

/// Thrown by `Trial.report` when the run is stopped: the trial will wait to be run again, from its
/// checkpoint where it has one.
public struct TrialInterrupted: Error, Sendable, CustomStringConvertible {
  /// Makes the error, for an objective that stops by itself what has to run again.
  public init() {}

  public var description: String { "the trial was interrupted" }
}
