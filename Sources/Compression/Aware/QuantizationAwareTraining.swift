public import Execution
import Graphs
public import Training

/// Quantizes a trained model by training it further with its values and weights rounded as its integers will be.
///
/// The model is folded, and its ranges and steps are found as without training. In the first part of the epochs ranges are
/// moving averages of what batches hold, and then stay, while the rate falls to 0 (Jacob et al. 2018, arXiv:1712.05877;
/// Krishnamoorthi 2018, arXiv:1806.08342). The steps of weights of 2 to 4 bits are learned (Esser et al. 2020,
/// arXiv:1902.08153), beginning with those of least squared error; those of more bits follow the largest weight. What comes out is the same kind of model as
/// `PostTrainingQuantization` makes: the best epoch with ranges that stay, as integers.
///
///     var training = QuantizationAwareTraining(bits: BitWidths(2, byLayer: ["output": 8]))
///     training.teacher = .init(temperature: 4, share: 0.5)
///     let small = try training.quantize(model, data: data)      // as the model was trained on, standardized
///     let metrics = try small.integerPredictor().metrics(on: test)
public struct QuantizationAwareTraining: Sendable, Hashable {
  /// How the float model teaches its rounded self; its numbers are those of `Teacher`.
  public struct Distillation: Sendable, Hashable {
    /// How far the probabilities are levelled, above 0.
    public var temperature: Double
    /// The share of the teacher in the loss, above 0 and at most 1.
    public var share: Double

    /// Takes numbers.
    public init(temperature: Double = 4, share: Double = 0.5) {
      self.temperature = temperature
      self.share = share
    }
  }

  /// An epoch of the training.
  public struct Epoch: Sendable, Hashable {
    /// Whether ranges still follow the values.
    public let isObserving: Bool
    /// What it achieved, rounded; its number is from 1 to `options.epochs`.
    public let report: EpochReport
  }

  /// The bits of weights.
  public var bits: BitWidths
  /// Whether each output channel has a step of its own.
  public var isPerChannel: Bool
  /// How the ranges of values are found that training begins with.
  public var values: RangeEstimator
  /// How it is trained: epochs, rate, samples of a batch, seed, augmentation. The schedule is that of the epochs in which
  /// ranges stay; before, the rate is constant.
  public var options: TrainingOptions
  /// The part of the epochs in which ranges follow the values, of 0..<1; the last epoch is never one of them.
  public var observedPart = 0.3
  /// How far a batch moves the ranges, in 0...1.
  public var momentum = 0.01
  /// How the float model teaches its rounded self; nil for by the targets alone.
  public var teacher: Distillation?
  /// The most samples that the first ranges are found on.
  public var sampleLimit = 1024

  /// How it is trained unless said otherwise: 30 epochs of Adam with a rate of 0.001 that falls to 0 along a cosine.
  public static var standardOptions: TrainingOptions {
    var options = TrainingOptions(optimizer: .adam(learningRate: 1e-3), batchSize: 32, epochs: 30)
    options.schedule = LearningRateSchedule(.cosine(minimum: 0))
    return options
  }

  /// Makes a training.
  public init(
    bits: BitWidths = BitWidths(), isPerChannel: Bool = true, values: RangeEstimator = .minMax,
    options: TrainingOptions = Self.standardOptions
  ) {
    self.bits = bits
    self.isPerChannel = isPerChannel
    self.values = values
    self.options = options
  }

  /// The epochs in which ranges follow the values.
  public var observingEpochs: Int {
    max(0, min(options.epochs - 1, Int((observedPart * Double(options.epochs)).rounded())))
  }

  /// Trains a model further and quantizes it.
  ///
  /// The same model, data and options give the same result bit for bit on the same machine. Weights that are zero stay zero,
  /// as pruning leaves them.
  ///
  /// - Parameters:
  ///   - model: A trained model that computes with floating-point numbers.
  ///   - data: What it was trained on, split and standardized as it was.
  ///   - kernels: Whose kernels to run.
  ///   - checkpoint: What an interrupted training of the same kind goes on from; nil to begin.
  ///   - afterResuming: Called once where it goes on from a checkpoint, with the reports that the checkpoint holds, the
  ///     number of finished epochs, and the steps done of the next one. Once ranges stay, the reports of the epochs before that
  ///     are gone.
  ///   - afterEpoch: Called after each epoch, with a function that takes a checkpoint. What it throws ends the training and
  ///     is thrown on.
  ///   - afterStep: Called likewise after each step but the last of an epoch.
  /// - Returns: The quantized model; `metrics["rounded"]` is what its training reached on the validation samples with
  ///   floating-point numbers that are rounded.
  /// - Throws: `CompressionError` where the network has no integer form, the model is quantized already or an option is out
  ///   of range; `TrainingError` where the data or the checkpoint are of others or the training diverges.
  public func quantize(
    _ model: TrainedModel, data: DatasetSplits, kernels: Kernels = .automatic,
    from checkpoint: TrainingCheckpoint? = nil,
    afterResuming: (_ history: [EpochReport], _ finished: Int, _ step: Int) -> Void = { _, _, _ in },
    afterEpoch: (Epoch, _ checkpoint: () -> TrainingCheckpoint) throws -> Void = { _, _ in },
    afterStep: (_ checkpoint: () -> TrainingCheckpoint) throws -> Void = { _ in }
  ) throws -> TrainedModel {
    try validate()
    try model.requireFit(to: data, as: "the model")
    let first = PostTrainingQuantization(
      values: values, isPerChannel: isPerChannel, bits: bits, sampleLimit: sampleLimit)
    let start = try first.quantize(model, prepared: data.training)
    let plan = try QuantizationPlan(start.network.graph, output: start.network.output)
    let quantization = start.quantization
    let ranges = Dictionary(
      uniqueKeysWithValues: plan.points.compactMap { point in
        quantization?.values[plan.graph[point].name].map { (point, $0) }
      })
    func network(momentum: Double?) throws -> FakeQuantizedNetwork {
      try FakeQuantizedNetwork(
        plan, output: start.network.output, momentum: momentum, bits: bits, ranges: ranges,
        steps: quantization?.weights ?? [:])
    }
    let teacher = teacher.map { Teacher(model, temperature: $0.temperature, share: $0.share) }
    /// A trainer of one of the two parts.
    func trainer(_ isObserving: Bool, from weights: [String: [Float]]) throws -> Trainer {
      let rounded = try network(momentum: isObserving ? momentum : nil)
      var options = isObserving ? observingOptions : settledOptions
      // Factors begin at 1: what pulls weights to 0, or keeps them small, would spoil them.
      options.optimizer.exempted += rounded.stepFactors
      return try Trainer(
        rounded.network, data: data, options: options, kernels: kernels,
        weights: weights.merging(rounded.weights) { trained, _ in trained }, teacher: teacher,
        hook: ZeroKeepingHook(start))
    }
    func resume(_ trainer: Trainer, from checkpoint: TrainingCheckpoint, before: Int) throws {
      try trainer.restore(checkpoint)
      afterResuming(
        checkpoint.history.map { $0.numbered($0.epoch + before) }, checkpoint.epoch + before, checkpoint.step)
    }
    func train(_ trainer: Trainer, isObserving: Bool) throws -> TrainingResult {
      let before = isObserving ? 0 : observingEpochs
      return try trainer.train(
        afterEpoch: { report in
          let epoch = Epoch(isObserving: isObserving, report: report.numbered(report.epoch + before))
          try afterEpoch(epoch) { trainer.checkpoint() }
        }, afterStep: { try afterStep { trainer.checkpoint() } })
    }

    var weights = start.weights
    var checkpoint = checkpoint
    if observingEpochs > 0 {
      let observing = try trainer(true, from: weights)
      let isOfPart = checkpoint.map(observing.isOrigin(of:)) ?? true
      if isOfPart {
        try checkpoint.map { try resume(observing, from: $0, before: 0) }
        _ = try train(observing, isObserving: true)
        (weights, checkpoint) = (observing.weights, nil)
      }
    }
    let settled = try trainer(false, from: weights)
    try checkpoint.map { try resume(settled, from: $0, before: observingEpochs) }
    let result = try train(settled, isObserving: false)
    var quantized = try integers(of: start, plan, trained: settled.weights)
    quantized.metrics["rounded"] = result.best.validation
    return quantized
  }

  /// How the part is trained in which ranges follow the values: to its end, whatever is reached.
  private var observingOptions: TrainingOptions {
    var options = options
    (options.epochs, options.firstSelectableEpoch, options.patience) = (observingEpochs, observingEpochs, nil)
    options.schedule = .constant
    return options
  }

  /// How the part is trained in which ranges stay.
  private var settledOptions: TrainingOptions {
    var options = options
    options.epochs -= observingEpochs
    options.firstSelectableEpoch = max(1, options.firstSelectableEpoch - observingEpochs)
    return options
  }

  /// The folded model with its trained weights, and the quantization that they were trained with.
  private func integers(
    of start: TrainedModel, _ plan: QuantizationPlan, trained: [String: [Float]]
  ) throws -> TrainedModel {
    let graph = plan.graph
    var values: [String: AffineQuantization] = [:]
    for point in plan.points {
      values[graph[point].name] = FakeQuantizedNetwork.range(of: graph[point].name, in: trained)
    }
    let least = plan.leastSteps(of: trained) { values[graph[$0].name]?.scale ?? 1 }
    var weights: [String: WeightQuantization] = [:]
    for layer in plan.layers {
      let node = graph[layer.weight]
      guard let elements = trained[node.name], let least = least[layer.weight] else { continue }
      let width = bits[plan.name(of: layer)]
      if let steps = FakeQuantizedNetwork.steps(of: node.name, in: trained) {
        let least = steps.count == least.count ? least : [least.max() ?? 0]
        weights[node.name] = WeightQuantization(bits: width, scales: zip(steps, least).map(max))
      } else {
        weights[node.name] = WeightQuantizer(bits: width, estimator: .minMax, isPerChannel: isPerChannel)
          .quantization(of: elements, shape: node.shape, smallest: least)
      }
    }
    return try start.replacing(
      network: start.network, weights: trained,
      quantization: ModelQuantization(values: values, weights: weights, method: method))
  }

  private var method: String {
    "quantization-aware training, \(options.epochs) epochs"
      + (teacher.map { ", taught at temperature \($0.temperature) with a share of \($0.share)" } ?? "")
  }

  private func validate() throws(CompressionError) {
    guard observedPart >= 0, observedPart < 1 else {
      throw CompressionError(
        .invalidOption, "ranges are to follow the values for \(observedPart) of the epochs; it must be in 0..<1")
    }
    guard momentum > 0, momentum <= 1 else {
      throw CompressionError(
        .invalidOption, "a batch is to move the ranges by \(momentum); it must be above 0 and at most 1")
    }
    guard options.minimizer == nil else {
      throw CompressionError(
        .invalidOption, "rounded networks are trained by steps of an optimizer, not by a minimizer of all samples")
    }
  }
}
