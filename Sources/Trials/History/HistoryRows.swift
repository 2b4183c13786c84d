import OrderedCollections
import SearchSpace

/// The complete and pruned trials of a history in columns: all of them, or of many some that stand for the others.
///
/// Up to `capacity` trials of a study with one objective all have a row. Of more, these have one, and the rest are only
/// counted:
///
/// - the *leaders*: the best feasible complete trials, the best pruned ones and the least infeasible ones,
/// - a *sample* of the others, of the size that is left: those of the greatest priority v / u, where v = number + 1 is a
///   measure of what a trial weighs and u its `SampleHash` (priority sampling; Duffield, Lund and Thorup 2007,
///   doi:10.1145/1314690.1314696). With τ the greatest priority among those that are left out, a sum over all others is
///   estimated without bias by the sum over the sample, each term divided by min(1, v / τ).
///
/// Both follow from the set of trials alone, whatever the order of their arrival.
package struct HistoryRows: Sendable {
  /// The usual `capacity`.
  package static let usualCapacity = 2048
  /// How many trials of a study with one objective have a row at most.
  package let capacity: Int
  /// How many of the best complete trials have one in any case.
  package var leaderCount: Int { capacity / 2 }
  /// How many of the best pruned and of the least infeasible trials have one in any case; as many as TPE's good part has
  /// trials at most.
  package static let minorLeaderCount = 25

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

  private var isLeader: [Bool] = []
  /// The rows that are no leaders, by ascending priority.
  private var sample = SortedChunks<HistoryRow>()
  private var vacant: [Int] = []

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

  func contains(number: Int) -> Bool { results.contains(number) }

  mutating func append(_ trial: FrozenTrial) {
    guard results.insert(trial.number) else { return }
    if trial.state == .pruned { prunedCount += 1 }
    let last = trial.lastIntermediateValue.map { (step: $0.step, loss: loss($0.value, objective: 0)) }
    place(
      HistoryRecord(
        number: trial.number, violation: trial.violation,
        losses: trial.state == .pruned ? nil : trial.values.enumerated().map { loss($1, objective: $0) },
        last: last, parameters: trial.parameters))
    while directions.count == 1, byNumber.count > capacity, let least = sample.first { leaveOut(least) }
  }

  /// Takes in rows by ascending number, with what is known of the trials without one.
  mutating func restore(_ records: [HistoryRecord], results: NumberSet, prunedCount: Int, threshold: Double) {
    for record in records { place(record) }
    (self.results, self.prunedCount, self.threshold) = (results, prunedCount, threshold)
  }

  /// The measure by which a trial is sampled.
  private static func size(of number: Int) -> Double { Double(max(number, 0)) + 1 }

  private func loss(_ value: Double, objective: Int) -> Double {
    directions[objective] == .maximize ? -value : value
  }
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
    for (name, parameter) in record.parameters {
      columns[name, default: ParameterColumn(distribution: parameter.distribution)]
        .set(parameter, row: row, number: number)
    }
    if record.violation > 0 {
      let entry = HistoryRow(key: record.violation, number: number, row: row)
      infeasible.insert(entry)
      rank(entry, among: infeasible, leaders: Self.minorLeaderCount) { Int($0.row) }
    } else if let losses = record.losses {
      let entry = HistoryRow(key: width == 1 ? losses[0] : 0, number: number, row: row)
      feasible.insert(entry)
      rank(entry, among: feasible, leaders: leaderCount) { Int($0.row) }
    } else {
      let entry = PrunedRow(row: row, last: record.last, number: number)
      pruned.insert(entry)
      rank(entry, among: pruned, leaders: Self.minorLeaderCount, row: \.row)
    }
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
    let number = numbers[row]
    return HistoryRow(key: Self.size(of: number) / SampleHash.uniform(number: number), number: number, row: row)
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
    for name in columns.keys { columns[name]?.remove(row: row, number: number) }
    numbers[row] = -1
    vacant.append(row)
  }
}

/// A pruned trial with what decides its rank among pruned ones: those that came furthest first, among them those with the
/// least loss there; NaN counts as the greatest loss, and trials without a report come last.
package struct PrunedRow: Comparable, Sendable {
  package let row: Int
  /// The last step and its value, sign turned where the objective is maximized; nil without a report.
  package let last: (step: Int, loss: Double)?
  private let number: Int

  init(row: Int, last: (step: Int, loss: Double)?, number: Int) {
    self.row = row
    self.number = number
    self.last = last.map { ($0.step, $0.loss.isNaN ? .infinity : $0.loss) }
  }

  package static func < (left: PrunedRow, right: PrunedRow) -> Bool {
    switch (left.last, right.last) {
    case (let a?, let b?): (b.step, a.loss, left.number) < (a.step, b.loss, right.number)
    case (nil, nil): left.number < right.number
    case (let a, _): a != nil
    }
  }

  package static func == (left: PrunedRow, right: PrunedRow) -> Bool { left.number == right.number }
}

/// What a row holds.
struct HistoryRecord {
  var number: Int
  var violation: Double
  /// One an objective; nil for a pruned trial.
  var losses: [Double]?
  /// The last report of a pruned trial.
  var last: (step: Int, loss: Double)?
  var parameters: OrderedDictionary<String, FrozenTrial.Parameter>
}
