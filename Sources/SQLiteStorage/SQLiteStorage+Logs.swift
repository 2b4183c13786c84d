import Trials
public import TrialStorage

extension SQLiteStorage {
  public func setLog(_ text: String, of lease: TrialLease) throws {
    try write(.process) { connection in
      let head = try connection.head(of: lease)
      try StorageChecks.state(head.state, isIn: .running, number: head.number, to: "log for")
      try connection.setLog(text, of: lease.trial)
    }
  }

  public func log(trial: Int64) throws -> String? {
    try file.read { connection in
      _ = try connection.head(trial: trial)
      guard try hasOwnTable("hpo_trial_logs", connection) else { return nil }
      return try connection.firstRow("SELECT text FROM hpo_trial_logs WHERE trial_id = ?", .int(trial)) { $0.text(0) }
        ?? nil
    }
  }
}

extension Connection {
  /// Keeps what a trial's objective printed.
  func setLog(_ text: String, of trial: Int64) throws {
    try execute(
      """
      INSERT INTO hpo_trial_logs (trial_id, text) VALUES (?, ?)
      ON CONFLICT (trial_id) DO UPDATE SET text = excluded.text
      """, .int(trial), .text(text))
  }
}
