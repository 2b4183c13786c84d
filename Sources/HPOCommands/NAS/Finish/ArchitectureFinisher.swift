import Dispatch
import Foundation
import HPO
import OrderedCollections
import StudyConfiguration
import Synchronization

/// Trains an architecture longer and with several seeds, quantizes each of the models, and keeps them as files, so that
/// what is done is not done again.
struct ArchitectureFinisher: Sendable {
  /// One training of an architecture.
  struct Run: Sendable {
    let seed: Int
    /// The quantized model, with its metrics by part and kind of number.
    let model: TrainedModel
  }

  let runner: TrainingRunner
  let objective: TrainingObjective
  let study: String
  let epochs: Int
  let seeds: Int
  /// Where the models are kept.
  let folder: String
  let stop: StopSource

  /// Trains all seeds of a trial, some at a time; those that are there already are read.
  ///
  /// - Throws: `Stopped` where the process was asked to end, with checkpoints from which the next one goes on.
  func runs(of trial: FrozenTrial, _ architecture: Architecture, jobs: Int) throws -> [Run] {
    let state = Mutex<(next: Int, runs: [Run], error: (any Error)?)>((1, [], nil))
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

  /// Ends a training from within.
  struct Stopped: Error {}

  private func run(of trial: FrozenTrial, _ architecture: Architecture, seed: Int) throws -> Run {
    let path = "\(folder)/trial-\(trial.number).seed-\(seed).\(epochs)-epochs.hpo"
    if FileManager.default.fileExists(atPath: path) {
      return Run(seed: seed, model: try TrainedModel(contentsOf: path))
    }
    let float = try train(trial, architecture, seed: seed, checkpoint: CheckpointFile(path: path + ".checkpoint"))
    let quantization = PostTrainingQuantization(bits: bits(of: architecture))
    var model = try quantization.quantize(float, calibration: runner.raw.training)
    model.metrics = float.metrics
    let integers = try model.integerPredictor()
    model.metrics["int8 validation"] = try integers.metrics(on: runner.raw.validation)
    model.metrics["int8 test"] = try integers.metrics(on: runner.raw.test)
    try model.write(to: path)
    return Run(seed: seed, model: model)
  }

  private func train(
    _ trial: FrozenTrial, _ architecture: Architecture, seed: Int, checkpoint: CheckpointFile
  ) throws -> TrainedModel {
    var values = trial.externalParameters
    values["epochs"] = .int(epochs)
    let draw = Draw(seed: UInt64(seed), number: trial.number)
    let trainer = try runner.trainer(values: values, seed: Trial.seed(for: draw))
    if let kept = try checkpoint.read() { try trainer.restore(kept) }
    func pause() throws {
      if stop.mode != nil {
        try checkpoint.write(trainer.checkpoint())
        throw Stopped()
      }
      try checkpoint.writeIfDue { trainer.checkpoint() }
    }
    let result = try trainer.train(afterEpoch: { _ in try pause() }, afterStep: pause)
    var provenance = [
      "study": study, "trial": String(trial.number), "seed": String(seed), "epochs": String(epochs),
      "architecture": architecture.genome.hash, "genome": architecture.genome.canonicalJSON,
    ]
    if case .csv(let file) = objective.data { provenance["target"] = file.target }
    let model = try trainer.model(
      metrics: ["validation": result.best.validation, "test": trainer.evaluate(runner.data.test)],
      provenance: provenance)
    checkpoint.remove()
    return model
  }

  /// The bits of each layer's weights, by the name of the layer.
  private func bits(of architecture: Architecture) -> BitWidths {
    var widths = BitWidths()
    for step in architecture.footprint.steps {
      if let bits = step.weightBits, bits != 8 { widths.byLayer[step.name] = bits }
    }
    return widths
  }

  /// What the metric on the validation samples becomes when one layer after the other has weights of few bits.
  ///
  /// - Returns: For each layer with weights, the metric at each of the bits.
  func sensitivity(of run: Run, _ architecture: Architecture, bits: [Int]) throws -> [(layer: String, values: [Double])]
  {
    let validation = runner.raw.validation.prefix(512)
    return try architecture.footprint.steps.filter { $0.weightBits != nil }.map { step in
      (
        step.name,
        try bits.map { width in
          var widths = self.bits(of: architecture)
          widths.byLayer[step.name] = width
          let requantized = try PostTrainingQuantization(bits: widths).quantize(
            run.model.withoutQuantization(), calibration: runner.raw.training)
          return try requantized.integerPredictor().metrics(on: validation)[objective.metric] ?? .nan
        }
      )
    }
  }
}

extension Dataset {
  /// The first samples, at most so many.
  fileprivate func prefix(_ count: Int) -> Dataset { count < self.count ? subset(Array(0..<count)) : self }
}

extension TrainedModel {
  /// The model with floating-point numbers that a quantized one rounds.
  fileprivate func withoutQuantization() throws -> TrainedModel {
    try TrainedModel(
      network: network, weights: weights, featureShape: featureShape, featureNames: featureNames,
      standardization: standardization, target: target, metrics: metrics, provenance: provenance)
  }
}
