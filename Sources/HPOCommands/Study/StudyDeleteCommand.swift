import ArgumentParser
import HPO
import Spelling

struct StudyDeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Deletes a study with all its trials, and what they left in their folders.",
    discussion: """
      There is no way back, so a study with trials is deleted only with --yes. The folders of trials are those that \
      programs know as HPO_TRIAL_DIR. A deletion that was interrupted is gone on with by the next one.

      Example:
        hpo study delete --study digits-mlp --yes
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "The name of the study.")
  var study: String

  @Flag(help: "Delete the study although it has trials.")
  var yes = false

  func run() throws {
    let folders = try TrialFolders(beside: StorageLocation(parsing: storage.location))
    let text = try storage.withStorage { storage in
      let finished = try storage.finishDeletions { try folders.remove(study: $0) }
      if try finished.contains(study) && storage.study(named: study) == nil {
        return "deleted what an interrupted deletion had left of the study '\(study.inMessage)'\n"
      }
      let record = try storage.existingStudy(named: study)
      let count = try storage.counts(study: record.id).values.reduce(0, +) + storage.excludedCount(study: record.id)
      guard count == 0 || yes else {
        let files = folders.existing(study: record.id).map { ", and files of them in '\($0)'" }.joined()
        throw ValidationError(
          "the study '\(study.inMessage)' has \(counted(count, "trial"))\(files); add --yes to delete them")
      }
      try Self.checkNobodyRuns(record, in: storage)
      try storage.deleteStudy(record.id) { try folders.remove(study: $0) }
      return "deleted the study '\(study.inMessage)' with \(counted(count, "trial"))\n"
    }
    Terminal.write(text)
  }

  /// - Throws: `StorageError.wrongState` where a process of this host is at work on the study.
  private static func checkNobodyRuns(_ study: StudyRecord, in storage: any Storage) throws {
    for trial in try storage.trials(study: study.id, states: [.running]) {
      guard let owner = try storage.owner(trial: trial.id), owner.life == .running else { continue }
      throw StorageError(
        .wrongState,
        "process \(owner.process) runs trial \(trial.number) of the study '\(study.name.inMessage)'; end it first, by "
          + "Ctrl-C or `kill -INT \(owner.process)`")
    }
  }
}
