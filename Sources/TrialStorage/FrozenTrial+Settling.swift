import Trials

extension FrozenTrial {
  /// Brings the reports in order, leaves the first of each step, and leaves out what a waiting trial cannot have.
  package mutating func settleForStorage() {
    var steps: Set<Int> = []
    intermediateValues.removeAll { !steps.insert($0.step).inserted }
    intermediateValues.sort { $0.step < $1.step }
    if state == .waiting { (started, completed, exclusion) = (nil, nil, nil) }
  }
}
