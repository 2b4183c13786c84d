import ArgumentParser
import HPO

struct TrialsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trials",
    abstract: "Lists the trials of a study.",
    discussion: """
      Examples:
        hpo trials --study digits-mlp --sort value --limit 10
        hpo trials --study digits-mlp --state failed
        hpo trials --study digits-mlp --where 'state = "COMPLETE" and params.learningRate < 0.01' --sort value
        hpo trials --study digits-mlp --where 'excluded is not null'
        hpo trials --study digits-mlp --format csv > trials.csv
        hpo trials show 12 --study digits-mlp
      """,
    subcommands: [TrialsShowCommand.self])

  @OptionGroup var storage: StorageOptions
  @OptionGroup var study: StudyOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Only trials in this state: complete, pruned, failed, running or waiting.")
  var state: StateFilter?

  @Option(
    name: .customLong("where"),
    help: """
      Only trials for which a condition in SQL holds, over the columns of the table: params.NAME, NAME, state, value, \
      seconds, …
      """)
  var condition: String?

  @Option(
    parsing: .unconditional,
    help: """
      Sort by a column: 'value' (the best first), 'number', 'seconds', or a parameter's name; prefix it with '-' to \
      reverse.
      """)
  var sort: String?

  @Option(parsing: .unconditional, help: "At most so many trials.")
  var limit: Int?

  func validate() throws {
    if let limit, limit < 1 { throw ValidationError("--limit \(limit): at least 1 is needed") }
  }

  func run() throws {
    try storage.withStorage { storage in
      let record = try study.record(in: storage)
      let listing = try TrialListing(
        study: record, storage: storage, states: state.map { [$0.state] }, condition: condition, sort: sort,
        limit: limit, concurrent: storage.concurrentReplicates(study: record.id))
      if output.format != .table, sort == nil, limit == nil {
        var writer: RowWriter?
        try listing.forEachTrial { columns, trial in
          if writer == nil {
            writer = RowWriter(columns: columns.columns, isJSON: output.format == .json, to: Terminal.write)
          }
          try writer?.write(columns.row(of: trial))
          return true
        }
        if writer != nil { return try writer?.finish() ?? () }
      }
      let table = ResultTable(trials: try listing.trials(), study: record, concurrent: listing.concurrent)
      Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
    }
  }
}

/// The states as they are typed.
enum StateFilter: String, ExpressibleByArgument, CaseIterable {
  case complete, pruned, failed, running, waiting

  var state: TrialState {
    switch self {
    case .complete: .complete
    case .pruned: .pruned
    case .failed: .failed
    case .running: .running
    case .waiting: .waiting
    }
  }
}

extension RowFilter {
  /// Makes a filter for trials, whose states are known.
  convenience init(trials columns: [Column], condition: String) throws {
    try self.init(
      columns: columns, condition: condition,
      texts: [Column(group: "trials", name: "state"): TrialState.allCases.map(\.rawValue)])
  }
}

extension ResultTable {
  /// The rows as a condition sees them: with columns that the table has only where a trial has something for them.
  func conditionRows(study: StudyRecord) -> (columns: [RowFilter.Column], rows: [[JSONValue?]]) {
    var names = columns.map { column in
      RowFilter.Column(group: column.path.count == 1 ? "trials" : column.path[0], name: column.path.last ?? "")
    }
    var values = rows
    // What no trial has is NULL rather than unknown.
    for name in TrialColumns.optional where !names.contains(.init(group: "trials", name: name)) {
      names.append(.init(group: "trials", name: name))
      values = values.map { $0 + [nil] }
    }
    // The only objective is also called value, whatever its name.
    if study.directions.count == 1,
      let objective = columns.firstIndex(where: { $0.path == ["values", study.metricNames[0]] }),
      study.metricNames != ["value"]
    {
      names.append(.init(group: "trials", name: "value"))
      values = values.map { $0 + [$0[objective]] }
    }
    return (names, values)
  }
}
