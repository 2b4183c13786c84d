public import TrialStorage
import Trials

extension SQLiteStorage {
  public func setCheckpoint(_ checkpoint: [UInt8], of lease: TrialLease) throws {
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "keep a checkpoint of")
      try connection.setCheckpoint(checkpoint, of: head, trial: lease.trial)
    }
  }

  public func checkpoint(trial: Int64) throws -> [UInt8]? {
    try file.read { connection in
      _ = try connection.head(trial: trial)
      guard try hasOwnTable("hpo_checkpoints", connection) else { return nil }
      return try connection.firstRow("SELECT data FROM hpo_checkpoints WHERE trial_id = ?", .int(trial)) { $0.blob(0) }
        ?? nil
    }
  }

  public func startOver(_ lease: TrialLease) throws {
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "begin again")
      try connection.startOver(trial: lease.trial)
    }
  }
}

extension Connection {
  /// Keeps a checkpoint in place of the one before, with the step of the last report.
  func setCheckpoint(_ checkpoint: [UInt8], of head: TrialHead, trial: Int64) throws {
    try StorageChecks.checkpoint(checkpoint, number: head.number)
    try execute(
      """
      INSERT INTO hpo_checkpoints (trial_id, sequence, last_step, data)
      VALUES (?1, 1, (SELECT max(step) FROM trial_intermediate_values WHERE trial_id = ?1), ?2)
      ON CONFLICT (trial_id) DO UPDATE
      SET sequence = sequence + 1, last_step = excluded.last_step, data = excluded.data
      """, .int(trial), .blob(checkpoint))
  }

  /// Takes what a run left from a trial that begins again.
  func startOver(trial: Int64) throws {
    try execute("DELETE FROM hpo_checkpoints WHERE trial_id = ?", .int(trial))
    try execute("DELETE FROM trial_intermediate_values WHERE trial_id = ?", .int(trial))
    var keys: [String] = []
    try forEachRow("SELECT key FROM trial_system_attributes WHERE trial_id = ?", .int(trial)) { row in
      if let key = row.text(0), FrozenTrial.isOfOneRun(attribute: key) { keys.append(key) }
    }
    for key in keys {
      try execute("DELETE FROM trial_system_attributes WHERE trial_id = ? AND key = ?", .int(trial), .text(key))
    }
  }

  /// Lets a running trial wait: to go on from its checkpoint, or to begin again where it has none.
  func requeue(trial: Int64) throws {
    let checkpoint = try firstRow(
      "SELECT last_step FROM hpo_checkpoints WHERE trial_id = ?", .int(trial),
      read: { (lastStep: $0.int(0), $0.isNull(0)) })
    if let checkpoint {
      try execute(
        "DELETE FROM trial_intermediate_values WHERE trial_id = ? AND step > ?", .int(trial),
        .int(checkpoint.lastStep ?? -1))
    } else {
      try startOver(trial: trial)
    }
    // Values of a running trial can only be another program's.
    for table in ["trial_values", "trial_heartbeats", "hpo_trial_owners", "hpo_trial_logs"] {
      try execute("DELETE FROM \(table) WHERE trial_id = ?", .int(trial))
    }
    try execute(
      "UPDATE trials SET state = 'WAITING', datetime_start = NULL, datetime_complete = NULL WHERE trial_id = ?",
      .int(trial))
  }
}
