public import OrderedCollections
public import SearchSpace
public import Trials

extension InMemoryStorage {
  public func setParameters(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>, trial: Int64) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "give parameters to")
      try table.check(parameters)
      table.trials[number].parameters.merge(parameters) { _, new in new }
      table.learn(number)
    }
  }

  public func report(_ value: Double, step: Int, trial: Int64) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "report to")
      let reports = table.trials[number].intermediateValues
      guard !reports.contains(where: { $0.step == step }) else { return }
      let place = reports.firstIndex { $0.step > step } ?? reports.endIndex
      table.trials[number].intermediateValues.insert(.init(step: step, value: value), at: place)
    }
  }

  public func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, trial: Int64
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(trial) { table, number in
      try StorageChecks.state(table.trials[number].state, isIn: .running, .waiting, number: number, to: "annotate")
      switch kind {
      case .user: table.trials[number].userAttributes.merge(attributes) { _, new in new }
      case .system: table.trials[number].systemAttributes.merge(attributes) { _, new in new }
      }
    }
  }
}
