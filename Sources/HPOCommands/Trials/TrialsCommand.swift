import ArgumentParser
import HPO
import Spelling

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
    let (record, trials) = try storage.withStorage { storage in
      let record = try study.record(in: storage)
      return (record, try candidates(of: record, in: storage))
    }
    var table = ResultTable(trials: trials, study: record)
    if let condition { try table.filter(by: condition, study: record) }
    if let sort { try table.sort(by: sort, study: record) }
    if let limit { table.rows = Array(table.rows.prefix(limit)) }
    Terminal.write(table.formatted(output.format, width: Terminal.outputWidth))
  }

  /// The trials that may be listed: only as many as are, where the storage has them in the order that is asked for.
  private func candidates(of record: StudyRecord, in storage: any Storage) throws -> [FrozenTrial] {
    let states = state.map { Set([$0.state]) }
    if condition == nil, let limit {
      let objective = record.metricNames[0]
      switch sort {
      case nil, "number":
        return try storage.trials(study: record.id, states: states, order: .number, limit: limit)
      case "value", "-value", objective, "-" + objective:
        let ascends = (record.directions[0] == .minimize) == !(sort ?? "").hasPrefix("-")
        let first = try storage.trials(
          study: record.id, states: states, order: .value(ascending: ascends), limit: limit)
        // Trials without a value come behind all others.
        if first.count == limit { return first }
      default: break
      }
    }
    return try storage.trials(study: record.id, states: states)
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

extension ResultTable {
  /// Keeps the rows for which a condition in SQL holds.
  mutating func filter(by condition: String, study: StudyRecord) throws {
    var filtered = columns.map { column in
      RowFilter.Column(group: column.path.count == 1 ? "trials" : column.path[0], name: column.path.last ?? "")
    }
    var values = rows
    // What no trial has is NULL rather than unknown.
    for name in Self.optionalTrialColumns where !filtered.contains(.init(group: "trials", name: name)) {
      filtered.append(.init(group: "trials", name: name))
      values = values.map { $0 + [nil] }
    }
    // The only objective is also called value, whatever its name.
    if study.directions.count == 1,
      let objective = columns.firstIndex(where: { $0.path == ["values", study.metricNames[0]] }),
      study.metricNames != ["value"]
    {
      filtered.append(.init(group: "trials", name: "value"))
      values = values.map { $0 + [$0[objective]] }
    }
    rows = try RowFilter(columns: filtered).positions(where: condition, in: values).map { rows[$0] }
  }

  /// Sorts the rows by a column; rows without a value come last.
  ///
  /// - Parameter key: A heading, with `-` in front for the other order. A value sorts the best first.
  mutating func sort(by key: String, study: StudyRecord) throws {
    let isReversed = key.hasPrefix("-")
    let name = isReversed ? String(key.dropFirst()) : key
    let position = columns.firstIndex { [$0.title, $0.name].contains(name) }
    guard let column = position ?? (name == "value" ? columns.firstIndex { $0.path.first == "values" } : nil) else {
      throw ValidationError("there is no column '\(name)'; \(NearestName.hint(for: name, among: columns.map(\.title)))")
    }
    var ascends = !isReversed
    if let objective = columns[...column].filter({ $0.path.first == "values" }).indices.last,
      columns[column].path.first == "values", study.directions[objective] == .maximize
    {
      ascends.toggle()
    }
    let keyed = rows.enumerated().map { (key: $1[column], index: $0) }
    let order = keyed.sorted { left, right in
      switch (left.key, right.key) {
      case (nil, nil): return left.index < right.index
      case (nil, _): return false
      case (_, nil): return true
      case (let value?, let other?):
        if let comparison = value.precedes(other) { return comparison == ascends }
      }
      return left.index < right.index
    }
    rows = order.map { rows[$0.index] }
  }
}

extension JSONValue {
  /// Whether the value sorts before another one; nil where neither sorts before the other. Numbers sort before texts,
  /// NaN after every number.
  fileprivate func precedes(_ other: JSONValue) -> Bool? {
    if let left = doubleValue, let right = other.doubleValue {
      if left.isNaN || right.isNaN { return left.isNaN == right.isNaN ? nil : right.isNaN }
      return left == right ? nil : left < right
    }
    if doubleValue != nil || other.doubleValue != nil { return doubleValue != nil }
    let (left, right) = (stringValue ?? serialized(), other.stringValue ?? other.serialized())
    return left == right ? nil : left < right
  }
}
