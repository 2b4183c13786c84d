public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func outline(study: Int64) throws -> (cursor: TrialCursor, outline: StudyOutline)? {
    try file.read { connection in
      try connection.requireStudy(study)
      // The indexes come with the tables.
      guard try hasOwnTable("hpo_histories", connection), try objectives(study: study, connection) == 1,
        try connection.hasManyResults(study: study),
        try !connection.hasMark("= '\(GridVisits.pointKey)'", study: study),
        try !connection.hasMark(
          "BETWEEN '\(FrozenTrial.constraintListKey)' AND '\(FrozenTrial.constraintPrefix)\u{10FFFF}'", study: study)
      else { return nil }
      guard let outline = try connection.outline(study: study) else { return nil }
      var cursor = TrialCursor()
      cursor.catchUp(with: try revision(study: study, connection))
      let last = try connection.firstRow("SELECT max(trial_id) FROM trials WHERE study_id = ?", .int(study)) {
        $0.int(0)
      }
      cursor.advance(to: (last ?? nil) ?? 0)
      try connection.forEachRow(
        "SELECT trial_id FROM trials WHERE study_id = ? AND state IN ('RUNNING', 'WAITING')", .int(study)
      ) { row in
        if let id = row.int(0) { cursor.watch(id) }
      }
      return (cursor, outline)
    }
  }
}

extension Connection {
  /// Whether an attribute of a trial says something special of it: all but joint samples do. `OwnSchema` has an index of
  /// such attributes.
  static let isMark = "(\"key\" < 'tpe:' OR \"key\" >= 'tpe;')"

  /// Whether a trial of a study has a system attribute of a name, which must not begin with `tpe:`.
  ///
  /// - Parameter condition: What is asked of the name, in SQL.
  func hasMark(_ condition: String, study: Int64) throws -> Bool {
    try hasRow(
      """
      SELECT 1 FROM trial_system_attributes a CROSS JOIN trials t ON t.trial_id = a.trial_id
      WHERE \(Self.isMark) AND "key" \(condition) AND t.study_id = ? LIMIT 1
      """, .int(study))
  }

  fileprivate func hasManyResults(study: Int64) throws -> Bool {
    let count = try firstRow(
      """
      SELECT count(*) FROM (
        SELECT 1 FROM trials WHERE study_id = ? AND state IN ('COMPLETE', 'PRUNED') LIMIT \(StudyOutline.leastCount))
      """, .int(study)
    ) { $0.int(0) }
    return (count ?? nil) ?? 0 >= StudyOutline.leastCount
  }

  /// Nil where trials are damaged in a way that only reading them mends.
  fileprivate func outline(study: Int64) throws -> StudyOutline? {
    var outline = StudyOutline()
    try forEachRow(
      """
      SELECT t.number FROM hpo_trial_exclusions e CROSS JOIN trials t ON t.trial_id = e.trial_id
      WHERE e.study_id = ?1 AND t.study_id = ?1 AND t.state IN ('COMPLETE', 'PRUNED', 'FAIL')
      """, .int(study)
    ) { row in
      if let number = row.int(0) { outline.excluded.insert(Int(number)) }
    }
    try forEachRow(
      """
      SELECT t.number, t.state FROM trial_system_attributes a CROSS JOIN trials t ON t.trial_id = a.trial_id
      WHERE \(Self.isMark) AND "key" = '\(FrozenTrial.reusedKey)' AND t.study_id = ? AND t.state IN ('COMPLETE', 'PRUNED')
      """, .int(study)
    ) { row in
      guard let number = row.int(0).map(Int.init), !outline.excluded.contains(number) else { return }
      outline.reusing[number] = row.text(1).flatMap(TrialState.init)
    }
    guard try !hasUnknownState(study: study) else { return nil }
    for state in TrialState.allCases {
      var numbers = NumberSet()
      var isSound = true
      try forEachRow(
        "SELECT number FROM trials WHERE study_id = ? AND state = ? ORDER BY number", .int(study), .text(state.rawValue)
      ) { row in
        guard let number = row.int(0).map(Int.init) else { return isSound = false }
        if outline.excluded.contains(number) || outline.reusing[number] != nil { return }
        if !numbers.insert(number) { isSound = false }
      }
      guard isSound else { return nil }
      switch state {
      case .complete: outline.complete = numbers
      case .pruned: outline.pruned = numbers
      case .failed: outline.failed = numbers
      case .running, .waiting: break
      }
    }
    outline.best = try best(of: study, passingOver: outline.excluded.union(outline.reusing.keys))
    outline.hasReports = try hasRow("SELECT 1 FROM trial_intermediate_values LIMIT 1")
    return outline
  }

  /// Whether a trial of a study has a state that is none. An index answers that without looking at the others.
  private func hasUnknownState(study: Int64) throws -> Bool {
    let known = TrialState.allCases.map(\.rawValue).sorted()
    let between = zip(known, known.dropFirst()).map { "state > '\($0)' AND state < '\($1)'" }
    return try (["state < '\(known[0])'", "state > '\(known[known.count - 1])'"] + between).contains { condition in
      try hasRow("SELECT 1 FROM trials WHERE study_id = ? AND \(condition) LIMIT 1", .int(study))
    }
  }

  /// The numbers of the best complete trials of a study.
  private func best(of study: Int64, passingOver others: Set<Int>) throws -> [Int] {
    let direction = try firstRow(
      "SELECT direction FROM study_directions WHERE study_id = ? AND objective = 0", .int(study)
    ) { $0.text(0) }
    let isMaximized = (direction ?? nil)?.uppercased() == "MAXIMIZE"
    let ids = try trials(
      study: study, states: [.complete], order: .value(ascending: !isMaximized),
      limit: StudyOutline.bestCount + others.count)
    var numbers: [Int] = []
    for id in ids {
      let number = try head(trial: id).number
      if !others.contains(number) { numbers.append(number) }
    }
    return Array(numbers.prefix(StudyOutline.bestCount))
  }
}
