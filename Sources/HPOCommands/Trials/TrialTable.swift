import HPO
import OrderedCollections

extension ResultTable {
  /// A study's trials, a row each: number, state, values, parameters, seconds, attributes of the user and the reason of
  /// a failure.
  init(trials: [FrozenTrial], study: StudyRecord) {
    let parameters = trials.reduce(into: OrderedSet<String>()) { $0.formUnion($1.shownParameters.keys) }
    let attributes = trials.reduce(into: OrderedSet<String>()) { $0.formUnion($1.userAttributes.keys) }
    let hasFailures = trials.contains { $0.failure != nil }
    let hasConstraints = trials.contains { !$0.constraints.isEmpty }
    columns = [Column("number", title: "trial"), Column("state")]
    columns += study.metricNames.map { Column("values", $0) }
    columns += parameters.map { Column("params", $0) }
    columns += attributes.map { Column("userAttributes", $0) }
    if hasConstraints { columns.append(Column("violation")) }
    columns += [Column("seconds"), Column("started")]
    if hasFailures { columns.append(Column("failure")) }
    rows = trials.map { trial in
      let shown = trial.shownParameters
      var row: [JSONValue?] = [.int(trial.number), .string(trial.state.rawValue)]
      row += study.directions.indices.map { trial.values.indices.contains($0) ? .double(trial.values[$0]) : nil }
      row += parameters.map { shown[$0]?.json }
      row += attributes.map { trial.userAttributes[$0] }
      if hasConstraints { row.append(trial.constraints.isEmpty ? nil : .double(trial.violation)) }
      row += [trial.duration.map(JSONValue.double), trial.started.map { .string($0.description) }]
      if hasFailures { row.append(trial.failure.map(JSONValue.string)) }
      return row
    }
  }
}

extension FrozenTrial {
  /// The parameters, with what a waiting trial will run with.
  fileprivate var shownParameters: OrderedDictionary<String, Choice> {
    state == .waiting ? externalParameters.merging(fixedParameters) { own, _ in own } : externalParameters
  }
}
