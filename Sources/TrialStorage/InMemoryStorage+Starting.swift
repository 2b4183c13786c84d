public import OrderedCollections
public import SearchSpace
import Synchronization
public import Trials

extension InMemoryStorage {
  public func startTrial(
    study: Int64, owner: ProcessIdentity, limit: Int?, number: Int?,
    assign: (FrozenTrial) -> OrderedDictionary<String, JSONValue>
  ) throws -> StartedTrial? {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: study) else { throw StorageChecks.notFound(study: study) }
      let waiting = tables.studies.values[index].lowestWaiting
      let next = waiting ?? tables.studies.values[index].trials.count
      guard number == nil || number == next else { return nil }
      if waiting == nil {
        let excluded = limit == nil ? 0 : tables.studies.values[index].excludedCount
        guard next - excluded < limit ?? .max else { return nil }
        tables.append(FrozenTrial(id: 0, number: 0, state: .running), at: index)
      }
      var started = tables.studies.values[index].start(next, owner: owner)
      tables.studies.values[index].setSystemAttributes(assign(started.record), number: next)
      started.record = tables.studies.values[index].trials[next]
      return started
    }
  }

  public func enqueueTrial(
    study: Int64, parameters: OrderedDictionary<String, Choice>, userAttributes: OrderedDictionary<String, JSONValue>
  ) throws -> FrozenTrial {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in userAttributes.keys { try StorageChecks.name(key, of: "an attribute") }
    var trial = FrozenTrial(id: 0, number: 0, state: .waiting)
    trial.systemAttributes[FrozenTrial.fixedParametersKey] = .object(parameters.mapValues(\.json))
    trial.userAttributes = userAttributes
    return try tables.withLock { [trial] tables in
      guard let index = tables.studies.index(forKey: study) else { throw StorageChecks.notFound(study: study) }
      return tables.append(trial, at: index)
    }
  }

  public func addTrials(
    study: Int64, above known: Int64?, _ make: (_ first: Int, _ news: [FrozenTrial]) throws -> [TrialAddition]
  ) throws -> [FrozenTrial] {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: study) else { throw StorageChecks.notFound(study: study) }
      // All or none: what cannot be added is found on a copy.
      var copy = tables
      let trials = copy.studies.values[index].trials
      let news = known.map { known in trials[trials.partitioningIndex { $0.id > known }...] } ?? []
      let added = try make(trials.count, Array(news)).map { addition in
        let trial = addition.trial
        try StorageChecks.names(of: trial)
        let table = copy.studies.values[index]
        try StorageChecks.addition(
          trial, objectives: table.record.directions.count, number: table.trials.count)
        try table.check(trial.parameters)
        let added = copy.append(trial, at: index)
        copy.studies.values[index].logs[added.id] = addition.keptLog
        if let note = addition.note {
          let attributes = StudyRecord.attributes(notingFirst: note, onTrial: added.id)
          copy.studies.values[index].record.systemAttributes.update(with: attributes)
        }
        return added
      }
      tables = copy
      return added
    }
  }
}
