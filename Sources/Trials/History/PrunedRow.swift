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
