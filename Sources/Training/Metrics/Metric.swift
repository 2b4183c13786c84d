/// A figure by which networks are compared.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// The fraction of samples whose largest logit is that of their class; of 0...1.
  case accuracy
  /// The mean of -log of the probability that the network gives to a sample's class, in nats.
  case logLoss
  /// The root of the mean squared difference of prediction and value, in the value's unit.
  case rmse
  /// The part of the values' variance that the predictions explain: 1 - Σ(y - ŷ)² / Σ(y - ȳ)², at most 1.
  case r2

  /// Whether more is better.
  public var isHigherBetter: Bool {
    switch self {
    case .accuracy, .r2: true
    case .logLoss, .rmse: false
    }
  }

  /// What the metric is a figure of.
  public var task: DatasetTask {
    switch self {
    case .accuracy, .logLoss: .classification
    case .rmse, .r2: .regression
    }
  }

  /// The metric that is taken where nobody names one.
  public static func standard(for task: DatasetTask) -> Metric {
    switch task {
    case .classification: .accuracy
    case .regression: .rmse
    }
  }

  /// Whether one value is better than another; no value is better than one that is no number.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    if other.isNaN { return !value.isNaN }
    return isHigherBetter ? value > other : value < other
  }
}
