/// The last steps of L-BFGS with the changes of the gradient along them, which stand for the inverse of the Hessian
/// (Nocedal 1980, https://doi.org/10.1090/S0025-5718-1980-0572855-7).
struct CurvaturePairs: Sendable, Hashable {
  /// The most pairs.
  let capacity: Int
  /// The steps, the oldest first.
  private(set) var steps: [[Double]] = []
  /// The changes of the gradient.
  private(set) var changes: [[Double]] = []

  init(capacity: Int) {
    self.capacity = capacity
  }

  /// Takes pairs as they were kept.
  init?(capacity: Int, steps: [[Double]], changes: [[Double]]) {
    guard steps.count == changes.count, steps.count <= capacity else { return nil }
    self.capacity = capacity
    self.steps = steps
    self.changes = changes
  }

  var isEmpty: Bool { steps.isEmpty }

  mutating func append(step: [Double], change: [Double]) {
    if steps.count == capacity {
      steps.removeFirst()
      changes.removeFirst()
    }
    steps.append(step)
    changes.append(change)
  }

  mutating func removeAll() {
    steps = []
    changes = []
  }

  /// -H g by the recursion over the pairs (Nocedal and Wright 2006, algorithm 7.4), from the multiple of the identity that
  /// has the curvature of the last step.
  func direction(_ gradient: [Double]) -> [Double] {
    var q = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: steps.count)
    for i in steps.indices.reversed() {
      factors[i] = dot(steps[i], q) / dot(steps[i], changes[i])
      q = adding(q, -factors[i], changes[i])
    }
    if let step = steps.last, let change = changes.last {
      let scale = dot(step, change) / dot(change, change)
      for i in q.indices { q[i] *= scale }
    }
    for i in steps.indices {
      let factor = dot(changes[i], q) / dot(steps[i], changes[i])
      q = adding(q, factors[i] - factor, steps[i])
    }
    return q
  }
}
