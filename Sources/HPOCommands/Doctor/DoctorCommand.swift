import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import StudyConfiguration

struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks a study database, and mends what is broken.",
    discussion: """
      Every rule is checked that Optuna, its dashboards and hpo rely on. Each fault is shown with what it breaks in which \
      program. The exit status is 1 where a fault is there, or left after a repair. Notes are no faults.

      Without --repair nothing is changed. With it the file is copied first; then all repairs happen, or none.

      Examples:
        hpo doctor hpo.db
        hpo doctor hpo.db --repair
        hpo doctor hpo.db --format json | jq '.findings[].rule'
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The study database. (default: as --storage says)")
  var file: String?

  @Flag(help: "Mend what can be mended, after a copy of the file.")
  var repair = false

  @Option(help: "Where the copy goes. (default: beside the file, with the time in its name)")
  var backup: String?

  func validate() throws {
    if file != nil, storage.storage != nil { throw ValidationError("give FILE or --storage, not both") }
    if backup != nil, !repair { throw ValidationError("--backup goes with --repair") }
  }

  func run() throws {
    let location = file ?? storage.location
    guard case .file(let path) = try StorageLocation(parsing: location) else {
      throw ValidationError("a storage in memory is always sound; give a file")
    }
    let doctor = try DatabaseDoctor(
      path: path, isStudyFile: { (try? StudyConfiguration(bytes: Array($0.utf8), file: path)) != nil },
      mistakeInOptions: KeptOptions.mistake)
    let report: DatabaseReport
    do {
      report = try repair ? doctor.repair(backup: backup ?? Self.backupPath(of: path)) : doctor.examine()
      try doctor.close()
    } catch {
      // The first error is the one to tell.
      try? doctor.close()
      throw error
    }
    let text = DoctorText(report, path: path, isRepair: repair)
    switch output.format {
    case .table: Terminal.write(text.text)
    case .json: Terminal.write(text.json.serialized(.pretty) + "\n")
    case .csv: Terminal.write(text.table.formatted(.csv, width: nil))
    }
    if report.hasFaults { throw ExitCode(1) }
  }

  /// `study.db.before-repair-20261125-101500`.
  private static func backupPath(of path: String) -> String {
    let time = Timestamp.now.description.prefix(19).filter { $0.isNumber || $0 == " " }
    return path + ".before-repair-" + time.replacing(" ", with: "-")
  }
}
