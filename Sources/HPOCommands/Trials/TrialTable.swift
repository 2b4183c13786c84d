import HPO
import OrderedCollections

extension ResultTable {
  /// The columns that a study's table has only where a trial has something for them.
  static let optionalTrialColumns = ["violation", "excluded", "duplicate", "note", "failure"]

  /// A study's trials, a row each: number, state, values, parameters, attributes of the user, seconds, and what few
  /// trials have: constraints, the reason of an exclusion or a failure, another trial that they repeat, a note.
  init(trials: [FrozenTrial], study: StudyRecord) {
    let parameters = trials.reduce(into: OrderedSet<String>()) { $0.formUnion($1.shownParameters.keys) }
    let attributes = trials.reduce(into: OrderedSet<String>()) { $0.formUnion($1.userAttributes.keys) }
    let hasFailures = trials.contains { $0.failure != nil }
    let hasExclusions = trials.contains(where: \.isExcluded)
    let hasDuplicates = trials.contains { $0.duplicate != nil }
    let notes = trials.map { study.note(onTrial: $0.id) }
    let hasNotes = notes.contains { $0 != nil }
    let hasConstraints = trials.contains { !$0.constraints.isEmpty }
    columns = [Column("number", title: "trial"), Column("state")]
    columns += study.metricNames.map { Column("values", $0) }
    columns += parameters.map { Column("params", $0) }
    columns += attributes.map { Column("userAttributes", $0) }
    if hasConstraints { columns.append(Column("violation")) }
    columns += [Column("seconds"), Column("started", isTime: true)]
    if hasExclusions { columns.append(Column("excluded")) }
    if hasDuplicates { columns.append(Column("duplicate")) }
    if hasNotes { columns.append(Column("note")) }
    if hasFailures { columns.append(Column("failure")) }
    rows = zip(trials, notes).map { trial, note in
      let shown = trial.shownParameters
      var row: [JSONValue?] = [.int(trial.number), .string(trial.state.rawValue)]
      row += study.directions.indices.map { trial.values.indices.contains($0) ? .double(trial.values[$0]) : nil }
      row += parameters.map { shown[$0]?.json }
      row += attributes.map { trial.userAttributes[$0] }
      if hasConstraints { row.append(trial.constraints.isEmpty ? nil : .double(trial.violation)) }
      row += [trial.duration.map(JSONValue.double), trial.started.map { .string($0.description) }]
      if hasExclusions { row.append(trial.exclusion.map { .string($0.isEmpty ? "yes" : $0) }) }
      if hasDuplicates { row.append(trial.duplicate.map(JSONValue.string)) }
      if hasNotes { row.append(note.map(JSONValue.string)) }
      if hasFailures { row.append(trial.failure.map(JSONValue.string)) }
      return row
    }
  }
}

extension ResultTable {
  /// Results with the trials that stand for them; where one is a mean, with the count of trials and the interval of each
  /// objective.
  init(results: [PooledResult], study: StudyRecord) {
    self.init(trials: results.map(\.trial), study: study)
    guard results.contains(where: { $0.trials.count > 1 }) else { return }
    for (objective, name) in study.metricNames.enumerated() {
      guard let column = columns.firstIndex(where: { $0.path == ["values", name] }) else { continue }
      for index in rows.indices { rows[index][column] = .double(results[index].means[objective]) }
    }
    columns.append(Column("replicates"))
    for index in rows.indices { rows[index].append(.array(results[index].trials.map { .int($0.number) })) }
    for (objective, name) in study.metricNames.enumerated() {
      columns.append(Column("intervals", name, title: "95 % of \(name)"))
      for index in rows.indices {
        let interval = results[index].interval(objective: objective)
        rows[index].append(interval.map { [.double($0.lowerBound), .double($0.upperBound)] })
      }
    }
  }
}

extension FrozenTrial {
  /// What the trial has to do with another one of the same parameters.
  var duplicate: String? {
    if let replicated { return "replicate of \(replicated)" }
    if let reused { return "result of \(reused)" }
    return repeated.map { "repeats \($0)" }
  }

  /// The parameters, with what a waiting trial will run with.
  fileprivate var shownParameters: OrderedDictionary<String, Choice> {
    state == .waiting ? externalParameters.merging(fixedParameters) { own, _ in own } : externalParameters
  }
}
