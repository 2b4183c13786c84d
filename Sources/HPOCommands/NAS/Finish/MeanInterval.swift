/// The mean of some values with the interval that covers their expectation with 95 % of confidence, if they are normally
/// distributed: mean ± t·s/√n with n − 1 degrees of freedom.
struct MeanInterval {
  let values: [Double]
  /// NaN where there are no values.
  let mean: Double
  /// Half the length of the interval; nil for a single value, which says nothing of others.
  let margin: Double?

  init(_ values: [Double]) {
    self.values = values
    let count = Double(values.count)
    let mean = values.isEmpty ? .nan : values.reduce(0, +) / count
    self.mean = mean
    guard values.count > 1 else {
      margin = nil
      return
    }
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    margin = FoldSummary.quantile(freedom: values.count - 1) * (variance / count).squareRoot()
  }
}
