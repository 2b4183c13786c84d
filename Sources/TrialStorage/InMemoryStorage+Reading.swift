public import SearchSpace
public import Trials

extension InMemoryStorage {
  public func trial(_ id: Int64) throws -> FrozenTrial {
    try withTrial(id) { table, number in table.trials[number] }
  }

  public func trial(number: Int, study: Int64) throws -> FrozenTrial {
    try withStudy(study) { table in
      guard table.trials.indices.contains(number) else {
        throw StorageChecks.notFound(number: number, count: table.trials.count)
      }
      return table.trials[number]
    }
  }

  public func trials(study: Int64, states: Set<TrialState>?) throws -> [FrozenTrial] {
    try withStudy(study) { table in
      guard let states else { return table.trials }
      return table.trials.filter { states.contains($0.state) }
    }
  }

  public func trials(study: Int64, numbers: [Int]) throws -> [FrozenTrial] {
    try withStudy(study) { table in
      numbers.filter(table.trials.indices.contains).map { table.trials[$0] }
    }
  }

  public func trials(
    study: Int64, states: Set<TrialState>?, order: TrialOrder, limit: Int
  ) throws -> [FrozenTrial] {
    guard case .value(let ascending) = order else {
      return Array(try trials(study: study, states: states).prefix(limit))
    }
    return try withStudy(study) { table in
      // A whole trial is much to move.
      let valued: [(value: Double, number: Int)] = table.trials.indices.compactMap { number in
        guard states?.contains(table.trials[number].state) ?? true else { return nil }
        return table.trials[number].values.first.map { ($0, number) }
      }
      func comes(_ left: (value: Double, number: Int), before right: (value: Double, number: Int)) -> Bool {
        left.value == right.value ? left.number < right.number : (left.value < right.value) == ascending
      }
      let first = limit == 1 ? valued.min(by: comes).map { [$0] } ?? [] : Array(valued.sorted(by: comes).prefix(limit))
      return first.map { table.trials[$0.number] }
    }
  }

  public func distribution(of name: String, study: Int64) throws -> Distribution? {
    try withStudy(study) { $0.distribution(of: name) }
  }

  public func hasReplicates(study: Int64) throws -> Bool {
    try withStudy(study) { $0.trials.contains { $0.replicated != nil } }
  }

  public func history(study: Int64) throws -> KeptHistory? { nil }

  public func outline(study: Int64) throws -> (cursor: TrialCursor, outline: StudyOutline)? { nil }

  public func forEachConfiguration(study: Int64, _ body: (HashedConfiguration) -> Void) throws {
    try forEachBatch(study: study) { $0.lazy.compactMap(HashedConfiguration.init).forEach(body) }
  }

  /// Keeps nothing, since the trials are in memory already.
  public func keepHistory(_ history: KeptHistory, study: Int64) throws {}

  public func trials(study: Int64, above id: Int64, limit: Int) throws -> [FrozenTrial] {
    try withStudy(study) { table in
      Array(table.trials[table.trials.partitioningIndex { $0.id > id }...].prefix(limit))
    }
  }

  public func changes(study: Int64, since cursor: inout TrialCursor) throws -> [FrozenTrial] {
    try withStudy(study) { $0.changes(since: &cursor) }
  }

  public func counts(study: Int64) throws -> [TrialState: Int] {
    try withStudy(study) { table in
      table.trials.reduce(into: [:]) { if !$1.isExcluded { $0[$1.state, default: 0] += 1 } }
    }
  }

  public func excludedCount(study: Int64) throws -> Int { try withStudy(study, \.excludedCount) }
}

extension StudyTable {
  /// The trials that are new or were unfinished, as `Storage.changes(study:since:)` gives them.
  func changes(since cursor: inout TrialCursor) -> [FrozenTrial] {
    cursor.catchUp(with: revision)
    let firstNew = trials.partitioningIndex { $0.id > cursor.lastID }
    let known = trials[..<firstNew]
    let revisited = cursor.unfinished.sorted().compactMap { id in
      let place = known.partitioningIndex { $0.id >= id }
      return place < known.endIndex && known[place].id == id ? known[place] : nil
    }
    let changed = revisited + trials[firstNew...].filter { !cursor.others.contains($0.id) }
    if let last = trials.last { cursor.advance(to: last.id) }
    cursor.advance(over: changed)
    return changed
  }
}
