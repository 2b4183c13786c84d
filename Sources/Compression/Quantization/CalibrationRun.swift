import Execution
import Graphs
import Training

/// Runs a folded network on samples and looks at its values.
struct CalibrationRun {
  private static let batchSize = 64

  private let model: TrainedModel
  private let plan: QuantizationPlan
  private let limit: Int

  init(_ model: TrainedModel, _ plan: QuantizationPlan, limit: Int) {
    self.model = model
    self.plan = plan
    self.limit = limit
  }

  /// The quantization of each point.
  ///
  /// - Parameter arePrepared: Whether the samples are standardized already.
  func ranges(of dataset: Dataset, arePrepared: Bool, by estimator: RangeEstimator) throws -> [Value:
    AffineQuantization]
  {
    let count = min(limit, dataset.count)
    let chosen = dataset.subset((0..<count).map { $0 * dataset.count / count })
    let samples = arePrepared ? chosen : try model.prepared(chosen)
    guard samples.featureShape == model.featureShape else {
      throw TrainingError(
        .dataMismatch,
        "\(dataset.name) has samples of shape \(samples.featureShape), and the model takes \(model.featureShape)")
    }
    var histograms = plan.points.map { _ in ValueHistogram() }
    try forEachBatch(of: samples) { histograms[$0].extend(by: $1) }
    for (point, histogram) in zip(plan.points, histograms) where !histogram.isFinite {
      throw CompressionError(
        .inconsistent,
        "the value '\(plan.graph[point].name)' is infinite or no number on \(dataset.name), so that it has no range; look at "
          + "the samples, or train the model anew")
    }
    if estimator != .minMax { try forEachBatch(of: samples) { histograms[$0].count($1) } }
    return Dictionary(
      uniqueKeysWithValues: zip(plan.points, histograms).map { point, histogram in
        let (low, high) = histogram.range(by: estimator)
        return (point, AffineQuantization(covering: low, high))
      })
  }

  /// Calls `body` with each point's number and elements, batch after batch.
  private func forEachBatch(
    of samples: Dataset, _ body: (Int, UnsafeBufferPointer<Float>) -> Void
  ) throws {
    let network = model.network
    var start = 0
    let store = try model.parameterStore()
    var compiled: (count: Int, plan: Plan, input: Value, points: [Value])?
    while start < samples.count {
      let count = min(Self.batchSize, samples.count - start)
      if compiled?.count != count {
        var graph = Graph()
        let input = try graph.input("features", shape: graph.batch(count, of: network))
        let values = try graph.append(contentsOf: network.graph, replacing: [network.input: input])
        let points = plan.points.map { values[$0.index] }
        compiled = (count, try Plan(inference: graph, outputs: points, parameters: store), input, points)
      }
      guard let compiled else { break }
      let width = samples.width
      _ = compiled.plan.input(compiled.input).update(
        fromContentsOf: samples.features[start * width..<(start + count) * width])
      try compiled.plan.run()
      for (number, point) in compiled.points.enumerated() { body(number, compiled.plan.output(point)) }
      start += count
    }
  }
}

extension Graph {
  /// The shape of so many samples of a network.
  fileprivate func batch(_ count: Int, of network: SavedNetwork) -> Shape {
    Shape([count] + network.graph.shape(of: network.input).dimensions.dropFirst())
  }
}
