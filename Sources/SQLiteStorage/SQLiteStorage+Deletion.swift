import Synchronization

// A study goes in one transaction, its trials in as many as they need: so others write in between, and no transaction is
// larger than the log. What is left meanwhile is on record in `hpo_deletions` and belongs to no study, so nobody sees it.
extension SQLiteStorage {
  public func deleteStudy(_ id: Int64, cleanUp: (Int64) throws -> Void) throws {
    try write(.full) { connection in
      try connection.requireStudy(id)
      try connection.execute(
        """
        INSERT OR REPLACE INTO hpo_deletions (study_id, study_name)
        SELECT study_id, CAST(ifnull(study_name, '') AS TEXT) FROM studies WHERE study_id = ?
        """, .int(id))
      for table in ["study_directions", "study_user_attributes", "study_system_attributes", "studies"] {
        try connection.execute("DELETE FROM \(table) WHERE study_id = ?", .int(id))
      }
      try connection.deleteTrials(ofDeletedStudy: id)
    }
    memory.withLock { memory in
      memory.objectives[id] = nil
      memory.distributions[id] = nil
      memory.withoutParameter[id] = nil
    }
    try finishDeletion(of: id, cleanUp: cleanUp)
  }

  public func finishDeletions(cleanUp: (Int64) throws -> Void) throws -> [String] {
    let left = try file.read { connection in
      var left: [(id: Int64, name: String)] = []
      guard try hasOwnTable("hpo_deletions", connection) else { return left }
      try connection.forEachRow("SELECT study_id, study_name FROM hpo_deletions ORDER BY study_id") { row in
        if let id = row.int(0) { left.append((id, row.text(1) ?? "")) }
      }
      return left
    }
    for (id, _) in left { try finishDeletion(of: id, cleanUp: cleanUp) }
    return left.map(\.name)
  }

  private func finishDeletion(of id: Int64, cleanUp: (Int64) throws -> Void) throws {
    while try write(.process, { try $0.deleteTrials(ofDeletedStudy: id) }) {}
    guard try file.read({ try $0.isDeleted(study: id) }) else { return }
    // What is in the way of this one is told once, and keeps no later deletion from going on.
    let cleaning = Result { try cleanUp(id) }
    try write(.full) { try $0.execute("DELETE FROM hpo_deletions WHERE study_id = ?", .int(id)) }
    try cleaning.get()
  }
}

extension Connection {
  /// The tables with what belongs to a trial, by `trial_id`, that Optuna knows.
  static let tablesOfTrial = [
    "trial_user_attributes", "trial_system_attributes", "trial_params", "trial_values", "trial_intermediate_values",
    "trial_heartbeats",
  ]

  /// How many rows one transaction deletes before it ends: what takes some milliseconds.
  private static let mostDeletedRows = 2048

  /// Whether a study is being deleted. Another program may have given its identifier to a new one, as it can in tables
  /// that Optuna made; what was left of it is gone then, see `OwnSchema.triggers`.
  fileprivate func isDeleted(study id: Int64) throws -> Bool {
    try hasRow(
      "SELECT 1 FROM hpo_deletions WHERE study_id = ?1 AND NOT EXISTS (SELECT 1 FROM studies WHERE study_id = ?1)",
      .int(id))
  }

  /// Deletes some trials of a study that is being deleted.
  ///
  /// - Returns: Whether others may be left.
  @discardableResult
  fileprivate func deleteTrials(ofDeletedStudy id: Int64) throws -> Bool {
    guard try isDeleted(study: id) else { return false }
    let before = changeCount
    while changeCount - before < Self.mostDeletedRows {
      let trial = try firstRow("SELECT trial_id FROM trials WHERE study_id = ? LIMIT 1", .int(id)) { $0.int(0) }
      guard let trial = trial ?? nil else { return false }
      // The trial first: to the triggers that watch finished trials its rows then belong to none.
      for table in ["trials"] + Self.tablesOfTrial {
        try execute("DELETE FROM \(table) WHERE trial_id = ?", .int(trial))
      }
    }
    return true
  }
}
