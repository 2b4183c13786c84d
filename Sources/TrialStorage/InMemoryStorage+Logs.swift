import Trials

extension InMemoryStorage {
  public func setLog(_ text: String, of lease: TrialLease) throws {
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "log for")
      table.logs[lease.trial] = text
    }
  }

  public func log(trial: Int64) throws -> String? { try withTrial(trial) { table, _ in table.logs[trial] } }

  public func run(trial: Int64) throws -> TrialRun? {
    try withTrial(trial) { table, number in
      guard table.trials[number].state == .running else { return nil }
      let owner = table.owners[trial]
      let lease = TrialLease(trial: trial, start: table.attempts[trial]?.starts ?? 0, isOwned: owner != nil)
      return TrialRun(record: table.trials[number], lease: lease, owner: owner)
    }
  }
}
