import RealModule

/// The mean of some values with the interval that covers their expectation with a confidence, if they are normally
/// distributed: mean ± t·s/√n with n − 1 degrees of freedom.
package struct MeanInterval: Sendable, Hashable {
  package let values: [Double]
  /// NaN where there are no values.
  package let mean: Double
  /// Half the length of the interval; nil for a single value, which says nothing of others, and where it is infinite.
  package let margin: Double?

  /// - Parameter confidence: Above 0 and below 1.
  package init(_ values: [Double], confidence: Double = 0.95) {
    precondition(confidence > 0 && confidence < 1, "a confidence lies between 0 and 1")
    self.values = values
    let count = Double(values.count)
    let mean = values.isEmpty ? .nan : values.reduce(0, +) / count
    self.mean = mean
    guard values.count > 1, mean.isFinite else {
      margin = nil
      return
    }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let quantile = StudentT(degreesOfFreedom: count - 1).quantile((1 + confidence) / 2)
    let half = quantile * (squares / (count - 1) / count).squareRoot()
    margin = half.isFinite ? half : nil
  }
}
