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
  static func fadingWeights(count: Int) -> [Double] { (0..<count).map { fadingWeight($0, of: count) } }

  /// The weight of an observation among so many, counted from the oldest.
  static func fadingWeight(_ index: Int, of count: Int) -> Double {
    let old = count - 25
    guard index < old, index == 0 || index < old - 1 else { return 1 }
    let first = 1 / Double(count)
    let step = old > 1 ? (1 - first) / Double(old - 1) : 0
    return first + Double(index) * step
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
    var points = dimensions.map { _ in [Double](repeating: 0, count: count) }
    for point in 0..<count {
      let share = generator.uniform() * sum
      let kernel = min(cumulated.partitionPoint { $0 > share }, weights.count - 1)
      for (index, dimension) in dimensions.enumerated() {
        let share = generator.uniformInside()
        points[index][point] =
          switch dimension {
          case .numeric(let kernels): kernels.sample(kernel: kernel, share: share)
          case .categorical(let kernels): kernels.sample(kernel: kernel, share: share)
          }
      }
    }
    return points
  }
}

extension Array {
  /// The first place from which on a condition holds, where it holds for all elements behind one for which it does.
  fileprivate func partitionPoint(where holds: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
