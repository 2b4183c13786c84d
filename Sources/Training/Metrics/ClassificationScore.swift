import RealModule

/// The sums behind the metrics of a classification, filled batch by batch.
struct ClassificationScore {
  private var count = 0
  private var hits = 0
  private var logLoss = 0.0

  /// Takes rows of logits with their classes.
  ///
  /// - Parameters:
  ///   - logits: Rows of `width` values; only as many rows as there are labels are read.
  ///   - labels: The rows' classes, each of 0..<width.
  mutating func add(logits: UnsafeBufferPointer<Float>, width: Int, labels: ArraySlice<Int32>) {
    for (row, label) in labels.enumerated() {
      let logits = UnsafeBufferPointer(rebasing: logits[row * width..<(row + 1) * width])
      var largest = 0
      for index in logits.indices where logits[index] > logits[largest] { largest = index }
      let label = Int(label)
      hits += largest == label ? 1 : 0

      // log Σ exp z - z of the class, with the largest z taken out so that nothing overflows.
      let shift = Double(logits[largest])
      var sum = 0.0
      for logit in logits { sum += .exp(Double(logit) - shift) }
      logLoss += .log(sum) + shift - Double(logits[label])
      count += 1
    }
  }

  /// The metrics of all rows taken.
  var metrics: Metrics {
    Metrics([.accuracy: Double(hits) / Double(count), .logLoss: logLoss / Double(count)])
  }
}
