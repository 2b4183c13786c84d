import Execution

/// Measures a network on data sets of any size, with the parameters that a training works on.
///
/// All samples are used. A data set that is no multiple of the batch size ends with a batch in which only the first
/// rows count; the others still hold samples of the batch before and change nothing, since evaluation treats each row
/// on its own.
final class Evaluator {
  /// The most samples of a run.
  private static let largestBatchSize = 512

  private let batchSize: Int
  private let plan: InferencePlan
  private let outputWidth: Int
  private let scale: TargetColumn.Scale
  private let probabilities: ClassProbabilities

  /// Compiles the evaluation of a network.
  ///
  /// - Parameters:
  ///   - network: The description that `parameters` were made for.
  ///   - data: The data that is measured most often; batches divide it as evenly as they can.
  ///   - outputWidth: The number of outputs.
  ///   - scale: How values were brought to what the network predicts.
  ///   - parameters: The network's weights, which may be others at each measurement.
  ///   - probabilities: What the outputs for classes are.
  ///   - kernels: Whose kernels to run.
  init(
    _ network: any Network, data: Dataset, outputWidth: Int, scale: TargetColumn.Scale, parameters: ParameterStore,
    probabilities: ClassProbabilities = .softmax, kernels: Kernels
  ) throws {
    let runs = (data.count + Self.largestBatchSize - 1) / Self.largestBatchSize
    batchSize = (data.count + runs - 1) / runs
    self.outputWidth = outputWidth
    self.scale = scale
    self.probabilities = probabilities
    plan = try InferencePlan(
      NetworkGraph(network, data: data, outputWidth: outputWidth, batchSize: batchSize), parameters: parameters,
      kernels: kernels)
  }

  /// The metrics of the network, as its parameters are now, on all samples.
  func metrics(on data: Dataset) throws -> Metrics {
    switch data.target {
    case .classes(let labels, let names):
      var score = ClassificationScore(probabilities)
      try forEachBatch(of: data) { outputs, rows in
        score.add(logits: outputs, width: names.count, labels: labels[rows])
      }
      return score.metrics
    case .values(let values):
      var score = RegressionScore()
      try forEachBatch(of: data) { outputs, rows in
        for (output, value) in zip(outputs, values[rows]) {
          score.add(prediction: Double(output) * scale.deviation + scale.mean, value: Double(value))
        }
      }
      return score.metrics
    }
  }

  /// The network's outputs for all samples, row after row.
  func outputs(for data: Dataset) throws -> [Float] {
    var all: [Float] = []
    all.reserveCapacity(data.count * outputWidth)
    try forEachBatch(of: data) { outputs, rows in all += outputs[..<(rows.count * outputWidth)] }
    return all
  }

  /// Calls `body` with the outputs of each batch and the samples they belong to.
  private func forEachBatch(
    of data: Dataset, _ body: (UnsafeBufferPointer<Float>, Range<Int>) throws -> Void
  ) throws {
    try plan.refresh()
    let (input, outputs) = (plan.inputs, plan.outputs)
    try data.features.withUnsafeBufferPointer { features in
      for start in stride(from: 0, to: data.count, by: batchSize) {
        let rows = start..<min(start + batchSize, data.count)
        let values = features[rows.lowerBound * data.width..<rows.upperBound * data.width]
        _ = input.update(fromContentsOf: values)
        try plan.run()
        try body(outputs, rows)
      }
    }
  }
}
