import ArgumentParser
import HPO

/// How a model is trained further while it is quantized.
struct AwareOptions: ParsableArguments {
  @Flag(help: "Train the model further with values and weights rounded.")
  var aware = false

  @Option(parsing: .unconditional, help: "The epochs. (default: 30)")
  var epochs: Int?

  @Option(parsing: .unconditional, help: "The learning rate at the start, which falls to 0. (default: 0.001)")
  var rate: Double?

  @Option(parsing: .unconditional, help: "The samples of a step. (default: 32)")
  var batchSize: Int?

  @Option(parsing: .unconditional, help: "The seed of the order of samples. (default: 0)")
  var seed: UInt64?

  @Option(
    parsing: .unconditional,
    help: "The share in the loss of what the model says as it is, above 0 and at most 1. (default: none)")
  var teacherShare: Double?

  @Option(parsing: .unconditional, help: "With --teacher-share: how far its probabilities are levelled. (default: 4)")
  var temperature: Double?

  @Flag(help: "Begin anew where an interrupted training has left a checkpoint.")
  var restart = false

  func validate() throws {
    if temperature != nil, teacherShare == nil {
      throw ValidationError("--temperature: nothing is taught without --teacher-share")
    }
    guard !aware else { return }
    let given: [(String, Bool)] = [
      ("--epochs", epochs != nil), ("--rate", rate != nil), ("--batch-size", batchSize != nil), ("--seed", seed != nil),
      ("--teacher-share", teacherShare != nil), ("--restart", restart),
    ]
    if let (name, _) = given.first(where: \.1) {
      throw ValidationError("\(name): nothing is trained without --aware")
    }
  }

  /// The training that the options describe.
  ///
  /// - Parameter quantization: The bits, ranges and samples.
  func training(as quantization: PostTrainingQuantization) -> QuantizationAwareTraining {
    var training = QuantizationAwareTraining(
      bits: quantization.bits, isPerChannel: quantization.isPerChannel, values: quantization.values)
    training.sampleLimit = quantization.sampleLimit
    if let epochs { training.options.epochs = epochs }
    if let rate { training.options.optimizer.learningRate = rate }
    if let batchSize { training.options.batchSize = batchSize }
    if let seed { training.options.seed = seed }
    training.teacher = teacherShare.map { .init(temperature: temperature ?? 4, share: $0) }
    return training
  }

  /// Trains and quantizes a model, and shows how that goes.
  ///
  /// - Parameters:
  ///   - data: The parts of the data, features as they come.
  ///   - output: The file beside which an interrupted training is kept.
  func quantize(
    _ model: TrainedModel, data: DatasetSplits, as quantization: PostTrainingQuantization, output: String
  ) throws -> TrainedModel {
    let training = training(as: quantization)
    let data = try data.standardized(as: model)
    let checkpoint = try CheckpointFile(locking: output)
    if restart { try checkpoint.discard() }
    let kept = try checkpoint.readOrHint()
    if kept != nil { Terminal.writeError("going on with an interrupted training (\(checkpoint.path))\n") }

    let metric = training.options.metric ?? .standard(for: data.training.target.task)
    let display = TrainingDisplay(
      TrainingCourse(
        metric: metric, selection: training.options.selection ?? metric, epochs: training.options.epochs,
        steps: max(1, data.training.count / max(1, training.options.batchSize))))
    let stop = StopSource()
    let interruption = Interruption(stop: stop) { display.finish("stopping; Ctrl-C again ends at once") }
    defer { interruption.end() }
    func pause(_ take: () -> TrainingCheckpoint) throws {
      if stop.mode != nil {
        try checkpoint.write(take())
        throw Stopped()
      }
      checkpoint.writeIfDue(take)
    }
    let result = Result {
      try training.quantize(
        model, data: data, from: kept, afterResuming: display.resume,
        afterEpoch: { epoch, take in
          display.show(epoch.report)
          try pause(take)
        },
        afterStep: { take in
          display.showStep()
          try pause(take)
        })
    }
    display.finish()
    do { return try result.get() } catch is Stopped {
      Terminal.writeError("interrupted; the same command goes on from \(checkpoint.path)\n")
      throw ExitCode(Interruption.exitStatus)
    } catch let error as TrainingError where kept != nil && error.code == .dataMismatch {
      throw ValidationError("\(checkpoint.path): \(error); --restart begins anew")
    }
  }

  /// Ends a training from within.
  private struct Stopped: Error {}
}
