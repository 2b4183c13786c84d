public import OrderedCollections
public import SearchSpace
public import Trials

extension InMemoryStorage {
  public func setParameters(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>,
    attributes: OrderedDictionary<String, JSONValue>, of lease: TrialLease
  ) throws {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "give parameters to")
      try table.check(parameters)
      table.trials[number].parameters.update(with: parameters)
      table.setSystemAttributes(attributes, number: number)
      table.learn(number)
    }
  }

  public func report(_ value: Double, step: Int, checkpoint: [UInt8]?, of lease: TrialLease) throws {
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "report to")
      if let checkpoint { try StorageChecks.checkpoint(checkpoint, number: number) }
      let reports = table.trials[number].intermediateValues
      if !reports.contains(where: { $0.step == step }) {
        let place = reports.firstIndex { $0.step > step } ?? reports.endIndex
        table.trials[number].intermediateValues.insert(.init(step: step, value: value), at: place)
      }
      if let checkpoint { table.setCheckpoint(checkpoint, number: number) }
    }
  }

  public func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, of lease: TrialLease
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, .waiting, number: number, to: "annotate")
      switch kind {
      case .user: table.trials[number].userAttributes.update(with: attributes)
      case .system: table.setSystemAttributes(attributes, number: number)
      }
    }
  }

  public func claim(_ candidate: String, of lease: TrialLease) throws -> Bool {
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "annotate")
      guard !table.isTaken(candidate, by: number) else { return false }
      table.setSystemAttributes([FrozenTrial.candidateKey: .string(candidate)], number: number)
      return true
    }
  }
}
