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

  public func owner(trial: Int64) throws -> ProcessIdentity? {
    try file.read { connection in
      _ = try connection.head(trial: trial)
      guard try hasOwnTable("hpo_trial_owners", connection) else { return nil }
      return try connection.firstRow(
        "SELECT host, boot, process, start_time FROM hpo_trial_owners WHERE trial_id = ?", .int(trial)
      ) { row -> ProcessIdentity? in
        guard let host = row.text(0), let boot = row.text(1), let startTime = row.int(3),
          let process = row.int(2).flatMap(Int32.init(exactly:))
        else { return nil }
        return ProcessIdentity(host: host, boot: boot, process: process, startTime: startTime)
      } ?? nil
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
