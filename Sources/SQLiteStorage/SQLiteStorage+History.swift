public import TrialStorage
public import Trials

extension SQLiteStorage {
  /// How many new trials are read at once, which bounds the memory that reading a study takes.
  static let batch = 4096

  public func changes(study: Int64, since cursor: inout TrialCursor) throws -> [FrozenTrial] {
    var next = cursor
    let changed = try file.read { connection in
      try connection.requireStudy(study)
      return try changes(study: study, since: &next, connection)
    }
    cursor = next
    return changed
  }

  func changes(study: Int64, since cursor: inout TrialCursor, _ connection: Connection) throws -> [FrozenTrial] {
    cursor.catchUp(with: try revision(study: study, connection))
    let reader = TrialReader(connection: connection, storage: self)
    let (new, lastID) = try reader.trials(
      study: study, above: cursor.lastID, limit: Self.batch, passingOver: cursor.others, isBehind: &cursor.isBehind)
    cursor.advance(to: lastID)
    let changed = cursor.unfinished.isEmpty ? new : try reader.trials(study: study, ids: cursor.unfinished) + new
    cursor.advance(over: changed)
    return changed
  }

  public func history(study: Int64) throws -> KeptHistory? {
    try file.read { connection in
      try connection.requireStudy(study)
      guard try hasOwnTable("hpo_histories", connection) else { return nil }
      return try connection.firstRow(
        "SELECT last_trial_id, revision, unfinished, data FROM hpo_histories WHERE study_id = ?", .int(study)
      ) { row -> KeptHistory? in
        guard let lastID = row.int(0), let revision = row.int(1), let text = row.text(2), let data = row.blob(3)
        else {
          return nil
        }
        let unfinished = text.split(separator: " ").compactMap { Int64($0) }
        var cursor = TrialCursor()
        (cursor.lastID, cursor.unfinished, cursor.revision) = (lastID, Set(unfinished), revision)
        return KeptHistory(cursor: cursor, data: data)
      }.flatMap { kept in
        guard let kept, kept.cursor.revision == (try revision(study: study, connection)) else { return nil }
        return kept
      }
    }
  }

  public func keepHistory(_ history: KeptHistory, study: Int64) throws {
    let cursor = history.cursor
    let unfinished = cursor.unfinished.sorted().map(String.init).joined(separator: " ")
    try write(.process) { connection in
      // What was made before a finished trial changed, or by a process that knows less, does not take the place of what
      // holds.
      guard try revision(study: study, connection) == cursor.revision else { return }
      try connection.execute(
        """
        INSERT INTO hpo_histories (study_id, last_trial_id, revision, unfinished, data) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (study_id) DO UPDATE SET last_trial_id = excluded.last_trial_id,
          revision = excluded.revision, unfinished = excluded.unfinished, data = excluded.data
        WHERE excluded.last_trial_id >= last_trial_id OR excluded.revision <> revision
        """, .int(study), .int(cursor.lastID), .int(cursor.revision), .text(unfinished), .blob(history.data))
    }
  }
}
