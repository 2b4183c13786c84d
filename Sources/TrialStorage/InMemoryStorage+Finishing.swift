public import OrderedCollections
public import SearchSpace
import Synchronization
public import Trials

extension InMemoryStorage {
  public func commitEnd(
    of lease: TrialLease, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>,
    since cursor: TrialCursor?, amend: (_ news: [FrozenTrial]) -> OrderedDictionary<String, JSONValue>
  ) throws -> PendingSync {
    for name in parameters.keys { try StorageChecks.name(name, of: "a parameter") }
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "finish")
      try StorageChecks.result(
        state: state, values: values, objectives: table.record.directions.count, number: number)
      try table.check(parameters)
      var attributes = attributes
      if var cursor { attributes.update(with: amend(table.changes(since: &cursor))) }
      table.trials[number].parameters.update(with: parameters)
      table.learn(number)
      table.finish(number, state: state, values: values, attributes: attributes)
    }
    return .done
  }

  public func setExclusion(_ reason: String?, trial: Int64) throws {
    try withTrial(trial) { table, number in
      try StorageChecks.finished(
        table.trials[number].state, number: number, to: reason == nil ? "included" : "excluded")
      table.setExclusion(reason, number: number)
    }
  }

  public func repeatTrial(_ trial: Int64, reason: (Int) -> String) throws -> FrozenTrial {
    try tables.withLock { tables in
      guard let place = tables.places[trial], let index = tables.studies.index(forKey: place.study) else {
        throw StorageChecks.notFound(trial: trial)
      }
      let original = tables.studies.values[index].trials[place.number]
      try StorageChecks.finished(original.state, number: place.number, to: "run again")
      let trials = tables.studies.values[index].trials
      if let copy = trials.first(where: { $0.repeated == place.number && !$0.state.isFinished }) {
        throw StorageChecks.repeated(number: place.number, as: copy.number, state: copy.state)
      }
      let copy = tables.append(original.repetition, at: index)
      tables.studies.values[index].setExclusion(reason(copy.number), number: place.number)
      return copy
    }
  }

  public func requeueTrial(_ lease: TrialLease) throws {
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "requeue")
      table.requeue(number)
    }
  }

  public func requeueOrphans(study: Int64) throws -> OrphanedTrials {
    try withStudy(study) { table in
      var orphans = OrphanedTrials()
      let now = Timestamp.now
      for trial in table.trials where trial.state == .running {
        let owner = table.owners[trial.id]
        let isSilent = owner?.isSilent(since: table.heartbeats[trial.id] ?? trial.started, at: now) ?? false
        switch owner?.life {
        case .ended where table.countDeath(trial.number):
          table.finish(
            trial.number, state: .failed, values: [],
            attributes: [FrozenTrial.failureKey: .string(OrphanedTrials.failure)])
          orphans.failed.append(trial.number)
          continue
        case .ended, .endedWithComputer: break
        case .elsewhere where isSilent: break
        case .running, .elsewhere, nil: continue
        }
        table.requeue(trial.number)
        orphans.requeued.append(trial.number)
      }
      return orphans
    }
  }

  public func recordHeartbeats(of leases: [TrialLease]) throws {
    for lease in leases {
      try withTrial(lease.trial) { table, number in
        guard table.trials[number].state == .running, (try? table.check(lease, number: number)) != nil else { return }
        table.heartbeats[lease.trial] = .now
      }
    }
  }
}
