public import Trials

/// Ends a trial whose best value so far is worse than the median of what complete trials reported at the same step
/// (Golovin et al. 2017, doi:10.1145/3097983.3098043, section 3.1.2).
public struct MedianPruner: Pruner {
  public static let name = "median"

  private let percentile: PercentilePruner

  /// A pruner with the usual options: 5 startup trials, no warmup, every step, one trial at the step.
  public init() { percentile = PercentilePruner(usualWith: 50) }

  /// - Parameters: As of `PercentilePruner`.
  /// - Throws: `PrunerError.invalidOption`.
  public init(
    startupTrials: Int = 5, warmupSteps: Int = 0, intervalSteps: Int = 1, minimumTrials: Int = 1
  ) throws(PrunerError) {
    percentile = try PercentilePruner(
      50, startupTrials: startupTrials, warmupSteps: warmupSteps, intervalSteps: intervalSteps,
      minimumTrials: minimumTrials)
  }

  public func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool {
    percentile.shouldPrune(reports: reports, history: history)
  }
}
