import HPO
import OrderedCollections

extension ResultTable {
  /// A study's trials, a row each.
  ///
  /// - Parameters:
  ///   - trials: Some of the study.
  ///   - study: The study as it is on record.
  ///   - concurrent: As of `TrialColumns`.
  init(trials: [FrozenTrial], study: StudyRecord, concurrent: [Int: Int] = [:]) {
    var table = TrialColumns(study, concurrent: concurrent)
    table.include(trials)
    columns = table.columns
    rows = trials.map(table.row)
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
  ///
  /// - Parameter concurrent: As of `TrialColumns`.
  func duplicate(_ concurrent: [Int: Int]) -> String? {
    if let original = replicated ?? concurrent[number] { return "replicate of \(original)" }
    if let reused { return "result of \(reused)" }
    return repeated.map { "repeats \($0)" }
  }

  /// The parameters, with what a waiting trial will run with.
  var shownParameters: OrderedDictionary<String, Choice> {
    state == .waiting ? externalParameters.merging(fixedParameters) { own, _ in own } : externalParameters
  }
}
