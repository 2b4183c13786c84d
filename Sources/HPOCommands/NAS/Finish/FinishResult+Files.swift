import Foundation
import HPO
import OrderedCollections
import StudyConfiguration

extension FinishResult {
  /// The bits at which the layers are tried.
  private static let sensitivityBits = [8, 4, 2]
  /// The most samples that all forms are compared on.
  private static let verifiedSamples = 1000

  /// Trains an architecture, exports the best of its integer models and measures it.
  ///
  /// - Parameters:
  ///   - trial: The trial of the search.
  ///   - source: The architectures of the study.
  ///   - finisher: Trains.
  ///   - limits: What architectures of the search may cost.
  ///   - folder: Where the files are written.
  ///   - jobs: How many trainings run at once.
  init(
    _ trial: FrozenTrial, _ source: ArchitectureSource, _ finisher: ArchitectureFinisher, limits: CostLimits,
    folder: String, jobs: Int
  ) throws {
    let architecture = try source.architecture(of: trial)
    let metric = source.objective.metric
    let runs = try finisher.runs(of: trial, architecture, jobs: jobs)
    let chosen = runs.best(by: metric)
    guard let integers = chosen.run.models[chosen.form], let float = chosen.run.models[.float32] else {
      preconditionFailure("a run has a model of the form that is chosen")
    }
    let network = try IntegerNetwork(integers)
    let name = CSource.identifier("\(finisher.study)_\(trial.number)")
    let stem = "trial-\(trial.number)"
    let contents: OrderedDictionary<String, (file: String, bytes: [UInt8])> = [
      "model, float32": ("\(stem).hpo", try float.encoded()),
      "ONNX, float32": ("\(stem).onnx", try ONNXFile(floats: float, name: name).bytes),
      "model, int8": ("\(stem).int8.hpo", try integers.encoded()),
      "ONNX, int8": ("\(stem).int8.onnx", try ONNXFile(integers: integers, name: name).bytes),
      "C header": ("\(stem).h", Array(try CSource(integers, name: name).text.utf8)),
    ]
    for (file, bytes) in contents.values { try RegularFile.write(bytes, to: "\(folder)/\(file)") }

    let test = source.runner.raw.test
    var confusion: (names: [String], counts: [[Int]])?
    if case .classes(let names) = integers.target {
      confusion = (names, try integers.integerPredictor().confusion(on: test))
    }
    finisher.progress.show("comparing all forms", of: "trial \(trial.number)")
    let verification = try ModelVerification(integers, samples: test.prefix(Self.verifiedSamples))
    let sensitivity = try finisher.sensitivity(of: chosen.run, architecture, bits: Self.sensitivityBits)
    for name in ["sensitivity", "trial \(trial.number)"] { finisher.progress.end(name) }
    let engine = IntegerEngine(network)
    let prepared = source.runner.data.test
    let sample = Array(prepared.features.prefix(prepared.width))
    let latency = (
      float: try InferenceLatency.measure(architecture.graph, output: architecture.output),
      integers: InferenceLatency.median(runs: 50) { _ = engine.run(sample) }
    )
    self.init(
      trial: trial.number, architecture: architecture, metric: metric,
      epochs: (finisher.epochs, finisher.awareEpochs),
      seeds: runs.map { run in
        Seed(
          seed: run.seed,
          values: Dictionary(
            uniqueKeysWithValues: run.models.keys.map { form in
              (form, (run.value(metric, of: form, on: "validation"), run.value(metric, of: form, on: "test")))
            }))
      },
      exported: (chosen.run.seed, chosen.form),
      bytes: Bytes(
        flash: network.flashBytes, activations: network.peakActivationBytes, arena: network.memory.count),
      files: contents.mapValues(\.file), verification: verification, confusion: confusion, sensitivity: sensitivity,
      latency: latency,
      limits: KeptLimit.all(
        limits, network: network, standardizationBytes: integers.standardization?.constantBytes ?? 0,
        architecture: architecture, latency: latency.float))
  }

  /// What the study keeps of it: the way from the trial to its files, seen from the folder of the database.
  func lineage(in folder: String, database: String?) -> JSONValue {
    func place(_ file: String) -> JSONValue {
      let path = "\(folder)/\(file)"
      return .string(database.map { ModelLineage.place(of: path, beside: $0) } ?? path)
    }
    return [
      "architecture": .string(architecture.genome.hash), "seed": .int(exported.seed),
      "form": .string(exported.form.rawValue), "test \(metric.rawValue)": .double(exportedValue),
      "files": .object(files.mapValues(place)), "report": place("report.html"),
    ]
  }
}
