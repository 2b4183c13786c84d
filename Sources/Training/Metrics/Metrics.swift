/// What a network achieves on some samples: all metrics of their task.
public struct Metrics: Sendable, Hashable {
  private let values: [Metric: Double]

  init(_ values: [Metric: Double]) {
    self.values = values
  }

  /// The value of a metric, or `nil` where it belongs to the other task.
  public subscript(metric: Metric) -> Double? { values[metric] }

  /// What training minimizes, in the unit of the metrics: the log loss, or the root mean squared error.
  var loss: Double { values[.logLoss] ?? values[.rmse] ?? .nan }
}
