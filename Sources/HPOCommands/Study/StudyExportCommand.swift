import ArgumentParser
import Foundation
import HPO
import OrderedCollections
import Spelling

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

  @Option(
    parsing: .unconditional,
    help: "The file to write, which must not exist. (default: standard output; needed for optuna)")
  var output: String?

  func validate() throws {
    if format == .optuna, output == nil { throw ValidationError("--format optuna needs --output FILE") }
  }

  func run() throws {
    if let output, FileManager.default.fileExists(atPath: output) {
      throw ValidationError("there is a file '\(output)' already; give the path of a new one")
    }
    let (name, count) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      guard let output else { return (record.name, try write(record, in: storage, to: Terminal.write)) }
      return (record.name, try OutputDrafts(of: output).cleaningUp { try write(record, in: storage, file: output) })
    }
    if let output {
      Terminal.write("wrote the study '\(name.inMessage)' with \(counted(count, "trial")) to \(output)\n")
    }
  }

  /// Writes a new file; returns how many trials it has.
  private func write(_ record: StudyRecord, in storage: any Storage, file path: String) throws -> Int {
    if format == .optuna {
      return try SQLiteStorage.export(record, of: storage, place: self.storage.location, to: path).added
    }
    let file = try OutputFile(path)
    do {
      let count = try write(record, in: storage, to: file.write)
      try file.close()
      return count
    } catch {
      file.remove()
      throw error
    }
  }

  /// Writes all trials as CSV or JSON, as they are read; returns how many there are.
  private func write(
    _ record: StudyRecord, in storage: any Storage, to output: @escaping (String) throws -> Void
  ) throws -> Int {
    var columns = TrialColumns(record, concurrent: try storage.concurrentReplicates(study: record.id))
    try StorageChecks.isWhole(record)
    try storage.forEachBatch(study: record.id) { trials in
      for trial in trials { try StorageChecks.isWhole(trial) }
      columns.include(trials)
    }
    let table = ResultTable(columns: columns.columns)
    var writer = RowWriter(
      columns: table.columns, isJSON: format == .json, in: Self.frame(of: record), to: output)
    var count = 0
    try storage.forEachBatch(study: record.id) { trials in
      for trial in trials {
        if format == .csv {
          try writer.write(columns.row(of: trial))
        } else {
          try writer.write(object: json(trial, columns, table))
        }
      }
      count += trials.count
    }
    try writer.finish()
    return count
  }

  /// The JSON of a study around the array of its trials.
  private static func frame(of record: StudyRecord) -> (before: String, after: String, depth: Int) {
    let study: OrderedDictionary<String, JSONValue> = [
      "study": .string(record.name), "directions": .array(record.directions.map { .string($0.rawValue) }),
      "metrics": .array(record.metricNames.map(JSONValue.string)), "userAttributes": .object(record.userAttributes),
    ]
    // Without the bracket that ends it, and the line feed before that.
    return (JSONValue.object(study).serialized(.pretty).dropLast(2) + ",\n  \"trials\": ", "\n}\n", 1)
  }

  private func json(_ trial: FrozenTrial, _ columns: TrialColumns, _ table: ResultTable) -> JSONValue {
    guard case .object(var members) = table.object(columns.row(of: trial)) else { return .null }
    members["completed"] = trial.completed.map { .string($0.description) } ?? .null
    members["reports"] = .array(
      trial.intermediateValues.map { report in
        ["step": .int(report.step), "value": JSONValue.double(report.value).withTextForInfinities]
      })
    return .object(members)
  }
}
