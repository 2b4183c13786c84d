/// Decides which epoch is the best, by a metric on the validation samples or by its average over the epochs so far.
///
/// With decay d the average after t epochs is Σ dᵗ⁻ⁱ mᵢ / Σ dᵗ⁻ⁱ: an exponentially weighted one with the bias correction of
/// Adam (Kingma and Ba 2015, arXiv:1412.6980, section 3), so that the first epochs need no initial value.
struct EpochJudge {
  private let selection: Metric
  private let decay: Double
  private var sums: [Metric: Double] = [:]
  private var weight = 0.0
  private var best: Metrics?

  /// - Parameters:
  ///   - selection: The metric to judge by; of equal epochs the one with the lower loss is better.
  ///   - decay: The decay of the average an epoch, in 0..<1; 0 for no average.
  init(selection: Metric, decay: Double) {
    self.selection = selection
    self.decay = decay
  }

  /// Takes in what an epoch achieved.
  ///
  /// - Parameters:
  ///   - validation: What it achieved.
  ///   - mayBeBest: Whether it is to be compared at all.
  /// - Returns: The averages of all metrics, and whether none before was as good.
  mutating func judge(_ validation: Metrics, mayBeBest: Bool = true) -> (averages: Metrics, isBest: Bool) {
    weight = decay * weight + (1 - decay)
    var averages: [Metric: Double] = [:]
    for metric in Metric.allCases {
      guard let value = validation[metric] else { continue }
      let sum = decay * (sums[metric] ?? 0) + (1 - decay) * value
      sums[metric] = sum
      averages[metric] = decay == 0 ? value : sum / weight
    }
    let judged = Metrics(averages)
    let isBest = mayBeBest && best.map { isBetter(judged, than: $0) } ?? true
    if isBest { best = judged }
    return (judged, isBest)
  }

  private func isBetter(_ metrics: Metrics, than best: Metrics) -> Bool {
    guard let value = metrics[selection], let bestValue = best[selection] else { return false }
    return selection.isBetter(value, than: bestValue) || value == bestValue && metrics.loss < best.loss
  }
}
