import Trials

/// A mixture of product kernels over several parameters: one for each observed trial, and the prior's.
struct ParzenEstimator {
  /// The kernels of one parameter.
  enum Dimension {
    case numeric(NumericKernels)
    case categorical(CategoricalKernels)
  }

  /// The share of each kernel; their sum is 1, the prior's is the last.
  let weights: [Double]
  let dimensions: [Dimension]

  /// - Parameters:
  ///   - dimensions: With one kernel more than there are observations.
  ///   - observationWeights: Above 0, in units of the prior's.
  init(dimensions: [Dimension], observationWeights: [Double]) {
    self.dimensions = dimensions
    let sum = observationWeights.reduce(0, +) + 1
    weights = observationWeights.map { $0 / sum } + [1 / sum]
  }

  /// The weights of observations, the oldest first: those of the last 25 are 1, older ones lose theirs linearly.
  static func fadingWeights(count: Int) -> [Double] {
    let fading = FadingWeights(count: count)
    return [Double](unsafeUninitializedCapacity: count) { weights, initialized in
      for index in 0..<count { weights.initializeElement(at: index, to: fading[index]) }
      initialized = count
    }
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
    // By dimension, with others behind them that fill whole vectors.
    let padded = DensityLoops.padded(count)
    var shares = dimensions.map { _ in [Double](repeating: 0.5, count: padded) }
    for point in 0..<count {
      let share = generator.uniform() * sum
      kernels[point] = min(cumulated.partitioningIndex { $0 > share }, weights.count - 1)
      for dimension in shares.indices { shares[dimension][point] = generator.uniformInside() }
    }
    return zip(dimensions, shares).map { dimension, shares in
      switch dimension {
      case .numeric(let numeric): numeric.samples(of: kernels, shares: shares)
      case .categorical(let categorical): categorical.samples(of: kernels, shares: shares)
      }
    }
  }
}
