/// How far a training has come, beside its weights.
struct TrainingProgress: Sendable, Hashable {
  /// The finished epochs, in order.
  var history: [EpochReport] = []
  /// The best of them.
  var best: EpochReport?
  /// The parameters after the best epoch; empty before the first.
  var bestParameters: [Float] = []
  /// The steps done of the epoch at work.
  var step = 0
  /// The sum of their losses.
  var lossSum = 0.0
  /// The loss of the first of them.
  var firstLoss: Double?
  /// The rate that the schedule starts from, which a plateau lowers.
  var baseRate: Double
  /// What the reduction on a plateau has seen.
  var plateau = PlateauReduction.State()

  /// Nothing done.
  init(rate: Double) {
    baseRate = rate
  }

  /// The number of the epoch at work, from 1.
  var epoch: Int { history.count + 1 }

  /// Whether no epoch is left, or there was none better for as many as the options have patience for.
  func hasEnded(_ options: TrainingOptions) -> Bool {
    if history.count >= options.epochs { return true }
    guard let patience = options.patience, let best else { return false }
    return step == 0 && history.count - best.epoch >= patience
  }
}
