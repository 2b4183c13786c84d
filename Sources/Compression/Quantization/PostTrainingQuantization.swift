import Execution
import Graphs
import Spelling
public import Training

/// Quantizes a trained model without training it further: by what its values are on samples of the training data.
///
///     let small = try PostTrainingQuantization().quantize(model, calibration: splits.training)
///     let metrics = try small.integerPredictor().metrics(on: splits.test)
///
/// Samples are as they come, here and where a predictor takes them, and not as `DatasetSplits.standardized()` makes them.
public struct PostTrainingQuantization: Sendable, Hashable {
  /// How the ranges of values are found.
  public var values: RangeEstimator
  /// How the ranges of weights are found: `minMax` or `meanSquaredError`; nil for `minMax` at 8 bits and the least error
  /// at fewer.
  public var weights: RangeEstimator?
  /// Whether each output channel has a step of its own.
  public var isPerChannel: Bool
  /// The bits of weights.
  public var bits: BitWidths
  /// The most samples that are looked at.
  public var sampleLimit: Int

  /// Makes a quantization.
  public init(
    values: RangeEstimator = .minMax, weights: RangeEstimator? = nil, isPerChannel: Bool = true,
    bits: BitWidths = BitWidths(), sampleLimit: Int = 1024
  ) {
    self.values = values
    self.weights = weights
    self.isPerChannel = isPerChannel
    self.bits = bits
    self.sampleLimit = sampleLimit
  }

  /// The model with batch normalization folded and quantization found.
  ///
  /// - Parameters:
  ///   - model: A model that computes with floating-point numbers.
  ///   - calibration: Samples like those that it will be used on, with features as they come; spread evenly, as many as
  ///     `sampleLimit` are taken.
  /// - Throws: `CompressionError` where the network has no integer form, the model is quantized already or an option is out
  ///   of range; `TrainingError` where the samples do not fit the model.
  public func quantize(_ model: TrainedModel, calibration: Dataset) throws -> TrainedModel {
    try quantize(model, samples: calibration, arePrepared: false)
  }

  /// As `quantize(_:calibration:)`, with samples that are standardized already.
  func quantize(_ model: TrainedModel, prepared: Dataset) throws -> TrainedModel {
    try quantize(model, samples: prepared, arePrepared: true)
  }

  private func quantize(_ model: TrainedModel, samples: Dataset, arePrepared: Bool) throws -> TrainedModel {
    try validate()
    guard model.quantization == nil else {
      throw CompressionError(.wrongKind, "the model is quantized already; take the one that it was made of")
    }
    let folded = try model.foldingNormalization()
    let plan = try QuantizationPlan(folded.network.graph, output: folded.network.output)
    let ranges = try CalibrationRun(folded, plan, limit: sampleLimit).ranges(
      of: samples, arePrepared: arePrepared, by: values)
    return try quantize(folded, plan, ranges: ranges, method: "post-training, \(values)")
  }

  /// The folded model with given quantization of its values.
  func quantize(
    _ folded: TrainedModel, _ plan: QuantizationPlan, ranges: [Value: AffineQuantization], method: String
  ) throws -> TrainedModel {
    let graph = plan.graph
    try bits.validate(layers: plan.layerNames)
    let least = plan.leastSteps(of: folded.weights) { ranges[$0]?.scale ?? 1 }
    var quantized: [String: WeightQuantization] = [:]
    for layer in plan.layers {
      let node = graph[layer.weight]
      guard let elements = folded.weights[node.name], let least = least[layer.weight] else { continue }
      let bits = bits[plan.name(of: layer)]
      let estimator = weights ?? (bits == 8 ? .minMax : .meanSquaredError)
      quantized[node.name] = WeightQuantizer(bits: bits, estimator: estimator, isPerChannel: isPerChannel)
        .quantization(of: elements, shape: node.shape, smallest: least)
    }
    let values = Dictionary(uniqueKeysWithValues: ranges.map { (graph[$0].name, $1) })
    return try folded.replacing(
      network: folded.network, weights: folded.weights,
      quantization: ModelQuantization(values: values, weights: quantized, method: method))
  }

  private func validate() throws(CompressionError) {
    for estimator in [values] + (weights.map { [$0] } ?? []) {
      if case .percentile(let percentage) = estimator, !(percentage >= 50 && percentage <= 100) {
        throw CompressionError(.invalidOption, "a percentile of \(percentage) is asked for; it must be in 50...100")
      }
    }
    if case .percentile = weights {
      throw CompressionError(.invalidOption, "the ranges of weights are found by min-max or mse, not by a percentile")
    }
    guard sampleLimit >= 1 else {
      throw CompressionError(.invalidOption, "\(sampleLimit) samples are to be looked at; at least 1 is needed")
    }
  }
}

/// The bits of weights: the same for all layers but some.
public struct BitWidths: Sendable, Hashable {
  /// The bits of all layers that are not named, in 2...8.
  public var usual: Int
  /// The bits of layers by name: a layer's weights without ".weight".
  public var byLayer: [String: Int]

  /// Makes bit widths.
  public init(_ usual: Int = 8, byLayer: [String: Int] = [:]) {
    self.usual = usual
    self.byLayer = byLayer
  }

  /// The bits of a layer.
  public subscript(layer: String) -> Int { byLayer[layer] ?? usual }

  /// Checks the numbers and the names.
  func validate(layers: [String]) throws(CompressionError) {
    for (layer, bits) in [("all layers", usual)] + byLayer.sorted(by: { $0.key < $1.key })
    where !WeightQuantization.bitRange.contains(bits) {
      throw CompressionError(.invalidOption, "\(layer): weights of \(bits) bits are asked for; 2 to 8 are possible")
    }
    for layer in byLayer.keys.sorted() where !layers.contains(layer) {
      throw CompressionError(
        .invalidOption,
        "there is no layer '\(layer)' to take \(byLayer[layer] ?? usual) bits; \(NearestName.hint(for: layer, among: layers))"
      )
    }
  }
}

extension QuantizationPlan {
  /// The name under which a layer is spoken of: that of its weights without ".weight".
  package func name(of layer: Layer) -> String {
    let name = graph[layer.weight].name
    return name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
  }

  /// The least steps of the weights' channels for which each bias is at most 2^30 steps of the accumulator.
  ///
  /// - Parameters:
  ///   - weights: The biases by name, with the weights.
  ///   - inputStep: The step of a point.
  func leastSteps(of weights: [String: [Float]], inputStep: (Value) -> Float) -> [Value: [Float]] {
    var least: [Value: [Float]] = [:]
    for layer in layers {
      let count = WeightChannels(graph.shape(of: layer.weight)).count
      let step = inputStep(layer.input)
      let bias = layer.bias.flatMap { weights[graph[$0].name] }
      let own = (0..<count).map { abs(bias?[$0] ?? 0) / (step * 0x1p30) }
      least[layer.weight] = least[layer.weight].map { zip($0, own).map(max) } ?? own
    }
    return least
  }

  /// The names of all layers, in order.
  package var layerNames: [String] { layers.map(name(of:)) }
}
