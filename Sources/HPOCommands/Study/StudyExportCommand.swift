import ArgumentParser
import Foundation
import HPO
import OrderedCollections

struct StudyExportCommand: ParsableCommand {
  /// What a study is written as.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case csv, json, optuna
  }

  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a study as CSV, as JSON, or as a database for Optuna and its dashboards.",
    discussion: """
      csv is the table of all trials; json is the study with its trials and their reports. optuna is a single file with \
      Optuna's tables alone and a rollback journal, as the dashboards in a browser and in an editor need it; excluded \
      trials are left out of it, and a trial that runs waits in it.

      Examples:
        hpo study export --study digits-mlp --format csv --output trials.csv
        hpo study export --study digits-mlp --format json | jq '.trials[0]'
        hpo study export --study digits-mlp --format optuna --output digits.db
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions

  @Option(help: "What to write.")
  var format: Format = .csv

  @Option(help: "The file to write, which must not exist. (default: standard output; needed for optuna)")
  var output: String?

  func validate() throws {
    if format == .optuna, output == nil { throw ValidationError("--format optuna needs --output FILE") }
  }

  func run() throws {
    if let output, FileManager.default.fileExists(atPath: output) {
      throw ValidationError("there is a file '\(output)' already; give the path of a new one")
    }
    let (name, text, count) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      if format == .optuna, let output {
        let summary = try SQLiteStorage.export(record, of: storage, place: self.storage.location, to: output)
        return (record.name, nil as String?, summary.added.count)
      }
      let trials = try storage.trials(study: record.id, states: nil)
      let table = ResultTable(trials: trials, study: record)
      let text = format == .csv ? table.formatted(.csv, width: nil) : Self.json(record, trials, table)
      return (record.name, text, trials.count)
    }
    guard let output else { return Terminal.write(text ?? "") }
    if let text { try RegularFile.write(Array(text.utf8), to: output) }
    Terminal.write("wrote the study '\(name)' with \(counted(count, "trial")) to \(output)\n")
  }

  private static func json(_ record: StudyRecord, _ trials: [FrozenTrial], _ table: ResultTable) -> String {
    let rows = zip(trials, table.rows).map { trial, row -> JSONValue in
      guard case .object(var members) = table.object(row) else { return .null }
      members["completed"] = trial.completed.map { .string($0.description) } ?? .null
      members["reports"] = .array(
        trial.intermediateValues.map { report in
          ["step": .int(report.step), "value": JSONValue.double(report.value).withTextForInfinities]
        })
      return .object(members)
    }
    let study: OrderedDictionary<String, JSONValue> = [
      "study": .string(record.name), "directions": .array(record.directions.map { .string($0.rawValue) }),
      "metrics": .array(record.metricNames.map(JSONValue.string)), "userAttributes": .object(record.userAttributes),
      "trials": .array(rows),
    ]
    return JSONValue.object(study).serialized(.pretty) + "\n"
  }
}
