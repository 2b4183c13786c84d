import Dispatch
public import Execution
import Graphs

/// Trains one network on one split of data, epoch by epoch.
///
///     let data = try EmbeddedDataset.digits.load().split(seed: 1).standardized()
///     let network = MultilayerPerceptron(hiddenUnits: [64, 32], dropout: 0.1)
///     let trainer = try Trainer(network, data: data, options: TrainingOptions(epochs: 20, seed: 7))
///     let result = try trainer.train { report in
///       try trial.report(report.value, at: report.epoch)
///     }
///     let accuracy = try trainer.evaluate(data.test)[.accuracy]
///
/// The same options give the same result bit for bit on the same machine. A trainer belongs to one thread at a time
/// and computes on that thread; where it pays and a core is free, another one prepares the next batch meanwhile.
public final class Trainer {
  /// How the network is trained.
  public let options: TrainingOptions
  /// The steps of an epoch.
  public var stepCount: Int { fullBatch == nil ? batches.batchCount : 1 }
  /// The metric that is reported after each epoch.
  public let metric: Metric
  /// The metric by which the best epoch is chosen.
  public let selection: Metric
  /// What products of training steps are computed in: `float32` or `bfloat16`; evaluations are in float32.
  public var precision: Precision { gradient?.precision ?? .float32 }
  /// The network's parameters: after `train` those of the best epoch.
  public let parameters: ParameterStore

  /// The most parameters of a network: with gradients and Adam's moments 4 GiB.
  public static let largestParameterCount = 1 << 28

  let network: any Network
  let data: DatasetSplits
  let scale: TargetColumn.Scale
  let targets: TargetColumn
  /// The loss and the gradient of a step; nil where the optimizer does none.
  var gradient: BatchGradient? { steps?.gradient }
  /// The gradient, and how it is compiled anew in another precision.
  var steps: (gradient: BatchGradient, compile: (Precision) throws -> BatchGradient)?
  let optimizer: OptimizerState
  var progress: TrainingProgress
  let average: WeightAverage?
  let teacher: TeacherOutputs?
  let hook: (any UpdateHook)?
  /// What tells the teacher and the hook from others.
  let identities: [String]
  /// What takes the place of the optimizer's steps, where all samples are looked at together.
  let fullBatch: FullBatchTraining?
  private let evaluator: Evaluator
  let augmenter: ImageAugmenter?
  var judge: EpochJudge
  var batches: MiniBatches
  /// Where batches are prepared; what comes out is the same.
  package var preparation = BatchPreparation.automatic
  let preparationQueue = DispatchQueue(label: "hpo.batches", qos: .userInitiated)

  /// Builds the network, draws its parameters and compiles its training and evaluation.
  ///
  /// - Parameters:
  ///   - network: What is trained.
  ///   - data: What it is trained on and measured by.
  ///   - options: How it is trained.
  ///   - kernels: Whose kernels to run.
  ///   - weights: Parameters and states to begin with, by name; those that are not given are drawn.
  ///   - teacher: A network whose outputs are learned beside the targets.
  ///   - hook: What changes weights after each update.
  ///   - precision: What was chosen before where the options' precision is `auto`; nil to measure.
  /// - Throws: `TrainingError` where an option is out of range or the metric, the weights or the teacher do not fit the
  ///   data; `GraphError` where the description makes no network; `ExecutionError` where the kernels are not available.
  public init(
    _ network: any Network, data: DatasetSplits, options: TrainingOptions, kernels: Kernels = .automatic,
    weights: [String: [Float]] = [:], teacher: Teacher? = nil, hook: (any UpdateHook)? = nil,
    precision: Precision? = nil
  ) throws {
    try options.validate()
    try options.validate(with: teacher, hook)
    let training = data.training
    let task = training.target.task
    self.options = options
    metric = options.metric ?? .standard(for: task)
    selection = options.selection ?? metric
    for metric in [metric, selection] where metric.task != task {
      throw TrainingError(
        .dataMismatch,
        "\(metric.rawValue) is a metric of \(metric.task.rawValue), but \(training.name) is a \(task.rawValue); choose "
          + Metric.allCases.filter { $0.task == task }.map(\.rawValue).joined(separator: " or "))
    }
    if case .values(let values) = data.validation.target, metric == .r2 || selection == .r2,
      values.allSatisfy({ $0 == values.first })
    {
      throw TrainingError(
        .dataMismatch,
        "r2 tells what share of the targets' variance is explained, and all \(values.count) targets of the validation samples "
          + "are \(values.first ?? 0); take the metric rmse or mae, or another split")
    }
    self.data = data
    self.network = network

    batches = MiniBatches(count: training.count, batchSize: options.batchSize, seed: options.seed)
    let built = try NetworkGraph(
      network, data: training, outputWidth: training.target.outputWidth, batchSize: 1)
    let count = built.graph.cost.parameters
    guard count <= Self.largestParameterCount else {
      throw TrainingError(
        .invalidOption,
        "the network has \(count) parameters, more than the \(Self.largestParameterCount) that are trained here; take fewer "
          + "units or layers")
    }
    // Weights, gradients, moments, the average, the best epoch's and those of a checkpoint, and the minimization's vectors.
    try AvailableMemory.require(
      bytes: 4 * count * (4 + options.optimizer.slotCount + (options.weightAveraging > 0 ? 1 : 0))
        + 8 * count * (options.minimizer?.mostVectorCount ?? 0),
      for: "\(count) weights and what training keeps of each",
      wayOut: "take fewer units or layers, or fewer jobs at a time")
    try teacher?.validate(for: data)
    parameters = ParameterStore(built.graph, seed: options.seed)
    try parameters.set(weights)
    let (batchSize, store) = (batches.batchSize, parameters)
    let isDivisible = built.graph.states.isEmpty
    func compile(_ precision: Precision) throws -> BatchGradient {
      try BatchGradient(
        network, data: training, batchSize: batchSize, isDivisible: isDivisible, options: options, precision: precision,
        teacher: teacher, parameters: store, kernels: kernels)
    }
    if options.minimizer == nil {
      let chosen = options.precision == .auto ? precision : nil
      steps = (try compile(chosen ?? options.precision), compile)
    }
    let chunkSize = steps?.gradient.chunkSize ?? 1
    self.teacher = try teacher.map {
      try TeacherOutputs(
        $0, data: training, batchSize: chunkSize, areSamplesChanged: !options.augmentation.isIdentity, kernels: kernels)
    }
    self.hook = hook
    identities = [teacher?.identity, hook.map { "hook \($0.identity)" }].compactMap(\.self)
    optimizer = OptimizerState(options.optimizer, parameters: parameters)
    progress = TrainingProgress(rate: options.optimizer.learningRate)
    judge = EpochJudge(selection: selection, decay: options.metricAveraging)
    augmenter = try ImageAugmenter(options.augmentation, of: data, seed: options.seed)
    average =
      options.weightAveraging > 0 ? WeightAverage(decay: options.weightAveraging, parameters: parameters) : nil

    scale = TargetColumn.Scale(fitting: training.target)
    let targets = TargetColumn(training.target, scale: scale, loss: options.loss)
    self.targets = targets
    let parameters = parameters
    fullBatch = try options.minimizer.map {
      try FullBatchTraining(
        $0, network, data: training, targets: targets, options: options, parameters: parameters, kernels: kernels)
    }
    evaluator = try Evaluator(
      network, data: data.validation, outputWidth: training.target.outputWidth, scale: scale, parameters: parameters,
      probabilities: ClassProbabilities(options.loss), kernels: kernels)
  }

  /// Goes through all epochs that are left and leaves the parameters of the best one in `parameters`.
  ///
  /// The best epoch has the best value of `selection` on the validation samples; of equal ones it has the lower loss
  /// there. A second call trains on from the parameters of the best epoch, for as many epochs again.
  ///
  /// - Parameters:
  ///   - afterEpoch: Called after each epoch. What it throws ends the training and is thrown on.
  ///   - afterStep: Called after each step but the last of an epoch, or where all samples are looked at together, after each
  ///     few hundred of them. What it throws ends the training and is thrown on.
  /// - Throws: `TrainingError` of code `diverged` where the loss or an output is no finite number any more.
  public func train(
    afterEpoch: (EpochReport) throws -> Void = { _ in }, afterStep: () throws -> Void = {}
  ) throws -> TrainingResult {
    try RunningTrainings.counted {
      while !progress.hasEnded(options), progress.history.isEmpty || fullBatch?.hasEnded != true {
        let report = try finishEpoch(trainingLoss: try runSteps(afterStep))
        try afterEpoch(report)
      }
    }
    defer {
      progress = TrainingProgress(rate: options.optimizer.learningRate)
      judge = EpochJudge(selection: selection, decay: options.metricAveraging)
    }
    guard let best = progress.best else { preconditionFailure("a training has at least one epoch") }
    try parameters.restore(progress.bestParameters)
    fullBatch?.restart()
    return TrainingResult(history: progress.history, best: best)
  }

  /// Where the minimization stands, where all samples are looked at together; nil elsewhere.
  public var minimization: Minimization? { fullBatch?.minimization }

  /// Sets the weights before a training begins.
  ///
  /// - Precondition: `point` has as many elements as there are trained parameters.
  package func begin(at point: [Double]) {
    parameters.point = point
    fullBatch?.restart()
  }

  /// Tells this training from others: a checksum of network, options and data.
  package private(set) lazy var fingerprint = TrainingCheckpoint.fingerprint(
    network, options, data, identities)

  /// The metrics of the network, as its parameters are now, on all samples of a data set.
  ///
  /// - Parameter dataset: Samples prepared like those trained on.
  /// - Throws: `TrainingError` of code `dataMismatch` where their shape or targets are others than those trained on.
  public func evaluate(_ dataset: Dataset) throws -> Metrics {
    let training = data.training
    guard dataset.featureShape == training.featureShape, dataset.target.task == training.target.task,
      dataset.target.outputWidth == training.target.outputWidth
    else {
      throw TrainingError(
        .dataMismatch, "\(dataset.name) has other features or targets than \(training.name), which was trained on")
    }
    return try evaluator.metrics(on: dataset)
  }

  /// Measures the network after the steps of an epoch and moves on to the next one.
  private func finishEpoch(trainingLoss: Double) throws -> EpochReport {
    let epoch = progress.epoch
    average?.swap()
    defer { average?.swap() }
    let validation = try evaluate(data.validation)
    guard validation.loss.isFinite else {
      throw diverged(epoch: epoch, "the validation loss is \(Self.text(of: validation.loss))")
    }
    let (averages, isBest) = judge.judge(validation, mayBeBest: epoch >= options.firstSelectableEpoch)
    guard let value = averages[metric] else { preconditionFailure("the metric is one of the task's") }
    let report = EpochReport(
      epoch: epoch, trainingLoss: trainingLoss, firstLoss: progress.firstLoss, validation: validation, value: value,
      isBest: isBest)
    if isBest {
      progress.best = report
      progress.bestParameters = parameters.snapshot()
    }
    if let reduction = options.plateau, !isWarmingUp, let value = averages[selection] {
      progress.baseRate = reduction.rate(
        after: value, isLowBetter: !selection.isHigherBetter, rate: progress.baseRate, state: &progress.plateau)
    }
    progress.history.append(report)
    progress.step = 0
    progress.lossSum = 0
    progress.firstLoss = nil
    return report
  }

  /// A loss that is no finite number, in words; some of them have a sign, which means nothing.
  static func text(of loss: Double) -> String { loss.isNaN ? "no number" : "infinite" }

  func diverged(epoch: Int, _ reason: String) -> TrainingError {
    TrainingError(
      .diverged,
      "training diverged in epoch \(epoch): \(reason); the learning rate of \(options.optimizer.learningRate) may be too "
        + "high")
  }
}
