import ArgumentParser
import HPO

struct StudyListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "Lists the studies of a database.",
    discussion: """
      Examples:
        hpo study list
        hpo study list --storage sqlite:///hpo.db --format json
      """)

  @OptionGroup var storage: StorageOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let table = try storage.withStorage { storage in
      var table = ResultTable(columns: [.init("name", title: "study"), .init("directions", title: "direction")])
      // What a narrow terminal has no room for is last.
      table.columns += [.init("best"), .init("trials")] + TrialState.counted.map { .init($0.title) }
      table.rows = try storage.studies().map { try StudyOverview($0, in: storage).row }
      return table
    }
    if table.rows.isEmpty, output.format == .table {
      Terminal.write("no studies yet; 'hpo study create --study NAME' makes one\n")
    } else {
      Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
    }
  }
}

/// What a line of a list says about a study.
struct StudyOverview {
  let record: StudyRecord
  let counts: [TrialState: Int]
  /// The best configuration of a single objective.
  let best: PooledResult?
  /// Trials that do not count, which are not among the counts.
  let excluded: Int

  init(_ record: StudyRecord, in storage: any Storage) throws {
    self.record = record
    counts = try storage.counts(study: record.id)
    excluded = try storage.excludedCount(study: record.id)
    best = record.directions.count == 1 ? try storage.bestResult(of: record) : nil
  }

  var directions: JSONValue { .array(record.directions.map { .string($0.rawValue) }) }

  var row: [JSONValue?] {
    let values: [JSONValue?] = [
      .string(record.name), directions, best?.value.map(JSONValue.double), .int(counts.values.reduce(0, +)),
    ]
    return values + TrialState.counted.map { .int(counts[$0] ?? 0) }
  }
}

extension TrialState {
  /// The states in the order in which counts are given.
  static let counted: [TrialState] = [.complete, .pruned, .failed, .running, .waiting]

  /// The state in a word of everyday.
  var title: String { self == .failed ? "failed" : rawValue.lowercased() }
}
