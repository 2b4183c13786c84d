import HPO
import OrderedCollections

/// The columns of a table of trials: number, state, values, parameters, attributes of the user, seconds, and what few trials
/// have: constraints, the reason of an exclusion or a failure, another trial that they repeat, a note, what of the record cannot
/// be shown.
struct TrialColumns {
  /// The columns that a table has only where a trial has something for them.
  static let optional = ["violation", "excluded", "duplicate", "note", "failure", "unread"]

  private let study: StudyRecord
  private let concurrent: [Int: Int]
  private var parameters: OrderedSet<String> = []
  private var attributes: OrderedSet<String> = []
  private var present: Set<String> = []

  /// The columns of a table without trials.
  ///
  /// - Parameters:
  ///   - study: The study as it is on record.
  ///   - concurrent: Its replicates that are not on record as such; see `Storage.concurrentReplicates`.
  init(_ study: StudyRecord, concurrent: [Int: Int]) {
    self.study = study
    self.concurrent = concurrent
  }

  /// Adds columns for what trials have.
  mutating func include(_ trials: [FrozenTrial]) {
    for trial in trials {
      parameters.formUnion(trial.shownParameters.keys)
      attributes.formUnion(trial.userAttributes.keys)
      for name in Self.optional where !present.contains(name) && value(name, of: trial) != nil { present.insert(name) }
    }
  }

  /// The columns, in the order of a row's values.
  var columns: [ResultTable.Column] {
    var columns = [ResultTable.Column("number", title: "trial"), .init("state")]
    columns += study.metricNames.map { .init("values", $0) }
    columns += parameters.map { .init("params", $0) }
    columns += attributes.map { .init("userAttributes", $0) }
    if present.contains("violation") { columns.append(.init("violation")) }
    columns += [.init("seconds"), .init("started", isTime: true)]
    return columns + Self.optional.dropFirst().filter(present.contains).map { .init($0) }
  }

  /// The values of a trial.
  func row(of trial: FrozenTrial) -> [JSONValue?] {
    let shown = trial.shownParameters
    var row: [JSONValue?] = [.int(trial.number), .string(trial.state.rawValue)]
    row += study.directions.indices.map { trial.values.indices.contains($0) ? .double(trial.values[$0]) : nil }
    row += parameters.map { shown[$0]?.json }
    row += attributes.map { trial.userAttributes[$0] }
    if present.contains("violation") { row.append(value("violation", of: trial)) }
    row += [trial.duration.map(JSONValue.double), trial.started.map { .string($0.description) }]
    return row + Self.optional.dropFirst().filter(present.contains).map { value($0, of: trial) }
  }

  private func value(_ optional: String, of trial: FrozenTrial) -> JSONValue? {
    switch optional {
    case "violation": trial.constraints.isEmpty ? nil : .double(trial.violation)
    case "excluded": trial.exclusion.map { .string($0.isEmpty ? "yes" : $0) }
    case "duplicate": trial.duplicate(concurrent).map(JSONValue.string)
    case "note": study.note(onTrial: trial.id).map(JSONValue.string)
    case "unread": trial.omissions.isEmpty ? nil : .string(trial.omissions.joined(separator: "; "))
    default: trial.failure.map(JSONValue.string)
    }
  }
}
