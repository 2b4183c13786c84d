import TrialStorage
import Trials

extension Connection {
  /// The value of an objective as a number that sorts, where there is one; `OwnSchema` has an index by it.
  static let rank =
    "CASE value_type WHEN 'FINITE' THEN value WHEN 'INF_POS' THEN 9e999 WHEN 'INF_NEG' THEN -9e999 END"

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
