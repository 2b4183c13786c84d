package import Trials

/// What is measured on the validation data after each epoch.
package enum Metric: String, Hashable, Sendable, CaseIterable {
  /// The fraction of samples whose class is found.
  case accuracy
  /// The mean negative natural logarithm of the probability given to the true class.
  case logLoss
  /// The square root of the mean squared error.
  case rmse
  /// The coefficient of determination.
  case r2

  /// Whether the metric is better small or large.
  package var direction: StudyDirection {
    switch self {
    case .accuracy, .r2: .maximize
    case .logLoss, .rmse: .minimize
    }
  }

  /// What the metric can measure.
  package var task: DataSource.Task {
    switch self {
    case .accuracy, .logLoss: .classification
    case .rmse, .r2: .regression
    }
  }
}
