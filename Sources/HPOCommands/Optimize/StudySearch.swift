import ArgumentParser
import Foundation
import HPO
import StudyConfiguration

/// A search, and what the command line says of it whatever is searched.
struct StudySearch: ParsableArguments {
  @OptionGroup var storage: StorageOptions

  @Option(help: "The name of the study. (default: the one in the study file)")
  var study: String?

  @Option(help: "The study file. (default: the one that the study was created with)")
  var config: String?

  @Option(
    parsing: .unconditional, help: "How many trials the study shall hold in all. (default: as the study file says)")
  var trials: Int?

  @Option(parsing: .unconditional, help: "How many trials run at once. (default: as the study file says, else 1)")
  var jobs: Int?

  @OptionGroup var stopping: StoppingOptions

  @OptionGroup var search: SearchOptions

  @OptionGroup var determinism: DeterminismOptions

  @OptionGroup var durability: DurabilityOptions

  @Flag(name: .shortAndLong, help: "Write a line for each trial to standard error.")
  var verbose = false

  func validate() throws {
    if let trials, trials < 1 { throw ValidationError("--trials \(trials): at least 1 is needed") }
    try Study.check(jobs: jobs, advice: "several processes can work on one study")
  }

  /// What a search is begun by.
  enum Command {
    /// `hpo optimize`, with what its command line says of a study.
    case optimize(InlineStudy)
    /// `hpo nas search`, to which a study of hyperparameters alone is a mistake.
    case architectureSearch

    var words: String {
      switch self {
      case .optimize: "hpo optimize"
      case .architectureSearch: "hpo nas search"
      }
    }

    var inlineStudy: InlineStudy? { if case .optimize(let study) = self { study } else { nil } }
  }

  /// Searches.
  func run(by command: Command) async throws {
    let given = try config.map { try StudyConfiguration(contentsOf: $0) }
    let inline = command.inlineStudy
    let opened = try storage.open(create: given != nil || inline?.space.isEmpty == false)
    durability.apply(to: opened)
    let outcome: OptimizeOutcome
    do {
      outcome = try await search(given, by: command, in: opened)
      try opened.close()
    } catch {
      // The first error is the one to tell.
      try? opened.close()
      throw error
    }
    Terminal.write(outcome.text)
    if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
  }

  private func search(
    _ given: StudyConfiguration?, by command: Command, in storage: any Storage
  ) async throws -> OptimizeOutcome {
    let inline = try given == nil ? command.inlineStudy?.configuration(named: study, in: storage) : nil
    let described = given ?? inline
    var configuration = try described ?? .kept(with: StudyOptions.record(named: study, in: storage), in: storage)
    try command.inlineStudy?.program?.limit(&configuration)
    let hasArchitectures = configuration.objective?.training?.architecture != nil
    if case .architectureSearch = command, !hasArchitectures {
      throw ValidationError(
        "the study searches no architecture, since its file has no 'architecture'; hpo optimize searches its parameters"
      )
    }
    if configuration.space.entries.isEmpty, !hasArchitectures, configuration.objective?.training != nil {
      throw ValidationError(
        "\(configuration.file): there is no 'space', so nothing is to be searched; name parameters there, or train the network "
          + "by hpo train")
    }
    guard let name = study ?? configuration.name else {
      throw ValidationError("the study file names no study, so --study is needed")
    }
    let total = trials ?? configuration.trials
    let ending = stopping.completed(by: configuration.stop)
    guard total != nil || ending.endsSearch else {
      throw ValidationError(
        "how many trials? Give --trials N, --timeout, --until or --stagnation, or 'trials:' or 'stop:' in the study file"
      )
    }
    let search = try self.search.completed(
      by: try kept(.search, of: name, in: storage), ofStudy: name, for: configuration)
    let overriding = given.map { search.overriding($0, butFor: self.search) } ?? []
    let location = try StorageLocation(parsing: self.storage.location)
    let runner = try ObjectiveRunner(configuration, search: search, storage: location)
    defer { runner.close() }
    // A condition that is none is found before anything is written.
    let rules = try ending.rules(
      study: storage.study(named: name) ?? configuration.record(named: name), space: configuration.space)
    let note = try described.flatMap { described in
      try described.change(
        ofStudy: name, in: storage,
        by: config == nil ? "the command line describes another study" : "the study file is another")
    }
    let jobs = jobs ?? configuration.jobs ?? 1
    let study = try configuration.openStudy(
      named: name, folder: config.map(folder(ofFile:)) ?? (inline == nil ? nil : currentFolder), search: search,
      checkpointInterval: durability.checkpointInterval,
      window: determinism.window(ofStudy: name, jobs: jobs, in: storage), in: storage, ifExists: .load)
    if let note { Terminal.writeError("note: \(note)\n") }
    if !overriding.isEmpty {
      Terminal.writeError(
        "note: \(overriding.joined(separator: ", ")): typed before, kept with the study and going before its file; type it "
          + "anew to change it\n")
    }
    if let window = study.window, window < jobs {
      Terminal.writeError("note: the study is deterministic with \(window) at once; \(jobs) jobs run no more\n")
    }
    if let note = try runner.samples.flatMap({ try storage.changeOfSamples(to: $0, study: study.id) }) {
      Terminal.writeError("note: \(note)\n")
    }
    let file =
      try configuration.objective?.training == nil
      ? nil : StudyFileArchive.keep(configuration, ofStudy: name, in: storage)
    try runner.prepare(study)
    let record = try storage.existingStudy(named: name)
    let before = try StudyOverview(record, in: storage)
    let progress = ProgressReporter(
      line: ProgressLine(total: total, record: record, counts: before.counts, best: before.best), record: record,
      verbose: verbose)
    let stop = StopSource()
    let interruption = Interruption(stop: stop) {
      progress.note("\(runner.haltNotice); Ctrl-C again ends at once")
    }
    defer { interruption.end() }
    let summary: OptimizationSummary
    do {
      summary = try await study.optimize(
        trials: total, timeout: ending.timeout?.duration, jobs: jobs, stop: stop,
        stopRules: rules, observer: progress.observe
      ) { trial in
        if let file {
          try trial.setSystemAttribute(
            FrozenTrial.trainedByKey, to: ["file": .string(file), "seed": .string(String(trial.seed))])
        }
        return try runner.evaluate(trial)
      }
    } catch {
      progress.finish()
      throw error
    }
    progress.finish()
    let options = typed("study", name) + self.storage.repeated
    let overview = try StudyOverview(try storage.existingStudy(named: name), in: storage)
    let outcome = OptimizeOutcome(
      overview, summary: summary, total: total, seconds: progress.elapsed, isInterrupted: interruption.hasHappened,
      options: location == .memory ? nil : options, hasArchitectures: hasArchitectures)
    if interruption.hasHappened || !summary.interrupted.isEmpty {
      let again =
        options + (total.map { " --trials \($0)" } ?? "") + (self.jobs.map { " --jobs \($0)" } ?? "")
        + stopping.repeated
      Terminal.writeError(
        outcome.note(interrupted: summary.interrupted, hasCheckpoints: configuration.objective?.program == nil)
          + "go on with: \(command.words) \(again)\n")
    }
    return outcome
  }

  /// A document of the study of a name, nil where there is none.
  private func kept(_ document: StudyDocument, of name: String, in storage: any Storage) throws -> String? {
    try storage.study(named: name).flatMap { try storage.document(document, study: $0.id) }
  }
}
