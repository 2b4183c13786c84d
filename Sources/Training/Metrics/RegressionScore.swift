/// The sums behind the metrics of a regression, filled batch by batch.
struct RegressionScore {
  private var count = 0.0
  private var squaredErrors = 0.0
  private var absoluteErrors = 0.0
  private var mean = 0.0
  private var squaredDeviations = 0.0

  /// Takes a prediction and the value it is of.
  mutating func add(prediction: Double, value: Double) {
    count += 1
    absoluteErrors += abs(prediction - value)
    squaredErrors += (prediction - value) * (prediction - value)
    // Welford, doi:10.1080/00401706.1962.10490022: no difference of large sums.
    let difference = value - mean
    mean += difference / count
    squaredDeviations += difference * (value - mean)
  }

  /// The metrics of all values taken; R² is not a number where all values are equal.
  var metrics: Metrics {
    Metrics([
      .rmse: (squaredErrors / count).squareRoot(),
      .mae: absoluteErrors / count,
      .r2: squaredDeviations > 0 ? 1 - squaredErrors / squaredDeviations : .nan,
    ])
  }
}
