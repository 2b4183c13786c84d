import Trials

extension FrozenTrial {
  /// Brings the reports in order and leaves the first of each step.
  package mutating func settleReports() {
    var steps: Set<Int> = []
    intermediateValues.removeAll { !steps.insert($0.step).inserted }
    intermediateValues.sort { $0.step < $1.step }
  }
}
