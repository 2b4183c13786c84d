import OrderedCollections
import SearchSpace

/// The complete and pruned trials of a history in columns: all of them, or of many some that stand for the others.
///
/// Up to `capacity` trials of a study with one objective all have a row. Of more, these have one, and the rest are only
/// counted:
///
/// - the *leaders*: the best feasible complete trials; while there are fewer of these than TPE's good part may have trials,
///   also the best pruned ones and the least infeasible ones,
/// - a *sample* of the others, of the size that is left: those of the greatest priority v / u, where v = number + 1 is a
///   measure of what a trial weighs and u its `SampleHash` (priority sampling; Duffield, Lund and Thorup 2007,
///   doi:10.1145/1314690.1314696). With τ the greatest priority among those that are left out, a sum over all others is
///   estimated without bias by the sum over the sample, each term divided by min(1, v / τ).
///
/// Both follow from the set of trials alone, whatever the order of their arrival.
package struct HistoryRows: Sendable {
  /// The usual `capacity`.
  package static let usualCapacity = 3072
  /// The usual `leaderCount`.
  package static let usualLeaderCount = leaderCount(of: usualCapacity)
  /// How many trials of a study with one objective have a row at most.
  package let capacity: Int
  /// How many of the best complete trials have one in any case.
  package var leaderCount: Int { Self.leaderCount(of: capacity) }
  private static func leaderCount(of capacity: Int) -> Int { capacity / 3 * 2 }
  /// How many leaders there are at least, of whatever kind: as many as TPE's good part has trials at most.
  package static let leastLeaderCount = 25

  private let directions: [StudyDirection]

  /// The numbers of all trials with results, with a row or without.
  package private(set) var results = NumberSet()
  /// How many of them were pruned.
  package private(set) var prunedCount = 0
  /// The greatest priority of a trial that was left out; 0 where none was.
  package private(set) var threshold = 0.0

  /// The trials' numbers by row; −1 for a vacant one.
  package private(set) var numbers: [Int] = []
  /// The rows by ascending number; the key of each is 0.
  package private(set) var byNumber = SortedChunks<HistoryRow>()
  /// The values of complete trials, sign turned where an objective is maximized, `directions.count` a row; the row's
  /// entries are NaN for a pruned trial.
  package private(set) var losses: [Double] = []
  /// By how much the constraints are broken, by row.
  package private(set) var violations: [Double] = []
  /// The parameters' columns by name.
  package private(set) var columns: [String: ParameterColumn] = [:]

  /// The feasible complete rows by ascending loss of the only objective; with several objectives, by ascending number.
  package private(set) var feasible = SortedChunks<HistoryRow>()
  /// The feasible pruned rows, the best first.
  package private(set) var pruned = SortedChunks<PrunedRow>()
  /// The infeasible rows by ascending violation.
  package private(set) var infeasible = SortedChunks<HistoryRow>()

  /// How many rows are complete trials.
  private var completeCount = 0
  private var isLeader: [Bool] = []
  /// The rows that are no leaders, by ascending priority.
  private var sample = SortedChunks<HistoryRow>()
  private var vacant: [Int] = []
  /// The parameters that all rows have, each under one distribution, in the order of the names' Unicode scalars.
  private var common: OrderedDictionary<String, Distribution> = [:]

  init(directions: [StudyDirection], capacity: Int) {
    self.directions = directions
    self.capacity = capacity
  }

  /// How many trials have results.
  package var count: Int { results.count }

  /// Whether every trial with results has a row.
  package var isExhaustive: Bool { threshold == 0 }

  package func isFeasible(_ row: Int) -> Bool { !(violations[row] > 0) }

  /// The probability with which the trial of a row has one: 1 for a leader.
  package func inclusion(of row: Int) -> Double {
    isLeader[row] || isExhaustive ? 1 : min(1, Self.size(of: numbers[row]) / threshold)
  }

  /// The best feasible complete rows with one objective, as many as asked for or as there are; with several, some of them.
  package func feasible(first count: Int) -> [Int] { feasible.prefix(count).map { Int($0.row) } }

  /// The best feasible pruned rows, as many as asked for or as there are.
  package func pruned(first count: Int) -> [Int] { pruned.prefix(count).map(\.row) }

  /// The least infeasible rows, as many as asked for or as there are.
  package func infeasible(first count: Int) -> [Int] { infeasible.prefix(count).map { Int($0.row) } }

  func contains(number: Int) -> Bool { results.contains(number) }

  mutating func append(_ trial: FrozenTrial) {
    guard results.insert(trial.number) else { return }
    if trial.state == .pruned { prunedCount += 1 }
    place(HistoryRecord(trial, directions: directions))
    while directions.count == 1, byNumber.count > capacity, let least = sample.first { leaveOut(least) }
  }

  /// Takes in rows by ascending number, with what is known of the trials without one.
  ///
  /// - Parameter columns: The distributions of the columns, where others than those of the first rows.
  mutating func restore(
    _ records: [HistoryRecord], columns: [String: Distribution] = [:], results: NumberSet, prunedCount: Int,
    threshold: Double
  ) {
    self.columns = columns.mapValues(ParameterColumn.init)
    for record in records { place(record) }
    (self.results, self.prunedCount, self.threshold) = (results, prunedCount, threshold)
  }

  /// The measure by which a trial is sampled.
  private static func size(of number: Int) -> Double { Double(max(number, 0)) + 1 }
}

extension HistoryRows {
  /// Gives a trial a row.
  private mutating func place(_ record: HistoryRecord) {
    let row = vacant.popLast() ?? addRow()
    let (number, width) = (record.number, directions.count)
    numbers[row] = number
    violations[row] = record.violation
    byNumber.insert(HistoryRow(key: 0, number: number, row: row))
    for objective in 0..<width { losses[row * width + objective] = record.losses?[objective] ?? .nan }
    let isComplete = record.losses != nil
    for (name, parameter) in record.parameters {
      var column = columns.index(forKey: name)
      if column == nil {
        columns[name] = ParameterColumn(distribution: parameter.distribution)
        column = columns.index(forKey: name)
      }
      // Where it is; a subscript by name would move it out and back.
      if let column { columns.values[column].set(parameter, row: row, number: number, isComplete: isComplete) }
    }
    if isComplete { completeCount += 1 }
    let hasCommon = common.allSatisfy { name, distribution in record.parameters[name]?.distribution == distribution }
    if !hasCommon || byNumber.count == 1 { common = commonParameters(includingPruned: true) }
    if record.violation > 0 {
      let entry = HistoryRow(key: record.violation, number: number, row: row)
      infeasible.insert(entry)
      rank(entry, among: infeasible, leaders: minorLeaderCount) { Int($0.row) }
    } else if let losses = record.losses {
      let entry = HistoryRow(key: width == 1 ? losses[0] : 0, number: number, row: row)
      feasible.insert(entry)
      rank(entry, among: feasible, leaders: leaderCount) { Int($0.row) }
      if feasible.count <= Self.leastLeaderCount { giveWay() }
    } else {
      let entry = PrunedRow(row: row, last: record.last, number: number)
      pruned.insert(entry)
      rank(entry, among: pruned, leaders: minorLeaderCount, row: \.row)
    }
  }

  /// How many of the best pruned and how many of the least infeasible trials are leaders.
  private var minorLeaderCount: Int { max(0, Self.leastLeaderCount - feasible.count) }

  /// Makes those leaders ordinary rows that one more feasible complete trial makes superfluous.
  private mutating func giveWay() {
    guard directions.count == 1 else { return }
    let count = minorLeaderCount
    if pruned.count > count { demote(pruned[count].row) }
    if infeasible.count > count { demote(Int(infeasible[count].row)) }
  }

  private mutating func demote(_ row: Int) {
    isLeader[row] = false
    let entry = priority(of: row)
    sample.insert(entry)
    // Others of its priority have been left out.
    if entry.key <= threshold { leaveOut(entry) }
  }

  private mutating func addRow() -> Int {
    numbers.append(-1)
    violations.append(0)
    isLeader.append(false)
    losses.append(contentsOf: repeatElement(.nan, count: directions.count))
    return numbers.count - 1
  }

  /// Makes a new row of an order a leader, in the place of the one that is the first behind the leaders now, or one of
  /// those that are sampled.
  private mutating func rank<Entry>(
    _ entry: Entry, among order: SortedChunks<Entry>, leaders: Int, row: (Entry) -> Int
  ) {
    guard directions.count == 1 else { return }
    guard order.count > leaders else {
      isLeader[row(entry)] = true
      return
    }
    let first = order[leaders]
    isLeader[row(entry)] = entry < first
    isLeader[row(first)] = false
    sample.insert(priority(of: row(first < entry ? entry : first)))
  }

  private func priority(of row: Int) -> HistoryRow {
    HistoryRow(key: Self.priority(of: numbers[row]), number: numbers[row], row: row)
  }

  private static func priority(of number: Int) -> Double { size(of: number) / SampleHash.uniform(number: number) }

  /// Which of many trials with results have a row beside the leaders, and the greatest priority of those that have none.
  static func sample(
    of results: NumberSet, leaders: Set<Int>, capacity: Int = usualCapacity
  ) -> (numbers: [Int], threshold: Double) {
    let count = max(0, capacity - leaders.count)
    // The greatest priorities come first.
    var greatest = Least<HistoryRow>(count: count + 1)
    for range in results.ranges {
      for number in range where !leaders.contains(number) {
        greatest.insert(HistoryRow(key: -priority(of: number), number: number, row: 0))
      }
    }
    let found = greatest.elements()
    return (found.prefix(count).map(\.trialNumber), found.count > count ? -found[count].key : 0)
  }

  /// Takes its row from the trial of the least priority.
  private mutating func leaveOut(_ least: HistoryRow) {
    let row = Int(least.row)
    let (number, width) = (numbers[row], directions.count)
    threshold = max(threshold, least.key)
    sample.remove(least)
    byNumber.remove(HistoryRow(key: 0, number: number, row: row))
    if violations[row] > 0 {
      infeasible.remove(HistoryRow(key: violations[row], number: number, row: row))
    } else if !losses[row * width].isNaN {
      feasible.remove(HistoryRow(key: losses[row * width], number: number, row: row))
    } else if let entry = pruned.first(where: { $0.row == row }) {
      pruned.remove(entry)
    }
    let isComplete = !losses[row * width].isNaN
    if isComplete { completeCount -= 1 }
    // A view of the keys would hold the columns, which each change would then copy.
    for name in Array(columns.keys) { columns[name]?.remove(row: row, number: number, isComplete: isComplete) }
    if common.count < columns.count { common = commonParameters(includingPruned: true) }
    numbers[row] = -1
    vacant.append(row)
  }
}

extension HistoryRows {
  /// The parameters that all rows have under one and the same distribution, or all that are complete trials, in the order
  /// of the names' Unicode scalars.
  func intersectionSpace(includingPruned: Bool) -> OrderedDictionary<String, Distribution> {
    includingPruned ? common : commonParameters(includingPruned: false)
  }

  private func commonParameters(includingPruned: Bool) -> OrderedDictionary<String, Distribution> {
    let count = includingPruned ? byNumber.count : completeCount
    let found = columns.compactMap { name, column in
      column.distributions.common(to: count, includingPruned: includingPruned).map { (name, $0) }
    }
    return OrderedDictionary(uniqueKeysWithValues: found.sorted { $0.0.precedesByScalars($1.0) })
  }
}
