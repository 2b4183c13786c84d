import ArgumentParser
import HPO

struct TrialCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trial",
    abstract: "Changes what is made of single trials: excludes, includes, annotates and repeats them.",
    subcommands: [
      TrialExcludeCommand.self, TrialIncludeCommand.self, TrialAnnotateCommand.self, TrialRequeueCommand.self,
    ])
}

/// Some trials of a study.
struct TrialSelection: ParsableArguments {
  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Argument(help: "The numbers of the trials.")
  var numbers: [Int]

  func validate() throws {
    if let negative = numbers.first(where: { $0 < 0 }) { throw ValidationError("\(negative) is no number of a trial") }
  }

  /// Hands each of the trials to `body`, all of which must exist, and writes what it says about each.
  func forEach(_ body: (FrozenTrial, StudyRecord, any Storage) throws -> String) throws {
    let lines = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let trials = try numbers.map { try storage.trial(number: $0, study: record.id) }
      return try trials.map { try body($0, record, storage) }
    }
    Terminal.write(lines.map { $0 + "\n" }.joined())
  }
}

struct TrialExcludeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exclude",
    abstract: "Excludes finished trials: nothing counts them any more, and nothing of them is lost.",
    discussion: """
      An excluded trial is passed over by samplers, pruners, 'hpo best' and the total of --trials, from the next trial on \
      that any process starts. 'hpo trials' shows it with the reason, 'hpo trial include' takes it back. Optuna sees it as \
      before, except in a copy made by 'hpo study export --format optuna'.

      Examples:
        hpo trial exclude 17 --study digits-mlp
        hpo trial exclude 3 4 5 --reason 'ran with the old data'
      """)

  @OptionGroup var trials: TrialSelection

  @Option(help: "Why, to be kept with the trials.")
  var reason: String?

  func run() throws {
    try trials.forEach { trial, record, storage in
      try storage.setExclusion(reason ?? trial.exclusion ?? "", trial: trial.id)
      return trial.isExcluded ? "trial \(trial.number) was excluded already" : "trial \(trial.number) is excluded"
    }
  }
}

struct TrialIncludeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "include",
    abstract: "Includes excluded trials again.",
    discussion: """
      Example:
        hpo trial include 17 --study digits-mlp
      """)

  @OptionGroup var trials: TrialSelection

  func run() throws {
    try trials.forEach { trial, record, storage in
      guard trial.isExcluded else { return "trial \(trial.number) is not excluded" }
      try storage.setExclusion(nil, trial: trial.id)
      return "trial \(trial.number) counts again"
    }
  }
}

struct TrialAnnotateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate",
    abstract: "Notes a text on a trial.",
    discussion: """
      The note is shown by 'hpo trials' and 'hpo best', and by optuna-dashboard, where it can be edited as well. It takes \
      the place of an earlier one; an empty text removes it.

      Examples:
        hpo trial annotate 17 'the loss jumps at epoch 12' --study digits-mlp
        hpo trial annotate 17 ''
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Argument(help: "The number of the trial.")
  var number: Int

  @Argument(help: "The note.")
  var text: String

  func run() throws {
    try storage.withStorage { storage in
      let record = try study.record(in: storage)
      try storage.annotate(trial: storage.trial(number: number, study: record.id).id, of: record, with: text)
    }
    Terminal.write(text.isEmpty ? "trial \(number) has no note\n" : "noted on trial \(number)\n")
  }
}
