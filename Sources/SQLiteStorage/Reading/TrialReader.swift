import OrderedCollections
import SearchSpace
import TrialStorage
import Trials

/// Reads trials of one study, and passes over or repairs what is damaged in them.
struct TrialReader {
  let connection: Connection
  let storage: SQLiteStorage
  var oddities = Oddities(areCollected: false)

  private static let times = ", datetime_start, datetime_complete"

  /// The trials of a study by number, those in some states where they are given.
  func trials(study: Int64, states: Set<TrialState>? = nil) throws -> [FrozenTrial] {
    if let states, states.isDisjoint(with: [.complete, .pruned, .failed]) {
      // Few of many, as a rule, which an index tells.
      return try fill(
        try heads(of: connection.unfinishedTrials(study: study), study: study), study: study, states: states)
    }
    return try fill(try heads(study: study), study: study, states: states)
  }

  /// The first trials of a study above an identifier, by number, but for some that are passed over.
  ///
  /// - Parameter isBehind: Whether there may be more of them.
  /// - Returns: The trials, and up to which identifier there are no others.
  func trials(
    study: Int64, above id: Int64, limit: Int, passingOver others: Set<Int64>, isBehind: inout Bool
  ) throws -> (trials: [FrozenTrial], lastID: Int64) {
    let heads = try heads(study: study, above: id, limit: limit)
    isBehind = heads.count == limit
    return (
      try fill(others.isEmpty ? heads : heads.filter { !others.contains($0.id) }, study: study), heads.last?.id ?? id
    )
  }

  private func heads(study: Int64, above id: Int64 = 0, limit: Int = -1) throws -> [FrozenTrial] {
    var found: [FrozenTrial] = []
    try forEachHead(study: study, above: id, limit: limit, with: Self.times) { found.append(head($0, $1, $2, $3)) }
    return found
  }

  /// The trials of those identifiers that belong to the study, by number.
  func trials(study: Int64, ids: some Sequence<Int64>) throws -> [FrozenTrial] {
    try fill(try heads(of: ids, study: study), study: study)
  }

  private func heads(of ids: some Sequence<Int64>, study: Int64) throws -> [FrozenTrial] {
    var found: [FrozenTrial] = []
    for id in ids.sorted() {
      try forEachHead(Self.times, "trial_id = ? AND study_id = ?", .int(id), .int(study), study: study) {
        found.append(head($0, $1, $2, $3))
      }
    }
    return found
  }

  private func head(_ id: Int64, _ number: Int, _ state: TrialState, _ row: Columns) -> FrozenTrial {
    var trial = FrozenTrial(id: id, number: number, state: state)
    trial.started = moment(row, 3, trial: id)
    trial.completed = moment(row, 4, trial: id)
    return trial
  }

  /// Calls `body` on identifier, number, state and row of the first trials of a study above an identifier, which ascend.
  ///
  /// - Parameters:
  ///   - study: The identifier of the study.
  ///   - id: The identifier above which they are.
  ///   - limit: How many they are at most; −1 for no limit.
  ///   - columns: Those that the row has from the fourth on, each behind a comma.
  ///   - body: Gets the rows.
  func forEachHead(
    study: Int64, above id: Int64, limit: Int, with columns: String = "",
    _ body: (Int64, Int, TrialState, Columns) -> Void
  ) throws {
    try forEachHead(
      columns, "study_id = ? AND trial_id > ? ORDER BY trial_id LIMIT \(limit)", .int(study), .int(id), study: study,
      body)
  }

  private func forEachHead(
    _ columns: String, _ condition: String, _ first: SQLArgument, _ second: SQLArgument, study: Int64,
    _ body: (Int64, Int, TrialState, Columns) -> Void
  ) throws {
    let sql = "SELECT trial_id, number, state\(columns) FROM trials WHERE \(condition)"
    try connection.forEachRow(sql, first, second) { row in
      guard let id = row.int(0) else { return }
      body(id, try row.int(1).map { Int($0) } ?? number(of: id, study: study), state(row, trial: id), row)
    }
  }

  /// The number of a trial that has none on record: how many trials of the study are older.
  private func number(of id: Int64, study: Int64) throws -> Int {
    oddities.note("trial \(id) has no number")
    let older = try connection.firstRow(
      "SELECT count(*) FROM trials WHERE study_id = ? AND trial_id < ?", .int(study), .int(id)
    ) { $0.int(0) }
    return Int((older ?? nil) ?? 0)
  }

  private func state(_ row: Columns, trial id: Int64) -> TrialState {
    if let text = row.text(2) {
      if let state = TrialState(rawValue: text) { return state }
      if let state = TrialState(rawValue: text.uppercased()) {
        oddities.note("trial \(id) has the state '\(text)' instead of '\(state.rawValue)'")
        return state
      }
    }
    oddities.note("trial \(id) has no state but \(row.description(2)), it counts as failed")
    return .failed
  }

  private func moment(_ row: Columns, _ column: CInt, trial id: Int64) -> Timestamp? {
    if let moment = row.text(column).flatMap(Timestamp.init) { return moment }
    if !row.isNull(column) { oddities.note("trial \(id): \(row.description(column)) is no date and time") }
    return nil
  }

  /// Reads the rest of trials that are given by ascending identifier, and returns them by number.
  private func fill(
    _ heads: [FrozenTrial], study: Int64, states: Set<TrialState>? = nil
  ) throws -> [FrozenTrial] {
    guard !heads.isEmpty else { return [] }
    var trials = heads
    if let states {
      // Without its values a complete trial counts as failed.
      trials.removeAll { !states.contains($0.state) && !($0.state == .complete && states.contains(.failed)) }
    }
    let objectives = try storage.objectives(study: study, connection)
    try readValues(into: &trials)
    for index in trials.indices { settleResult(of: &trials[index], objectives: objectives) }
    if let states { trials.removeAll { !states.contains($0.state) } }
    try readRest(into: &trials)
    try readExclusions(into: &trials, study: study)
    let isSorted = zip(trials, trials.dropFirst()).allSatisfy { $0.number < $1.number }
    if !isSorted { trials.sort { ($0.number, $0.id) < ($1.number, $1.id) } }
    return trials
  }

  /// Makes values and state agree.
  private func settleResult(of trial: inout FrozenTrial, objectives: Int) {
    let fits: Bool
    switch trial.state {
    case .complete: fits = trial.values.count == objectives
    case .pruned: fits = trial.values.isEmpty || trial.values.count == objectives
    case .failed, .running, .waiting: fits = trial.values.isEmpty
    }
    guard !fits else { return }
    let (id, count, state) = (trial.id, trial.values.count, trial.state)
    oddities.note("trial \(id) is \(state.rawValue) with \(count) of \(objectives) values")
    trial.values = []
    if trial.state == .complete { trial.state = .failed }
  }
}
