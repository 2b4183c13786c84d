import ArgumentParser
import HPO
import Spelling

/// How a model is pruned and trained on.
struct PruningOptions: ParsableArguments {
  @Option(parsing: .unconditional, help: "The share of weights that become zero, such as 0.9.")
  var sparsity: Double?

  @Option(
    help: "Where the smallest weights are looked for: global, per-layer, or 2:4 (two of each four). (default: global)")
  var pattern: String?

  @Option(help: ArgumentHelp("A layer whose weights all stay.", valueName: "layer"))
  var denseLayer: [String] = []

  @Option(
    parsing: .unconditional,
    help: "The share of multiply-accumulates that goes with whole channels, such as 0.4.")
  var macs: Double?

  @Option(
    parsing: .unconditional,
    help: "With --macs: the share of its channels that each layer keeps at least. (default: 0.2)")
  var leastShare: Double?

  @Option(parsing: .unconditional, help: "The epochs of further training; 0 for none.")
  var epochs = 20

  @Option(parsing: .unconditional, help: "The learning rate at the start, which falls to 0.")
  var rate = 0.001

  @Option(parsing: .unconditional, help: "The samples of a step.")
  var batchSize = 32

  @Option(parsing: .unconditional, help: "The seed of the order of samples.")
  var seed: UInt64 = 0

  @Flag(help: "Begin anew where an interrupted training has left a checkpoint.")
  var restart = false

  func validate() throws {
    let isByMagnitude = sparsity != nil || pattern != nil
    guard isByMagnitude != (macs != nil) else {
      throw ValidationError(
        macs == nil
          ? "what shall be pruned? Give --sparsity 0.9 or --pattern 2:4 for weights, or --macs 0.4 for channels"
          : "--macs takes channels away and \(sparsity != nil ? "--sparsity" : "--pattern") single weights; prune twice "
            + "for both")
    }
    guard epochs >= 0 else { throw ValidationError("--epochs \(epochs): 0 or more are possible") }
    if let macs, !(macs > 0 && macs < 1) { throw ValidationError("--macs \(macs): a share above 0 and below 1") }
    if macs == nil, leastShare != nil { throw ValidationError("--least-share: channels are pruned with --macs alone") }
    if macs != nil, !denseLayer.isEmpty {
      throw ValidationError("--dense-layer: weights are pruned with --sparsity alone")
    }
    if try magnitudePattern == .twoOfFour, sparsity != nil {
      throw ValidationError("--sparsity: the pattern 2:4 takes away half of the weights; leave it out")
    }
    if try magnitudePattern != .twoOfFour, isByMagnitude, sparsity == nil {
      throw ValidationError("--pattern: how many weights? Give --sparsity 0.9")
    }
  }

  private var magnitudePattern: MagnitudePruning.Pattern {
    get throws {
      guard let pattern else { return .global }
      guard let known = MagnitudePruning.Pattern(rawValue: pattern) else {
        let names = MagnitudePruning.Pattern.allCases.map(\.rawValue)
        throw ValidationError("--pattern \(pattern): \(NearestName.hint(for: pattern, among: names))")
      }
      return known
    }
  }

  /// Prunes a model and trains it on, and shows how that goes.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - data: The parts of the data, standardized as the model's.
  ///   - output: The file beside which an interrupted training is kept.
  func prune(_ model: TrainedModel, data: DatasetSplits, output: String) throws -> TrainedModel {
    var training = TrainingOptions(
      optimizer: .adam(learningRate: rate), batchSize: batchSize, epochs: max(1, epochs), seed: seed)
    training.schedule = LearningRateSchedule(.cosine(minimum: 0))
    if let macs {
      let smaller = try ChannelPruning(savedShare: macs, leastShare: leastShare ?? 0.2).prune(model)
      guard epochs > 0 else { return smaller }
      return try train(Trainer(refining: smaller, data: data, options: training), output, model.provenance)
    }
    let pruning = MagnitudePruning(
      try magnitudePattern, sparsity: sparsity ?? 0.5, denseLayers: Set(denseLayer))
    guard epochs > 0 else { return try pruning.pruneOnce(model) }
    return try train(pruning.trainer(of: model, data: data, options: training), output, model.provenance)
  }

  private func train(
    _ trainer: Trainer, _ output: String, _ provenance: [String: String]
  ) throws -> TrainedModel {
    let checkpoint = try CheckpointFile(locking: output)
    if restart { try checkpoint.discard() }
    let display = TrainingDisplay(trainer, resumed: try checkpoint.resume(trainer))
    let stop = StopSource()
    let interruption = Interruption(stop: stop) { display.finish("stopping; Ctrl-C again ends at once") }
    defer { interruption.end() }
    func pause() throws {
      if stop.mode != nil {
        try checkpoint.write(trainer.checkpoint())
        throw Stopped()
      }
      checkpoint.writeIfDue { trainer.checkpoint() }
    }
    let result = Result {
      try trainer.train(
        afterEpoch: { report in
          display.show(report)
          try pause()
        },
        afterStep: {
          display.showStep()
          try pause()
        })
    }
    display.finish()
    do {
      return try trainer.model(metrics: ["validation": try result.get().best.validation], provenance: provenance)
    } catch is Stopped {
      Terminal.writeError("interrupted; the same command goes on from \(checkpoint.path)\n")
      throw ExitCode(Interruption.exitStatus)
    }
  }

  /// Ends a training from within.
  private struct Stopped: Error {}
}
