import Dispatch
import Foundation
import HPO
import OrderedCollections
import StudyConfiguration
import Synchronization

/// Trains an architecture longer and with several seeds, makes integers of each of the models, and keeps them as files, so
/// that what is done is not done again.
struct ArchitectureFinisher: Sendable {
  let runner: TrainingRunner
  let objective: TrainingObjective
  let study: String
  let epochs: Int
  /// The epochs of the training with rounded numbers; 0 for none.
  let awareEpochs: Int
  let seeds: Int
  /// Where the models of all seeds are kept.
  let folder: String
  let stop: StopSource
  let progress: FinishProgress

  /// Ends the work from within where the process was asked to end.
  struct Stopped: Error {}

  /// Trains all seeds of a trial, some at a time; those that are there already are read.
  ///
  /// - Throws: `Stopped`; trainings that had begun have left checkpoints from which the next call goes on.
  func runs(of trial: FrozenTrial, _ architecture: Architecture, jobs: Int) throws -> [FinishedRun] {
    let state = Mutex<(next: Int, runs: [FinishedRun], error: (any Error)?)>((1, [], nil))
    // CPU work on threads of Dispatch.
    DispatchQueue.concurrentPerform(iterations: min(jobs, seeds)) { _ in
      while let seed = state.withLock({ state -> Int? in
        guard state.error == nil, state.next <= seeds else { return nil }
        defer { state.next += 1 }
        return state.next
      }) {
        do {
          let run = try run(of: trial, architecture, seed: seed)
          state.withLock { $0.runs.append(run) }
        } catch {
          state.withLock { $0.error = $0.error ?? error }
        }
      }
    }
    let (runs, error) = state.withLock { ($0.runs, $0.error) }
    if let error { throw error }
    return runs.sorted { $0.seed < $1.seed }
  }

  private func run(of trial: FrozenTrial, _ architecture: Architecture, seed: Int) throws -> FinishedRun {
    let start = ContinuousClock.now
    let name = "trial \(trial.number), seed \(seed)"
    defer { progress.end(name) }
    let kept = KeptModels(stem: "\(folder)/trial-\(trial.number).seed-\(seed)", stop: stop, progress: progress)
    let trainer = try trainer(of: trial, seed: seed)
    let provenance = [
      "study": study, "trial": String(trial.number), "seed": String(seed), "epochs": String(epochs),
      "architecture": architecture.genome.hash, "genome": architecture.genome.canonicalJSON,
      "training": String(trainer.fingerprint),
    ]
    let float = try kept.model(.float32, of: provenance) {
      try train(trainer, kept, name: name, provenance: provenance, bits: architecture.bitWidths)
    }
    let quantized = try kept.model(.postTraining, of: provenance) {
      progress.show("integers after training", of: name)
      return try measured(
        PostTrainingQuantization(bits: architecture.bitWidths).quantize(float, calibration: runner.raw.training))
    }
    var models: [FinishedForm: TrainedModel] = [.float32: float, .postTraining: quantized]
    if awareEpochs > 0 {
      let training = awareTraining(like: trainer.options, bits: architecture.bitWidths)
      let provenance = provenance.merging(["aware": "\(awareEpochs) epochs"]) { $1 }
      models[.aware] = try kept.model(.aware, of: provenance) {
        try measured(train(training, float, kept, name: name))
      }
    }
    let run = FinishedRun(seed: seed, models: models)
    let metric = objective.metric
    let values = FinishedForm.allCases.filter { run.models[$0] != nil }.map {
      "\($0.title) \(shortNumber(run.value(metric, of: $0, on: "validation")))"
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    progress.note("\(name): validation \(metric.rawValue) \(values.joined(separator: ", ")) (\(duration(seconds)))")
    return run
  }

  private func trainer(of trial: FrozenTrial, seed: Int) throws -> Trainer {
    var values = trial.externalParameters
    values["epochs"] = .int(epochs)
    let draw = Draw(seed: UInt64(seed), number: trial.number)
    return try runner.trainer(values: values, seed: Trial.seed(for: draw), precision: trial.precision)
  }

  private func train(
    _ trainer: Trainer, _ kept: KeptModels, name: String, provenance: [String: String], bits: BitWidths
  ) throws -> TrainedModel {
    let checkpoint = kept.checkpoint(.float32)
    if let kept = try kept.read(checkpoint) {
      // A checkpoint of another training is of no use.
      do { try trainer.restore(kept) } catch let error as TrainingError where error.code == .dataMismatch {
        checkpoint.remove()
      }
    }
    let result = try trainer.train(
      afterEpoch: { report in
        progress.show("epoch \(report.epoch)/\(epochs), \(shortNumber(report.value))", of: name)
        try pause(checkpoint) { trainer.checkpoint() }
      }, afterStep: { try pause(checkpoint) { trainer.checkpoint() } })
    var provenance = provenance
    if case .csv(let file) = objective.data { provenance["target"] = file.target }
    provenance[BitWidths.provenanceKey] = bits.provenance
    return try trainer.model(
      metrics: ["validation": result.best.validation, "test": trainer.evaluate(runner.data.test)],
      provenance: provenance)
  }

  /// Keeps a training from time to time, and ends it where the process is to end.
  private func pause(_ checkpoint: CheckpointFile, _ take: () -> TrainingCheckpoint) throws {
    if stop.mode != nil {
      try checkpoint.write(take())
      throw Stopped()
    }
    checkpoint.writeIfDue(take)
  }

  /// The training with rounded numbers: like the one before at a tenth of its rate, which falls to 0, and taught by what it
  /// begins with.
  private func awareTraining(like options: TrainingOptions, bits: BitWidths) -> QuantizationAwareTraining {
    var own = options.minimizer == nil ? options : QuantizationAwareTraining.standardOptions
    own.optimizer.learningRate /= options.minimizer == nil ? 10 : 1
    own.schedule = LearningRateSchedule(.cosine(minimum: 0))
    own.epochs = awareEpochs
    (own.batchSize, own.seed, own.metric, own.selection) = (
      options.batchSize, options.seed, options.metric, options.selection
    )
    (own.weightAveraging, own.metricAveraging, own.plateau, own.patience) = (0, 0, nil, nil)
    own.precision = .float32
    var training = QuantizationAwareTraining(bits: bits, options: own)
    if runner.data.training.target.task == .classification { training.teacher = .init() }
    return training
  }

  private func train(
    _ training: QuantizationAwareTraining, _ float: TrainedModel, _ kept: KeptModels, name: String
  ) throws -> TrainedModel {
    let checkpoint = kept.checkpoint(.aware)
    func quantize(from kept: TrainingCheckpoint?) throws -> TrainedModel {
      try training.quantize(
        float, data: runner.data, from: kept,
        afterEpoch: { epoch, take in
          let report = epoch.report
          progress.show("QAT, epoch \(report.epoch)/\(awareEpochs), \(shortNumber(report.value))", of: name)
          try pause(checkpoint, take)
        }, afterStep: { take in try pause(checkpoint, take) })
    }
    guard let kept = try kept.read(checkpoint) else { return try quantize(from: nil) }
    do { return try quantize(from: kept) } catch let error as TrainingError where error.code == .dataMismatch {
      // A checkpoint of another training is of no use.
      checkpoint.remove()
      return try quantize(from: nil)
    }
  }

  /// An integer model with what its integers achieve.
  private func measured(_ model: TrainedModel) throws -> TrainedModel {
    var model = model
    let (integers, raw) = (try model.integerPredictor(), runner.raw)
    model.metrics = [
      "validation": try integers.metrics(on: raw.validation), "test": try integers.metrics(on: raw.test),
    ]
    return model
  }

  /// What the metric on the validation samples becomes when one layer after the other has weights of few bits, all others
  /// those of the architecture, without training for it.
  ///
  /// - Returns: For each layer with weights, the metric at each of the bits.
  func sensitivity(of run: FinishedRun, _ architecture: Architecture, bits: [Int]) throws -> [LayerSensitivity] {
    guard let float = run.models[.float32] else { return [] }
    let raw = runner.raw
    let validation = raw.validation.prefix(512)
    return try architecture.footprint.steps.filter { $0.weightBits != nil }.map { step in
      LayerSensitivity(
        layer: step.name, bits: bits,
        values: try bits.map { width in
          if stop.mode != nil { throw Stopped() }
          progress.show("\(step.name) with \(width) bits", of: "sensitivity")
          var widths = architecture.bitWidths
          widths.byLayer[step.name] = width
          let quantized = try PostTrainingQuantization(bits: widths, sampleLimit: 256).quantize(
            float, calibration: raw.training)
          return try quantized.integerPredictor().metrics(on: validation)[objective.metric] ?? .nan
        })
    }
  }
}

/// What becomes of the metric when one layer alone has weights of few bits.
struct LayerSensitivity: Sendable {
  let layer: String
  let bits: [Int]
  /// The metric at each of the bits.
  let values: [Double]
}

extension Dataset {
  /// The first samples, at most so many.
  func prefix(_ count: Int) -> Dataset { count < self.count ? subset(Array(0..<count)) : self }
}
