extension Minimization {
  /// What a minimization knows beside its vectors.
  package struct Record: Codable, Sendable, Hashable {
    var memory: Int?
    var tolerance: [Double]
    var dimension: Int
    var pairCount: Int
    /// Nil before the first evaluation.
    var value: Double?
    var previousValue: Double?
    var iterationCount: Int
    var evaluationCount: Int
    var productCount: Int
    var ending: Ending?
  }

  /// What is to be kept beside `vectors`.
  package var record: Record {
    let memory: Int? = if case .lbfgs(let memory) = method { memory } else { nil }
    return Record(
      memory: memory, tolerance: [tolerance.gradient, tolerance.reduction], dimension: point.count,
      pairCount: pairs.steps.count, value: gradient.isEmpty ? nil : value, previousValue: previousValue,
      iterationCount: iterationCount, evaluationCount: evaluationCount, productCount: productCount, ending: ending)
  }

  /// The point, the gradient, and the steps and changes of L-BFGS, one after the other.
  package var vectors: [Double] { point + gradient + pairs.steps.flatMap { $0 } + pairs.changes.flatMap { $0 } }

  /// Puts a minimization together from what was kept; nil where the parts do not fit.
  package init?(_ record: Record, vectors: [Double]) {
    let count = record.dimension
    guard record.memory ?? 1 >= 1, record.tolerance.count == 2, count >= 1, count <= vectors.count,
      (0...min(record.memory ?? 0, vectors.count)).contains(record.pairCount), record.iterationCount >= 0,
      record.evaluationCount >= 0, record.productCount >= 0
    else { return nil }
    let hasBegun = record.value != nil
    guard vectors.count == count * (1 + (hasBegun ? 1 : 0) + 2 * record.pairCount) else { return nil }
    func slice(_ index: Int) -> [Double] { Array(vectors[index * count..<(index + 1) * count]) }
    self.init(
      record.memory.map { .lbfgs(memory: $0) } ?? .newtonCG, from: slice(0),
      tolerance: MinimizationTolerance(gradient: record.tolerance[0], reduction: record.tolerance[1]))
    let first = hasBegun ? 2 : 1
    let steps = (0..<record.pairCount).map { slice(first + $0) }
    let changes = (0..<record.pairCount).map { slice(first + record.pairCount + $0) }
    guard let pairs = CurvaturePairs(capacity: record.memory ?? 0, steps: steps, changes: changes) else { return nil }
    self.pairs = pairs
    if let value = record.value { (self.value, gradient) = (value, slice(1)) }
    previousValue = record.previousValue
    iterationCount = record.iterationCount
    evaluationCount = record.evaluationCount
    productCount = record.productCount
    ending = record.ending
  }
}
