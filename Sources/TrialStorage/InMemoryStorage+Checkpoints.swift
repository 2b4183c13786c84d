import Trials

extension InMemoryStorage {
  public func setCheckpoint(_ checkpoint: [UInt8], of lease: TrialLease) throws {
    try withTrial(lease.trial) { table, number in
      try StorageChecks.checkpoint(checkpoint, number: number)
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "keep a checkpoint of")
      table.setCheckpoint(checkpoint, number: number)
    }
  }

  public func checkpoint(trial: Int64) throws -> [UInt8]? {
    try withTrial(trial) { table, _ in table.checkpoints[trial]?.bytes }
  }

  public func startOver(_ lease: TrialLease) throws {
    try withTrial(lease.trial) { table, number in
      try table.check(lease, number: number)
      try StorageChecks.state(table.trials[number].state, isIn: .running, number: number, to: "begin again")
      table.startOver(number)
    }
  }
}
