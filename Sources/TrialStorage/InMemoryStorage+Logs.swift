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

  public func owner(trial: Int64) throws -> ProcessIdentity? {
    try withTrial(trial) { table, _ in table.owners[trial] }
  }
}
