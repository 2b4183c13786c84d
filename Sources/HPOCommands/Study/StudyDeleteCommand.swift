import ArgumentParser
import HPO

struct StudyDeleteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Deletes a study with all its trials.",
    discussion: """
      There is no way back, so a study with trials is deleted only with --yes.

      Example:
        hpo study delete --study digits-mlp --yes
      """)

  @OptionGroup var storage: StorageOptions

  @Option(help: "The name of the study.")
  var study: String

  @Flag(help: "Delete the study although it has trials.")
  var yes = false

  func run() throws {
    let count = try storage.withStorage { storage in
      let record = try storage.existingStudy(named: study)
      let count = try storage.counts(study: record.id).values.reduce(0, +)
      guard count == 0 || yes else {
        throw ValidationError("the study '\(study)' has \(count) trials; add --yes to delete them")
      }
      try storage.deleteStudy(record.id)
      return count
    }
    Terminal.write("deleted the study '\(study)' with \(count) trial\(count == 1 ? "" : "s")\n")
  }
}
