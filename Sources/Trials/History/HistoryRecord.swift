import OrderedCollections
import SearchSpace

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

extension HistoryRecord {
  /// A complete or pruned trial.
  init(_ trial: FrozenTrial, directions: [StudyDirection]) {
    func loss(_ value: Double, objective: Int) -> Double { directions[objective] == .maximize ? -value : value }
    self.init(
      number: trial.number, violation: trial.violation,
      losses: trial.state == .pruned ? nil : trial.values.enumerated().map { loss($1, objective: $0) },
      last: trial.lastIntermediateValue.map { (step: $0.step, loss: loss($0.value, objective: 0)) },
      parameters: trial.parameters)
  }
}
