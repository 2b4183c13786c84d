import TrialStorage
import Trials

extension Connection {
  /// The value of an objective as a number that sorts, where there is one; `OwnSchema` has an index by it.
  static let rank =
    "CASE value_type WHEN 'FINITE' THEN value WHEN 'INF_POS' THEN 9e999 WHEN 'INF_NEG' THEN -9e999 END"

  /// The identifiers of the trials of a study that may be running or waiting: those that say so, and those whose state is no
  /// word that a program writes.
  func unfinishedTrials(study: Int64) throws -> [Int64] {
    let words = TrialState.allCases.map(\.rawValue).sorted()
    let between = zip([nil] + words.map(Optional.some), words.map(Optional.some) + [nil]).map { low, high in
      [low.map { "state > '\($0)'" }, high.map { "state < '\($0)'" }].compactMap(\.self).joined(separator: " AND ")
    }
    // A range of the index each.
    let conditions = ["state IN ('RUNNING', 'WAITING')", "state IS NULL"] + between
    let sql = conditions.map { "SELECT trial_id FROM trials WHERE study_id = ?1 AND \($0)" }
    var ids: [Int64] = []
    try forEachRow(sql.joined(separator: " UNION ALL "), .int(study)) { row in
      if let id = row.int(0) { ids.append(id) }
    }
    return ids
  }

  /// The identifiers of the first trials in an order, those in some states where they are given.
  func trials(study: Int64, states: Set<TrialState>?, order: TrialOrder, limit: Int) throws -> [Int64] {
    let condition = states.map { states in
      " AND state IN (\(states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))"
    }
    let sql =
      switch order {
      case .number:
        "SELECT trial_id FROM trials WHERE study_id = ?\(condition ?? "") ORDER BY number, trial_id LIMIT ?"
      case .value(let ascending):
        // Along the index by value, however many trials there are.
        """
        SELECT v.trial_id FROM trial_values v CROSS JOIN trials t ON t.trial_id = v.trial_id
        WHERE v.objective = 0 AND \(Self.rank) IS NOT NULL AND t.study_id = ?\(condition ?? "")
        ORDER BY \(Self.rank) \(ascending ? "ASC" : "DESC"), v.trial_id LIMIT ?
        """
      }
    var ids: [Int64] = []
    try forEachRow(sql, .int(study), .int(Int64(limit))) { row in
      if let id = row.int(0) { ids.append(id) }
    }
    return ids
  }
}
