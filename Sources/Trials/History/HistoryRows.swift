import OrderedCollections
import SearchSpace

/// The complete and pruned trials of a history in columns.
package struct HistoryRows: Sendable {
  private let directions: [StudyDirection]

  /// The trials' numbers by row.
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
  /// The pruned rows, feasible or not, in the order of their arrival.
  package private(set) var pruned: [PrunedRow] = []
  /// The infeasible rows by ascending violation.
  package private(set) var infeasible = SortedChunks<HistoryRow>()

  /// A pruned trial with what decides its rank among pruned ones.
  package struct PrunedRow: Sendable {
    package var row: Int
    /// The last step and its value, sign turned where the objective is maximized; nil without a report.
    package var last: (step: Int, loss: Double)?
  }

  init(directions: [StudyDirection]) { self.directions = directions }

  package var count: Int { numbers.count }

  package func isFeasible(_ row: Int) -> Bool { !(violations[row] > 0) }

  func contains(number: Int) -> Bool {
    if let last = byNumber.chunks.last?.last, numbers[Int(last.row)] < number { return false }
    return byNumber.contains(HistoryRow(key: 0, number: number, row: 0))
  }

  mutating func append(_ trial: FrozenTrial) {
    let row = numbers.count
    let violation = trial.violation
    numbers.append(trial.number)
    violations.append(violation)
    byNumber.insert(HistoryRow(key: 0, number: trial.number, row: row))
    if trial.state == .pruned {
      losses.append(contentsOf: repeatElement(.nan, count: directions.count))
      let last = trial.lastIntermediateValue.map { (step: $0.step, loss: loss($0.value, objective: 0)) }
      pruned.append(PrunedRow(row: row, last: last))
    } else {
      for (objective, value) in trial.values.enumerated() { losses.append(loss(value, objective: objective)) }
    }
    if violation > 0 {
      infeasible.insert(HistoryRow(key: violation, number: trial.number, row: row))
    } else if trial.state == .complete {
      let key = directions.count == 1 ? losses[row] : 0
      feasible.insert(HistoryRow(key: key, number: trial.number, row: row))
    }
    for (name, parameter) in trial.parameters {
      columns[name, default: ParameterColumn(distribution: parameter.distribution)]
        .set(parameter, row: row, number: trial.number)
    }
  }

  private func loss(_ value: Double, objective: Int) -> Double {
    directions[objective] == .maximize ? -value : value
  }
}
