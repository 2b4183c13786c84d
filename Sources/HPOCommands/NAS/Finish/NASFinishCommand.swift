import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import Programs
import Spelling
import StudyConfiguration

struct NASFinishCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finish",
    abstract: "Makes verified int8 models of the best architectures: trains longer, quantizes, exports, and reports.",
    discussion: """
      Each architecture is trained with several seeds, and each model is made to compute with integers: after training \
      (PTQ), and by a further training with rounded numbers (QAT). The one whose integers do best on the validation \
      samples is exported as ONNX and as a C header. All forms are compared sample by \
      sample with the integer engine, by which the model is measured on the test samples.

      What is finished is kept as files, so that an interrupted command goes on where it was. report.html tells it all, with \
      what earlier calls have finished in the same folder.

      Examples:
        hpo nas finish --study digits-nas
        hpo nas finish --study digits-nas --top 3 --seeds 5 --epochs 100
        hpo nas finish --study digits-nas --trial 42 --output digits-42
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Option(
    parsing: .unconditional,
    help: "Finish so many of the best: of the study, or of the front where there are several objectives.")
  var top: Int?

  @Option(help: "Finish the architecture of a trial.")
  var trial: [Int] = []

  @Option(
    parsing: .unconditional,
    help: "The epochs of a training. (default: three times as many as the trial had in the search)")
  var epochs: Int?

  @Option(
    parsing: .unconditional,
    help: "The epochs of the further training with rounded numbers (QAT), 0 for none. (default: a quarter of --epochs)")
  var awareEpochs: Int?

  @Option(parsing: .unconditional, help: "How many seeds each architecture is trained with.")
  var seeds = 3

  @Option(parsing: .unconditional, help: "How many trainings run at once. (default: as the study file says, else 1)")
  var jobs: Int?

  @Option(
    name: .shortAndLong, help: "The folder of models, exports and report. (default: the study's name with -finished)")
  var output: String?

  func validate() throws {
    if let top, top < 1 { throw ValidationError("--top \(top): at least 1 is needed") }
    if let epochs, epochs < 1 { throw ValidationError("--epochs \(epochs): at least 1 is needed") }
    if let awareEpochs, awareEpochs < 0 { throw ValidationError("--aware-epochs \(awareEpochs): 0 or more are needed") }
    guard (1...100).contains(seeds) else { throw ValidationError("--seeds \(seeds): 1 to 100 are possible") }
    try Study.check(jobs: jobs)
    guard top == nil || trial.isEmpty else { throw ValidationError("--top and --trial: take one of both") }
  }

  func run() throws {
    let (record, completed, sources, limits) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let trials = try storage.trials(study: record.id, states: [.complete])
      return (
        record, trials, try ArchitectureSources(of: record, in: storage), try storage.architectureLimits(of: record)
      )
    }
    let front = try ArchitectureFront(record, trials: completed, cost: nil)
    let chosen = try chosenTrials(record, completed, front, limits, sources.current)
    if let top, chosen.count < top {
      let place = record.directions.count > 1 ? "front" : "study"
      Terminal.writeError(
        "note: --top \(top): the \(place) has \(counted(chosen.count, "architecture")), and no more can be finished\n")
    }
    for trial in chosen {
      let (source, note) = try sources.source(of: trial)
      if let note { Terminal.writeError("note: \(note)\n") }
      try requireIntegers(of: trial, source.architecture(of: trial), study: record.name)
    }
    sources.current.runner.tellDataNotes()
    // A compiler that fails is to be known before hours of training.
    _ = try CCompiler.find()
    let folder = output ?? "\(record.name.asFileName)-finished"
    let models = "\(folder)/seeds"
    let report = EarlierReport(path: "\(folder)/report.json", study: record.name, sources: sources, trials: completed)
    // What could not be kept is to be known before hours of training.
    _ = try report.results(butOf: chosen.map(\.number))
    do {
      try FileManager.default.createDirectory(atPath: models, withIntermediateDirectories: true)
    } catch {
      throw ValidationError("the folder \(models) cannot be made; --output names another place")
    }
    guard let lock = try PathLock.tryLock("\(models)/finish") else {
      throw ValidationError("another process finishes architectures in \(folder); let it end, or give another --output")
    }
    defer { lock.release() }
    let stems = chosen.map { "trial-\($0.number)." } + ["report."]
    for folder in [folder, models] {
      OutputDrafts(in: folder) { name in stems.contains { name.hasPrefix($0) } }.removeAbandoned()
    }

    let stop = StopSource()
    let progress = FinishProgress()
    let interruption = Interruption(stop: stop) { progress.note("stopping; Ctrl-C again ends at once") }
    defer { interruption.end() }
    var results: [FinishResult] = []
    do {
      for trial in chosen {
        let source = try sources.source(of: trial).source
        let searched = try source.objective.hyperparameters(
          for: trial.externalParameters, architecture: source.architecture(of: trial)
        ).epochs
        let epochs = epochs ?? 3 * searched
        let finisher = ArchitectureFinisher(
          runner: source.runner, objective: source.objective, study: record.name, epochs: epochs,
          awareEpochs: awareEpochs ?? (epochs + 3) / 4, seeds: seeds, folder: models, stop: stop, progress: progress)
        progress.note(
          "trial \(trial.number): \(counted(seeds, "training")) of \(counted(epochs, "epoch"))")
        let result = try FinishResult(
          trial, source, finisher, limits: limits, folder: folder, jobs: jobs ?? sources.current.configuration.jobs ?? 1
        )
        try storage.withStorage { storage in
          try storage.setStudyAttribute(
            "finished:trial \(trial.number)", to: result.lineage(in: folder, database: self.storage.file), kind: .user,
            study: record.id)
        }
        for broken in result.limits where !broken.isKept {
          progress.note("trial \(trial.number), exported: \(broken.text)")
        }
        results.append(result)
      }
    } catch is ArchitectureFinisher.Stopped {
      Terminal.writeError("interrupted; the same command goes on from \(folder)\n")
      throw ExitCode(Interruption.exitStatus)
    }

    let earlier = try report.results(butOf: results.map(\.trial))
    let all = results + earlier
    if !earlier.isEmpty {
      let numbers = earlier.map { String($0.trial) }.joined(separator: ", ")
      progress.note(
        "the report also holds what was finished before: \(earlier.count == 1 ? "trial" : "trials") \(numbers)")
    }
    let page = FinishPage(
      study: record.name, data: sources.current.runner.raw.summary, front: front, limits: limits, results: all)
    let summary: JSONValue = [
      "study": .string(record.name), "front": front.json,
      "results": .array(all.map(\.json)),
    ]
    try RegularFile.write(Array(page.html.utf8), to: "\(folder)/report.html")
    try RegularFile.write(Array((summary.serialized(.pretty) + "\n").utf8), to: report.path)
    Terminal.write(table(all).formatted(.table, width: Terminal.outputWidth))
    Terminal.write("report: \(folder)/report.html\n")
    guard results.allSatisfy(\.verification.passes) else {
      Terminal.writeError("a form of a model computes something else than the integer engine; see the report\n")
      throw ExitCode.failure
    }
  }

  /// Checks, before hours of training, that integers can do what an architecture does.
  private func requireIntegers(of trial: FrozenTrial, _ architecture: Architecture, study: String) throws {
    do {
      try SavedNetwork(graph: architecture.graph, output: architecture.output).requireIntegers()
    } catch let error as CompressionError {
      throw ValidationError(
        "trial \(trial.number) cannot be made of integers: \(error.message); hpo train \(typed("study", study)) --trial "
          + "\(trial.number) trains it in floating point")
    }
  }

  private func chosenTrials(
    _ record: StudyRecord, _ all: [FrozenTrial], _ front: ArchitectureFront, _ limits: CostLimits,
    _ source: ArchitectureSource
  ) throws -> [FrozenTrial] {
    if !trial.isEmpty {
      return try OrderedSet(trial).map { number in
        guard let found = all.first(where: { $0.number == number }) else {
          throw ValidationError("the study '\(record.name.inMessage)' has no complete trial \(number)")
        }
        return found
      }
    }
    // The limits may have become tighter since a trial ran, and what breaks them must hide no other one.
    let bytes = source.runner.data.standardization?.constantBytes ?? 0
    let fitting = all.filter { $0.keeps(limits, standardizationBytes: bytes) }
    let points =
      fitting.count == all.count
      ? front : try? ArchitectureFront(record, trials: fitting, cost: nil)
    guard let points = points.map({ record.directions.count > 1 ? $0.front : $0.points }) else {
      throw ValidationError(
        "no architecture keeps the limits that the study has now; --limit of hpo nas search sets others, and --trial N "
          + "finishes one all the same")
    }
    let isHigherBetter = front.direction == .maximize
    // Of equally good ones the cheapest.
    return points.filter { !$0.trial.isExcluded }.sorted {
      (isHigherBetter ? -$0.value : $0.value, $0.cost, $0.trial.number)
        < (isHigherBetter ? -$1.value : $1.value, $1.cost, $1.trial.number)
    }.prefix(top ?? 1).map(\.trial)
  }

  private func table(_ results: [FinishResult]) -> ResultTable {
    let forms = results.forms
    var table = ResultTable(
      columns: [.init("trial")] + forms.map { ResultTable.Column($0.title) }
        + ["exported", "flash", "ram", "macs", "limits", "all forms"].map { ResultTable.Column($0) })
    table.rows = results.map { result in
      var row: [JSONValue?] = [.int(result.trial)]
      row += forms.map { result.forms.contains($0) ? .string(result.interval($0).text) : nil }
      row += [
        .double(result.exportedValue), .string(ArchitectureCost.flash.text(Double(result.bytes.flash))),
        .string(ArchitectureCost.ram.text(Double(result.bytes.activations))),
        .string(ArchitectureCost.macs.text(Double(result.architecture.footprint.multiplyAccumulates))),
        .string(result.limitsText), .string(result.verification.summary),
      ]
      return row
    }
    return table
  }
}

extension String {
  /// The text as the name of a file: slashes, which would make folders of it, become dashes.
  fileprivate var asFileName: String { replacing("/", with: "-") }
}
