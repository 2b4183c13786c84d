extension ParzenEstimator {
  /// The logarithms of the mixture's density at points: the product of densities of continuous parameters, of masses of
  /// the cells of stepped ones and of probabilities of choices.
  ///
  /// - Parameter points: Internal values by dimension, then by point.
  /// - Complexity: O(points · kernels · dimensions), with one exponential for a point and a kernel that matters there.
  func logDensities(at points: [[Double]]) -> [Double] {
    var factors = KernelFactors(weights: weights, dimensions: dimensions, pointCount: points.first?.count ?? 0)
    for (dimension, values) in zip(dimensions, points) {
      switch dimension {
      case .numeric(let kernels):
        if let step = kernels.range.step {
          factors.multiply(kernels, values: values, step: step)
        } else {
          factors.multiply(kernels, values: values)
        }
      case .categorical(let kernels): factors.multiply(kernels, values: values)
      }
    }
    let sums = factors.logSums()
    factors.giveBack()
    return sums
  }
}
