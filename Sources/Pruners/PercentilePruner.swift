public import Trials

/// Ends a trial whose best value so far is worse than a percentile of what complete trials reported at the same step.
public struct PercentilePruner: Pruner {
  public static let name = "percentile"

  /// Which share of the trials goes on, in percent.
  public let percentile: Double
  /// How many complete trials there must be before any is pruned.
  public let startupTrials: Int
  /// Before this step no trial is pruned.
  public let warmupSteps: Int
  /// From the first step after the warmup on, a trial is judged once in so many steps, at its first report there.
  public let intervalSteps: Int
  /// How many complete trials must have reported at the same step.
  public let minimumTrials: Int

  /// - Throws: `PrunerError.invalidOption` for a percentile outside 0...100, startup trials or warmup steps below 0, and
  ///   an interval or a minimum below 1.
  public init(
    _ percentile: Double, startupTrials: Int = 5, warmupSteps: Int = 0, intervalSteps: Int = 1, minimumTrials: Int = 1
  ) throws(PrunerError) {
    func check(_ holds: Bool, _ option: String, _ range: String) throws(PrunerError) {
      if !holds { throw PrunerError(.invalidOption, "\(option) of the pruner must be \(range)") }
    }
    try check((0...100).contains(percentile), "the percentile \(percentile)", "from 0 to 100")
    try check(startupTrials >= 0, "the startup trials \(startupTrials)", "0 or more")
    try check(warmupSteps >= 0, "the warmup steps \(warmupSteps)", "0 or more")
    try check(intervalSteps >= 1, "the interval \(intervalSteps)", "1 or more")
    try check(minimumTrials >= 1, "the minimum of trials \(minimumTrials)", "1 or more")
    self.percentile = percentile
    self.startupTrials = startupTrials
    self.warmupSteps = warmupSteps
    self.intervalSteps = intervalSteps
    self.minimumTrials = minimumTrials
  }

  /// A pruner with the usual options and a percentile that is known to be one.
  init(usualWith percentile: Double) {
    self.percentile = percentile
    (startupTrials, warmupSteps, intervalSteps, minimumTrials) = (5, 0, 1, 1)
  }

  public func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool {
    let direction = history.directions[0]
    let complete = history.count(of: .complete)
    guard complete > 0, complete >= startupTrials, let step = reports.last?.step, step >= warmupSteps,
      isFirstOfInterval(step, reports: reports)
    else { return false }
    let values = reports.lazy.map(\.value).filter { !$0.isNaN }
    guard let best = direction == .minimize ? values.min() : values.max() else { return true }
    guard let others = history.reports(at: step), others.count >= minimumTrials, others.sorted.count > 0 else {
      return false
    }
    let bar = others.sorted.quantile((direction == .minimize ? percentile : 100 - percentile) / 100)
    return !bar.isNaN && direction.isBetter(bar, than: best)
  }

  /// Whether no earlier report lies in the interval of the last one.
  private func isFirstOfInterval(_ step: Int, reports: [FrozenTrial.IntermediateValue]) -> Bool {
    let start = (step - warmupSteps) / intervalSteps * intervalSteps + warmupSteps
    let previous = reports.last { $0.step < step }?.step ?? -1
    return max(previous, -1) < start
  }
}

extension SortedChunks<Double> {
  /// The quantile by linear interpolation, with NumPy's roundings: NaN next to an infinity.
  fileprivate func quantile(_ share: Double) -> Double {
    let place = Double(count - 1) * share
    let lower = Swift.min(Int(place), count - 1)
    let upper = place >= Double(count - 1) ? lower : lower + 1
    let weight = place >= Double(count - 1) ? 0 : place - Double(lower)
    let (low, high) = (self[lower], self[upper])
    let difference = high - low
    return weight >= 0.5 ? high - difference * (1 - weight) : low + difference * weight
  }
}
