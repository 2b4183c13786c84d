extension ParzenEstimator {
  /// The logarithms of the mixture's density at points: the product of densities of continuous parameters, of masses of
  /// the cells of stepped ones and of probabilities of choices.
  ///
  /// - Complexity: O(points · kernels · dimensions), with one exponential for a point and a kernel that matters there.
  func logDensities(at points: DensityPoints) -> [Double] {
    var factors = KernelFactors(weights: weights, dimensions: dimensions, pointCount: points.count)
    for (kernels, values) in zip(dimensions, points.dimensions) {
      switch (kernels, values) {
      case (.numeric(let kernels), .continuous(let places)): factors.multiply(kernels, places: places)
      case (.numeric(let kernels), .stepped(let edges, let lower, let cellOfPoint)):
        factors.multiply(kernels, edges: edges, lower: lower, cellOfPoint: cellOfPoint)
      case (.categorical(let kernels), .categorical(let choices, let choiceOfPoint)):
        factors.multiply(kernels, choices: choices, choiceOfPoint: choiceOfPoint)
      default: preconditionFailure("points of other parameters have no density")
      }
    }
    return factors.logSums()
  }

  /// The same for internal values by dimension, then by point.
  func logDensities(at points: [some RandomAccessCollection<Double>]) -> [Double] {
    logDensities(at: DensityPoints(points, kernels: dimensions))
  }
}
