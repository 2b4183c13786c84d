/// A figure by which networks are compared.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  /// The fraction of samples whose largest logit is that of their class; of 0...1.
  case accuracy
  /// The mean over the classes of the fraction of their samples that are recognized, which rare classes weigh in as much as
  /// frequent ones; of 0...1. Classes without a sample are left out.
  case balancedAccuracy
  /// The mean over the classes of 2 hits / (samples of the class + samples taken for it), the macro-averaged F1; of 0...1.
  /// Classes that no sample is of or is taken for are left out.
  case f1
  /// The mean of -log of the probability that the network gives to a sample's class, in nats.
  case logLoss
  /// The root of the mean squared difference of prediction and value, in the value's unit.
  case rmse
  /// The mean absolute difference of prediction and value, in the value's unit.
  case mae
  /// The part of the values' variance that the predictions explain: 1 - Σ(y - ŷ)² / Σ(y - ȳ)², at most 1.
  case r2

  /// Whether more is better.
  public var isHigherBetter: Bool {
    switch self {
    case .accuracy, .balancedAccuracy, .f1, .r2: true
    case .logLoss, .rmse, .mae: false
    }
  }

  /// What the metric is a figure of.
  public var task: DatasetTask {
    switch self {
    case .accuracy, .balancedAccuracy, .f1, .logLoss: .classification
    case .rmse, .mae, .r2: .regression
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
