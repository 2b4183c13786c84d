/// What becomes of a trial whose parameters equal those of an earlier one.
///
/// A duplicate is a trial with the same parameters under the same values as a complete, pruned or running trial that
/// counts. It is found once all parameters are known: in `Trial.suggest(_: ParameterSpace)`, where each policy can act, or
/// at the end of a trial that asked for its parameters one by one, which is then on record as a replicate. A failed trial
/// has no duplicate: running its parameters again may succeed.
public enum DuplicatePolicy: String, Sendable, CaseIterable {
  /// Draw again: a few times from the sampler, then at random; where the space has nothing else to offer, and where the
  /// parameters are given or are the point of a grid, run as a replicate.
  ///
  /// The default, since a search is to learn something from each trial.
  case redraw
  /// End the trial with the result of the earlier one, without evaluating it; for objectives that yield the same value
  /// each time. Where the earlier one still runs, run as a replicate.
  case reuse
  /// Run it as a replicate, with a seed of its own; for noisy objectives.
  case replicate

  /// Draws from the sampler before chance takes over, the first one included.
  static let samplerDraws = 10
  /// All draws.
  static let draws = 110
}

/// Thrown by `Trial.suggest(_: ParameterSpace)` under `DuplicatePolicy.reuse`: the trial is to end with the result of an
/// earlier one. An objective lets it pass; who asks and tells by hand calls `Study.tell(_:reusing:)`.
public struct TrialRepeats: Error, Sendable, CustomStringConvertible {
  /// The number of the earlier trial.
  public let number: Int

  public var description: String { "the parameters are those of trial \(number)" }
}
