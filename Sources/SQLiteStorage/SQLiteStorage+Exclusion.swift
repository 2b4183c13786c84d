public import Trials
import TrialStorage

extension SQLiteStorage {
  public func setExclusion(_ reason: String?, trial: Int64) throws {
    try write(.full) { connection in
      let head = try connection.head(trial: trial)
      try StorageChecks.finished(head.state, number: head.number, to: reason == nil ? "included" : "excluded")
      if let reason {
        try connection.exclude(trial, of: head.study, reason: reason)
      } else {
        try connection.execute("DELETE FROM hpo_trial_exclusions WHERE trial_id = ?", .int(trial))
      }
      try connection.countRevision(of: head.study)
    }
  }

  public func repeatTrial(_ trial: Int64, reason: (Int) -> String) throws -> FrozenTrial {
    try write(.full) { connection in
      let head = try connection.head(trial: trial)
      try StorageChecks.finished(head.state, number: head.number, to: "run again")
      if let copy = try connection.unfinishedRepetition(of: head) {
        throw StorageChecks.repeated(number: head.number, as: copy.number, state: copy.state)
      }
      let reader = TrialReader(connection: connection, storage: self)
      guard let original = try reader.trials(study: head.study, ids: [trial]).first else {
        throw StorageChecks.notFound(trial: trial)
      }
      try StorageChecks.isWhole(original)
      let copy = try insert(into: head.study, connection) { _ in [TrialAddition(original.repetition)] }
      try connection.exclude(trial, of: head.study, reason: reason(copy[0].number))
      try connection.countRevision(of: head.study)
      return copy[0]
    }
  }

  public func excludedCount(study: Int64) throws -> Int {
    try file.read { connection in
      try connection.requireStudy(study)
      return try hasOwnTable("hpo_trial_exclusions", connection) ? connection.excludedCount(study: study) : 0
    }
  }

  /// How often finished trials of the study were excluded or included.
  func revision(study: Int64, _ connection: Connection) throws -> Int64 {
    guard try hasOwnTable("hpo_study_revisions", connection) else { return 0 }
    let revision = try connection.firstRow(
      "SELECT revision FROM hpo_study_revisions WHERE study_id = ?", .int(study)
    ) { $0.int(0) }
    return (revision ?? nil) ?? 0
  }
}

extension Connection {
  /// The trial that was added to repeat a finished one and has not ended yet.
  fileprivate func unfinishedRepetition(of original: TrialHead) throws -> TrialHead? {
    let copy = try firstRow(
      """
      SELECT t.number, t.state FROM trial_system_attributes a CROSS JOIN trials t ON t.trial_id = a.trial_id
      WHERE \(Self.isMark) AND "key" = '\(FrozenTrial.repeatedKey)' AND a.value_json = ? AND t.study_id = ?
        AND t.state IN ('WAITING', 'RUNNING') ORDER BY t.trial_id LIMIT 1
      """, .text(String(original.number)), .int(original.study)
    ) { (number: $0.int(0), state: $0.text(1).flatMap(TrialState.init)) }
    guard let number = copy?.number, let state = copy?.state else { return nil }
    return TrialHead(study: original.study, number: Int(number), state: state)
  }

  func excludedCount(study: Int64) throws -> Int {
    let count = try firstRow("SELECT count(*) FROM hpo_trial_exclusions WHERE study_id = ?", .int(study)) { $0.int(0) }
    return Int((count ?? nil) ?? 0)
  }

  func exclude(_ trial: Int64, of study: Int64, reason: String) throws {
    try execute(
      "INSERT OR REPLACE INTO hpo_trial_exclusions (study_id, trial_id, reason, excluded_at) VALUES (?, ?, ?, ?)",
      .int(study), .int(trial), .text(reason), .text(Timestamp.now.description))
  }

  /// Has whoever read the study's finished trials read them again.
  func countRevision(of study: Int64) throws {
    try execute(
      """
      INSERT INTO hpo_study_revisions (study_id, revision) VALUES (?, 1)
      ON CONFLICT (study_id) DO UPDATE SET revision = revision + 1
      """, .int(study))
  }
}

extension TrialReader {
  /// Reads which of the trials, given by ascending identifier, are excluded.
  func readExclusions(into trials: inout [FrozenTrial], study: Int64) throws {
    guard let first = trials.first?.id, let last = trials.last?.id else { return }
    let reasons = try exclusions(study: study, from: first, to: last)
    guard !reasons.isEmpty else { return }
    for index in trials.indices where trials[index].state.isFinished {
      trials[index].exclusion = reasons[trials[index].id]
    }
  }

  /// Why trials between two identifiers, both included, are excluded.
  func exclusions(study: Int64, from first: Int64, to last: Int64) throws -> [Int64: String] {
    guard try storage.hasOwnTable("hpo_trial_exclusions", connection) else { return [:] }
    var reasons: [Int64: String] = [:]
    try connection.forEachRow(
      "SELECT trial_id, reason FROM hpo_trial_exclusions WHERE study_id = ? AND trial_id BETWEEN ? AND ?",
      .int(study), .int(first), .int(last)
    ) { row in
      if let id = row.int(0) { reasons[id] = row.text(1) ?? row.description(1) }
    }
    return reasons
  }
}
