import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import StudyConfiguration

struct NASFinishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish",
    abstract: "Makes verified int8 models of the best architectures: trains longer, quantizes, exports, and reports.",
    discussion: """
      Each architecture is trained with several seeds; each model is quantized after training, and the one whose integers \
      do best on the validation samples is exported as ONNX and as a C header. All forms are compared sample by sample \
      with the integer engine by which the model was measured on the test samples.

      What is finished is kept as files, so that an interrupted command goes on where it was. report.html tells it all.

      Examples:
        hpo nas finish --study digits-nas
        hpo nas finish --study digits-nas --top 3 --seeds 5 --epochs 100
        hpo nas finish --study digits-nas --trial 42 --output digits-42
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Option(help: "Finish so many of the best: of the study, or of the front where there are several objectives.")
  var top: Int?

  @Option(help: "Finish the architecture of a trial.")
  var trial: [Int] = []

  @Option(help: "The epochs of a training. (default: three times as many as in the search)")
  var epochs: Int?

  @Option(help: "How many seeds each architecture is trained with.")
  var seeds = 3

  @Option(help: "How many trainings run at once. (default: as the study file says, else 1)")
  var jobs: Int?

  @Option(
    name: .shortAndLong, help: "The folder of models, exports and report. (default: the study's name with -finished)")
  var output: String?

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top \(top): at least 1 is needed") }
    if let epochs, epochs < 1 { throw ValidationError("--epochs \(epochs): at least 1 is needed") }
    guard (1...100).contains(seeds) else { throw ValidationError("--seeds \(seeds): 1 to 100 are possible") }
    if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs \(jobs): 1 to 1024 are possible") }
    guard top == nil || trial.isEmpty else { throw ValidationError("--top and --trial: take one of both") }
  }

  func run() throws {
    let (record, all, source, limits) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let trials = try storage.trials(study: record.id, states: [.complete])
      return (
        record, trials, try ArchitectureSource(of: record, in: storage), try storage.architectureLimits(of: record)
      )
    }
    let front = try ArchitectureFront(record, trials: all, cost: nil)
    let chosen = try chosenTrials(record, all, front)
    let folder = output ?? "\(record.name)-finished"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)

    let stop = StopSource()
    let interruption = Interruption(stop: stop) { Terminal.writeError("stopping; Ctrl-C again ends at once\n") }
    defer { interruption.end() }
    let searched = try source.objective.hyperparameters(
      for: chosen[0].externalParameters, architecture: source.architecture(of: chosen[0])
    ).epochs
    let finisher = ArchitectureFinisher(
      runner: source.runner, objective: source.objective, study: record.name, epochs: epochs ?? 3 * searched,
      seeds: seeds, folder: folder, stop: stop)
    var results: [FinishResult] = []
    do {
      for trial in chosen {
        Terminal.writeError("trial \(trial.number): \(seeds) trainings of \(finisher.epochs) epochs\n")
        results.append(try finish(trial, source, finisher))
      }
    } catch is ArchitectureFinisher.Stopped {
      Terminal.writeError("interrupted; the same command goes on from \(folder)\n")
      throw ExitCode(Interruption.exitStatus)
    }

    let page = FinishPage(
      study: record.name, front: front, limit: limits.limits.first { $0.cost == front.cost }?.most, results: results)
    let summary: JSONValue = ["study": .string(record.name), "results": .array(results.map(\.json))]
    try RegularFile.write(Array(page.html.utf8), to: "\(folder)/report.html")
    try RegularFile.write(Array((summary.serialized(.pretty) + "\n").utf8), to: "\(folder)/report.json")
    try storage.withStorage { storage in
      for result in results {
        try storage.setStudyAttribute(
          "finished:trial \(result.trial.number)", to: result.lineage(in: folder), kind: .user, study: record.id)
      }
    }
    Terminal.write(table(results).formatted(.table, width: Terminal.outputWidth))
    Terminal.write("report: \(folder)/report.html\n")
    guard results.allSatisfy(\.verification.passes) else {
      Terminal.writeError("a form of a model computes something else than the integer engine; see the report\n")
      throw ExitCode.failure
    }
  }

  private func chosenTrials(
    _ record: StudyRecord, _ all: [FrozenTrial], _ front: ArchitectureFront
  ) throws -> [FrozenTrial] {
    if !trial.isEmpty {
      return try trial.map { number in
        guard let found = all.first(where: { $0.number == number }) else {
          throw ValidationError("the study '\(record.name)' has no complete trial \(number)")
        }
        return found
      }
    }
    let points = record.directions.count > 1 ? front.front : front.points
    let isHigherBetter = front.direction == .maximize
    // Of equally good ones the cheapest.
    return points.sorted {
      (isHigherBetter ? -$0.value : $0.value, $0.cost, $0.trial.number)
        < (isHigherBetter ? -$1.value : $1.value, $1.cost, $1.trial.number)
    }.prefix(top ?? 1).map(\.trial)
  }

  private func finish(
    _ trial: FrozenTrial, _ source: ArchitectureSource, _ finisher: ArchitectureFinisher
  ) throws -> FinishResult {
    let architecture = try source.architecture(of: trial)
    let metric = source.objective.metric
    let runs = try finisher.runs(of: trial, architecture, jobs: jobs ?? source.configuration.jobs ?? 1)
    func validation(_ run: ArchitectureFinisher.Run) -> Double {
      let value = run.model.metrics["int8 validation"]?[metric] ?? .nan
      return metric.isHigherBetter ? value : -value
    }
    guard var best = runs.first else { preconditionFailure("there is at least one seed") }
    for run in runs where validation(run) > validation(best) { best = run }

    let stem = "\(finisher.folder)/trial-\(trial.number)"
    let name = CSource.identifier("\(finisher.study)_\(trial.number)")
    let files: OrderedDictionary<String, String> = [
      "model": "\(stem).int8.hpo", "ONNX, int8": "\(stem).int8.onnx", "C header": "\(stem).h",
    ]
    try best.model.write(to: "\(stem).int8.hpo")
    try RegularFile.write(ONNXFile(integers: best.model, name: name).bytes, to: "\(stem).int8.onnx")
    try RegularFile.write(Array(CSource(best.model, name: name).text.utf8), to: "\(stem).h")

    let test = source.runner.raw.test
    let network = try IntegerNetwork(best.model)
    let integers = try best.model.integerPredictor()
    var confusion: (names: [String], counts: [[Int]])?
    if case .classes(let names) = best.model.target { confusion = (names, try integers.confusion(on: test)) }
    let engine = IntegerEngine(network)
    let sample = Array(source.runner.data.test.features.prefix(test.width))
    return FinishResult(
      trial: trial, architecture: architecture, runs: runs, chosen: best, metric: metric, files: files,
      verification: try ModelVerification(
        best.model, samples: test.count > 1000 ? test.subset(Array(0..<1000)) : test), confusion: confusion,
      sensitivity: try finisher.sensitivity(of: best, architecture, bits: FinishResult.sensitivityBits),
      flashBytes: network.flashBytes, activationBytes: network.peakActivationBytes,
      latency: (
        try InferenceLatency.measure(architecture.graph, output: architecture.output),
        InferenceLatency.median(runs: 50) { _ = engine.run(sample) }
      ))
  }

  private func table(_ results: [FinishResult]) -> ResultTable {
    var table = ResultTable(
      columns: [
        .init("trial"), .init("float32 \(results.first?.metric.rawValue ?? "")"), .init("int8"), .init("exported"),
        .init("flash"), .init("ram"), .init("macs"), .init("forms"),
      ])
    table.rows = results.map { result in
      [
        .int(result.trial.number), .string(result.float32.text), .string(result.int8.text),
        .double(result.chosen.model.metrics["int8 test"]?[result.metric] ?? .nan),
        .string(ArchitectureCost.flash.text(Double(result.flashBytes))),
        .string(ArchitectureCost.ram.text(Double(result.activationBytes))),
        .string(ArchitectureCost.macs.text(Double(result.architecture.footprint.multiplyAccumulates))),
        .string(result.verification.passes ? "all the same" : "DIFFERENT"),
      ]
    }
    return table
  }
}

extension FinishResult {
  /// What the study keeps of it: from the trial to its files.
  fileprivate func lineage(in folder: String) -> JSONValue {
    [
      "architecture": .string(architecture.genome.hash), "seed": .int(chosen.seed),
      "int8 \(metric.rawValue)": .double(chosen.model.metrics["int8 test"]?[metric] ?? .nan),
      "files": .object(files.mapValues(JSONValue.string)), "report": .string("\(folder)/report.html"),
    ]
  }
}
