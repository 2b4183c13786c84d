import HPO

/// The trials of a study that are asked for, read some thousand at a time: memory holds those that are listed, and of the
/// others a batch.
struct TrialListing {
  let study: StudyRecord
  let storage: any Storage
  /// Only trials in these states; nil for all.
  let states: Set<TrialState>?
  /// Only trials for which this holds, in SQL.
  let condition: String?
  /// The column to sort by; nil for the number.
  let sort: String?
  /// At most so many.
  let limit: Int?
  /// As of `TrialColumns`.
  let concurrent: [Int: Int]

  /// The trials in their order.
  func trials() throws -> [FrozenTrial] {
    if condition == nil, let limit, let first = try indexed(limit) { return first }
    if condition == nil, sort == nil { return try storage.trials(study: study.id, states: states) }
    guard let sort else {
      var kept: [FrozenTrial] = []
      try forEachTrial { _, trial in
        kept.append(trial)
        return kept.count < limit ?? .max
      }
      return kept
    }
    return try sorted(by: TrialOrdering(sort, study: study))
  }

  /// The first trials where the storage has them in the order that is asked for.
  private func indexed(_ limit: Int) throws -> [FrozenTrial]? {
    let objective = study.metricNames[0]
    switch sort {
    case nil, "number":
      return try storage.trials(study: study.id, states: states, order: .number, limit: limit)
    case "value", "-value", objective, "-" + objective:
      let ascends = (study.directions[0] == .minimize) == !(sort ?? "").hasPrefix("-")
      let first = try storage.trials(
        study: study.id, states: states, order: .value(ascending: ascends), limit: limit)
      // Trials without a value come behind all others.
      return first.count == limit ? first : nil
    default: return nil
    }
  }

  private func sorted(by ordering: TrialOrdering) throws -> [FrozenTrial] {
    typealias Entry = (key: JSONValue?, trial: FrozenTrial)
    var kept: [Entry] = []
    var known = TrialColumns(study, concurrent: concurrent)
    var isKnown = ordering.position(in: known.columns) != nil
    var ascends = true
    func settle() {
      kept.sort { left, right in
        TrialOrdering.precedes(left.key, right.key, ascending: ascends) ?? (left.trial.number < right.trial.number)
      }
      if let limit, kept.count > limit { kept.removeLast(kept.count - limit) }
    }
    try forEachBatch { columns, trials in
      let titles = columns.columns
      if !isKnown { known.include(trials) }
      let position = ordering.position(in: titles)
      if let position {
        isKnown = true
        ascends = ordering.ascends(position, of: titles)
      }
      for trial in trials { kept.append((position.flatMap { columns.row(of: trial)[$0] }, trial)) }
      if let limit, kept.count > 2 * limit + 4096 { settle() }
      return true
    }
    guard isKnown else { throw ordering.unknown(among: known.columns) }
    settle()
    return kept.map(\.trial)
  }

  /// Hands the trials to `body` by number, with the columns of the whole table, until it has enough.
  func forEachTrial(_ body: (TrialColumns, FrozenTrial) throws -> Bool) throws {
    try forEachBatch { columns, trials in
      for trial in trials {
        guard try body(columns, trial) else { return false }
      }
      return true
    }
  }

  /// Hands some thousand trials at a time to `body`, until it has enough.
  private func forEachBatch(_ body: (TrialColumns, [FrozenTrial]) throws -> Bool) throws {
    struct Enough: Error {}
    let columns = try columns()
    let filter = try condition.map { condition in
      try RowFilter(
        trials: ResultTable(columns: columns.columns).conditionRows(study: study).columns, condition: condition)
    }
    do {
      try storage.forEachBatch(study: study.id) { batch in
        var trials = states.map { states in batch.filter { states.contains($0.state) } } ?? batch
        if let filter {
          let rows = ResultTable(columns: columns.columns, rows: trials.map(columns.row)).conditionRows(study: study)
            .rows
          trials = try filter.positions(in: rows).map { trials[$0] }
        }
        guard try body(columns, trials) else { throw Enough() }
      }
    } catch is Enough {}
  }

  /// The columns of the table of all trials in the states, which a condition may name.
  private func columns() throws -> TrialColumns {
    var columns = TrialColumns(study, concurrent: concurrent)
    try storage.forEachBatch(study: study.id) { batch in
      columns.include(states.map { states in batch.filter { states.contains($0.state) } } ?? batch)
    }
    return columns
  }
}
