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
  func sample(count: Int, using generator: inout DrawGenerator) -> [[Double]] {
    var cumulated: [Double] = []
    cumulated.reserveCapacity(weights.count)
    var sum = 0.0
    for weight in weights {
      sum += weight
      cumulated.append(sum)
    }
    var kernels = [Int](repeating: 0, count: count)
    // By dimension, then by point, with others behind them that fill whole vectors.
    let padded = DensityLoops.padded(count)
    var shares = [Double](repeating: 0.5, count: dimensions.count * padded)
    for point in 0..<count {
      let share = generator.uniform() * sum
      kernels[point] = min(cumulated.partitioningIndex { $0 > share }, weights.count - 1)
      for dimension in dimensions.indices { shares[dimension * padded + point] = generator.uniformInside() }
    }
    return dimensions.enumerated().map { index, dimension in
      let shares = Array(shares[(index * padded)..<((index + 1) * padded)])
      return switch dimension {
      case .numeric(let numeric): numeric.samples(of: kernels, shares: shares)
      case .categorical(let categorical): categorical.samples(of: kernels, shares: shares)
      }
    }
  }
}
