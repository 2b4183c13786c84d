public import TrialStorage
import Trials

extension SQLiteStorage {
  public func run(trial: Int64) throws -> TrialRun? {
    try file.read { connection in
      let head = try connection.head(trial: trial)
      guard head.state == .running else { return nil }
      let reader = TrialReader(connection: connection, storage: self)
      guard let record = try reader.trials(study: head.study, ids: [trial]).first else {
        throw StorageChecks.notFound(trial: trial)
      }
      let owner = try hasOwnTable("hpo_trial_owners", connection) ? connection.owner(trial: trial) : nil
      let starts = try hasOwnTable("hpo_trial_attempts", connection) ? connection.starts(trial: trial) : nil
      return TrialRun(
        record: record,
        lease: TrialLease(trial: trial, start: starts ?? TrialLease.firstStart, isOwned: owner != nil),
        owner: owner?.identity)
    }
  }
}

/// The owner of a trial on record, whose identity may be damaged.
private struct RecordedOwner {
  var identity: ProcessIdentity?
}

extension Connection {
  fileprivate func owner(trial: Int64) throws -> RecordedOwner? {
    try firstRow("SELECT host, boot, process, start_time FROM hpo_trial_owners WHERE trial_id = ?", .int(trial)) {
      row in
      guard let host = row.text(0), let boot = row.text(1), let startTime = row.int(3),
        let process = row.int(2).flatMap(Int32.init(exactly:))
      else { return RecordedOwner() }
      return RecordedOwner(
        identity: ProcessIdentity(host: host, boot: boot, process: process, startTime: startTime))
    }
  }

  fileprivate func starts(trial: Int64) throws -> Int? {
    let starts = try firstRow("SELECT starts FROM hpo_trial_attempts WHERE trial_id = ?", .int(trial)) { $0.int(0) }
    return (starts ?? nil).map(Int.init)
  }
}
