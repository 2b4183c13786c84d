public import OrderedCollections
public import SearchSpace
public import Trials

extension InMemoryStorage {
  public func finishTrial(
    _ trial: Int64, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "finish")
      try StorageChecks.result(
        state: state, values: values, objectives: table.record.directions.count, number: number)
      try table.check(parameters)
      table.trials[number].parameters.merge(parameters) { _, new in new }
      table.learn(number)
      table.trials[number].state = state
      table.trials[number].values = values
      table.trials[number].completed = .now
      table.trials[number].systemAttributes.merge(attributes) { _, new in new }
      table.owners[trial] = nil
    }
  }

  public func requeueTrial(_ trial: Int64) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "requeue")
      table.requeue(number)
    }
  }

  public func requeueOrphans(study: Int64) throws -> [Int] {
    try withStudy(study) { table in
      let orphans = table.trials.filter { trial in
        trial.state == .running && table.owners[trial.id]?.hasEnded == true
      }
      for orphan in orphans { table.requeue(orphan.number) }
      return orphans.map(\.number)
    }
  }
}
