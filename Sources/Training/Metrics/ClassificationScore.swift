/// The sums behind the metrics of a classification, filled batch by batch.
struct ClassificationScore {
  private var count = 0
  /// For each class the samples of it, those taken for it, and those of both.
  private var samples: [Int] = []
  private var taken: [Int] = []
  private var hits: [Int] = []
  private var logLoss = 0.0
  private let probabilities: ClassProbabilities

  /// - Parameter probabilities: What the logits are.
  init(_ probabilities: ClassProbabilities = .softmax) {
    self.probabilities = probabilities
  }

  /// Takes rows of logits with their classes.
  ///
  /// - Parameters:
  ///   - logits: Rows of `width` values; only as many rows as there are labels are read.
  ///   - labels: The rows' classes, each of 0..<width.
  mutating func add(logits: UnsafeBufferPointer<Float>, width: Int, labels: ArraySlice<Int32>) {
    if samples.isEmpty {
      samples = Array(repeating: 0, count: width)
      (taken, hits) = (samples, samples)
    }
    for (row, label) in labels.enumerated() {
      let logits = UnsafeBufferPointer(rebasing: logits[row * width..<(row + 1) * width])
      var largest = 0
      for index in logits.indices where logits[index] > logits[largest] { largest = index }
      let label = Int(label)
      samples[label] += 1
      taken[largest] += 1
      if largest == label { hits[label] += 1 }
      logLoss += probabilities.logSum(of: logits) - probabilities.score(logits[label])
      count += 1
    }
  }

  /// The metrics of all rows taken.
  var metrics: Metrics {
    let recalls = samples.indices.filter { samples[$0] > 0 }.map { Double(hits[$0]) / Double(samples[$0]) }
    let scores = samples.indices.filter { samples[$0] + taken[$0] > 0 }.map {
      2 * Double(hits[$0]) / Double(samples[$0] + taken[$0])
    }
    return Metrics([
      .accuracy: Double(hits.reduce(0, +)) / Double(count),
      .balancedAccuracy: recalls.reduce(0, +) / Double(recalls.count),
      .f1: scores.reduce(0, +) / Double(scores.count), .logLoss: logLoss / Double(count),
    ])
  }
}
