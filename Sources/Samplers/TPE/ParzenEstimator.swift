import Trials

/// A mixture of product kernels over several parameters: one for each observed trial, and the prior's.
struct ParzenEstimator {
  /// The kernels of one parameter.
  enum Dimension {
    case numeric(NumericKernels)
    case categorical(CategoricalKernels)
  }

  /// The share of each kernel; their sum is 1, the prior's is the last.
  let weights: ArenaArray<Double>
  let dimensions: [Dimension]

  /// - Parameters:
  ///   - dimensions: With one kernel more than there are observations.
  ///   - observationWeights: Above 0, in units of the prior's.
  ///   - arena: Where the weights lie, and what is computed of the density.
  init(dimensions: [Dimension], observationWeights: some RandomAccessCollection<Double>, in arena: KernelArena) {
    self.dimensions = dimensions
    let (sum, count) = (observationWeights.reduce(0, +) + 1, observationWeights.count)
    weights = arena.array(count + 1)
    for (index, weight) in observationWeights.enumerated() { weights.start[index] = weight / sum }
    weights.start[count] = 1 / sum
  }

  /// Points drawn from the mixture: internal values by dimension, then by point.
  func sample(count: Int, using generator: inout DrawGenerator) -> [ArenaArray<Double>] {
    let arena = weights.arena
    let cumulated: ArenaArray<Double> = arena.array(weights.count)
    var sum = 0.0
    for (index, weight) in weights.enumerated() {
      sum += weight
      cumulated.start[index] = sum
    }
    let kernels: ArenaArray<Int32> = arena.array(count)
    let shares: [ArenaArray<Double>] = dimensions.map { _ in arena.array(count) }
    let starts = shares.map(\.start)
    for point in 0..<count {
      let share = generator.uniform() * sum
      kernels.start[point] = Int32(min(cumulated.partitioningIndex { $0 > share }, weights.count - 1))
      for start in starts { start[point] = generator.uniformInside() }
    }
    return zip(dimensions, shares).map { dimension, shares in
      switch dimension {
      case .numeric(let numeric): numeric.samples(of: kernels, shares: shares)
      case .categorical(let categorical): categorical.samples(of: kernels, shares: shares)
      }
    }
  }
}
