public import OrderedCollections
public import SearchSpace

/// The trials of a study as samplers and pruners see them: columns that are kept in step trial by trial, so that the
/// cost of a look does not include reading the study.
///
/// A trial with results (complete or pruned) is a *row*; rows are numbered in the order of their arrival. A failed trial
/// is only counted, as is one that reuses the result of another, and an excluded one not even that. A trial that claims to be complete without a number for every objective has no row either.
public struct TrialHistory: Sendable {
  /// One direction an objective.
  public let directions: [StudyDirection]
  /// The trials that run now, by ascending number, with the parameters that they have so far.
  public private(set) var running: [FrozenTrial] = []

  /// The complete and pruned trials.
  package private(set) var rows: HistoryRows
  /// The points of grids that trials stand for.
  package private(set) var grids = GridVisits()
  /// What samplers derived from the finished trials.
  package private(set) var memo = HistoryMemo()

  private var reports = ReportTable()
  private var waiting: Set<Int> = []
  private var failed = NumberSet()
  private var withoutRow: [Int: TrialState] = [:]
  private var excluded: Set<Int> = []
  /// Nil until somebody asks, since searches of continuous spaces never do.
  private var configurations: ConfigurationIndex?

  /// Makes the history of a study without trials.
  public init(directions: [StudyDirection]) { self.init(directions: directions, capacity: HistoryRows.usualCapacity) }

  /// Makes the history of a study without trials that keeps so many trials with one objective.
  package init(directions: [StudyDirection], capacity: Int) {
    precondition(!directions.isEmpty, "a study has at least one objective")
    self.directions = directions
    rows = HistoryRows(directions: directions, capacity: capacity)
  }

  /// How many trials are in a state.
  public func count(of state: TrialState) -> Int {
    let others = withoutRow.isEmpty ? 0 : withoutRow.values.count { $0 == state }
    return switch state {
    case .running: running.count
    case .waiting: waiting.count
    case .failed: failed.count
    case .complete: rows.count - rows.prunedCount + others
    case .pruned: rows.prunedCount + others
    }
  }

  /// The parameters that every complete trial (and every pruned one, if they are included) has under the same
  /// distribution, sorted by name; single-valued ones are among them. In a study of very many trials those count that are
  /// kept.
  public func intersectionSpace(includingPruned: Bool) -> OrderedDictionary<String, Distribution> {
    rows.intersectionSpace(includingPruned: includingPruned)
  }

  /// A trial that runs now.
  public func runningTrial(number: Int) -> FrozenTrial? {
    let place = placeAmongRunning(number)
    return place < running.count && running[place].number == number ? running[place] : nil
  }

  /// What `body` makes of the first complete or pruned trial for which it makes something, of those that may have the
  /// parameters of a trial, by ascending number: all that have them, and perhaps some that only seem to.
  ///
  /// - Precondition: `indexConfigurations(reading:)` was called.
  /// - Complexity: O(log *n*) up to each call of `body`.
  package func first<Result>(
    withParametersOf trial: FrozenTrial, _ body: (Int) throws -> Result?
  ) rethrows -> Result? {
    guard let configurations else { preconditionFailure("the history has no index of parameters") }
    return try configurations.first(like: trial, body)
  }

  /// Whether `indexConfigurations(reading:)` reads no more.
  package var isIndexed: Bool { configurations != nil }

  /// Prepares for `first(withParametersOf:_:)`, and from then on keeps what that needs in step.
  ///
  /// - Parameter reading: Hands the configurations of all trials of the history to its argument, once; not where that was done
  ///   before.
  /// - Complexity: O(*n* log *n*) at the first call.
  package mutating func indexConfigurations(reading: ((HashedConfiguration) -> Void) throws -> Void) rethrows {
    if configurations == nil { configurations = try ConfigurationIndex(reading: reading) }
  }

  /// What complete trials reported at a step; nil where none did.
  package func reports(at step: Int) -> ReportColumn? { reports.columns[step] }
}

extension TrialHistory {
  var withoutRowCount: Int { withoutRow.count }

  func encode(into writer: inout HistoryWriter) {
    failed.encode(into: &writer)
    grids.encode(into: &writer)
    writer.write(withoutRow.sorted { $0.key < $1.key }) { writer, trial in
      writer.write(trial.key)
      writer.write(trial.value.rawValue)
    }
    reports.encode(into: &writer)
    rows.encode(into: &writer)
    writer.write([configurations].compactMap(\.self)) { writer, index in index.encode(into: &writer) }
  }

  mutating func decode(from reader: inout HistoryReader) throws(HistoryReader.Malformed) {
    failed = try NumberSet(from: &reader)
    grids = try GridVisits(from: &reader)
    let odd = try reader.array(of: 16) { reader throws(HistoryReader.Malformed) -> (Int, TrialState) in
      let number = try reader.int()
      guard let state = TrialState(rawValue: try reader.text()) else { throw HistoryReader.Malformed() }
      return (number, state)
    }
    withoutRow = Dictionary(odd) { first, _ in first }
    reports = try ReportTable(from: &reader)
    try rows.decode(from: &reader)
    configurations = try reader.array { reader throws(HistoryReader.Malformed) in
      try ConfigurationIndex(from: &reader)
    }.first
  }

  /// Takes in rows by ascending number, with what is known of the trials without one.
  mutating func restore(_ records: [HistoryRecord], results: NumberSet, prunedCount: Int, threshold: Double) {
    rows.restore(records, results: results, prunedCount: prunedCount, threshold: threshold)
  }

  /// Takes in what a complete trial reported.
  mutating func insertReports(of trial: FrozenTrial) {
    reports.insert(trial.intermediateValues, number: trial.number)
  }

  /// Takes in the finished trials that are only counted, or not even that.
  mutating func take(failed: NumberSet, excluded: Set<Int>, reusing: [Int: TrialState]) {
    (self.failed, self.excluded, withoutRow) = (failed, excluded, reusing)
  }

  /// Takes in a trial as it stands now. Trials may come in any order; a finished one may come again and is then ignored.
  ///
  /// - Complexity: O(√n) for a finished trial among n, near O(1) for the others.
  public mutating func update(_ trial: FrozenTrial) {
    guard !isFinished(trial.number) else { return }
    remove(number: trial.number)
    if trial.isExcluded {
      excluded.insert(trial.number)
      return
    }
    grids.insert(trial)
    switch trial.state {
    case .running: running.insert(trial, at: placeAmongRunning(trial.number))
    case .waiting: waiting.insert(trial.number)
    case .failed: failed.insert(trial.number)
    case .complete, .pruned: addResult(of: trial)
    }
  }

  /// Takes note of the grid point that a trial stands for, and of nothing else about it.
  package mutating func visit(_ trial: FrozenTrial) {
    grids.insert(trial)
  }

  /// Whether the history holds a trial of a number, in whatever state.
  package func isKnown(_ number: Int) -> Bool {
    isFinished(number) || waiting.contains(number) || runningTrial(number: number) != nil
  }

  /// Forgets a trial that is not finished.
  public mutating func remove(number: Int) {
    precondition(!isFinished(number), "a finished trial stays in the history")
    waiting.remove(number)
    grids.remove(number: number)
    let place = placeAmongRunning(number)
    if place < running.count, running[place].number == number { running.remove(at: place) }
  }

  private func isFinished(_ number: Int) -> Bool {
    failed.contains(number) || rows.contains(number: number) || withoutRow[number] != nil || excluded.contains(number)
  }

  private func placeAmongRunning(_ number: Int) -> Int {
    running.firstIndex { $0.number >= number } ?? running.count
  }

  private mutating func addResult(of trial: FrozenTrial) {
    // What reuses a result tells nothing new.
    guard trial.reused == nil else {
      withoutRow[trial.number] = trial.state
      return
    }
    memo = HistoryMemo()
    configurations?.insert(trial)
    if trial.state == .complete { insertReports(of: trial) }
    let hasValues = trial.values.count == directions.count && !trial.values.contains { $0.isNaN }
    if trial.state == .complete, !hasValues {
      withoutRow[trial.number] = trial.state
    } else {
      rows.append(trial)
    }
  }
}
