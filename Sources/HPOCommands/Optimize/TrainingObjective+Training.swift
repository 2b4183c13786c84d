import HPO
import StudyConfiguration

extension DataSource {
  /// Reads the samples.
  ///
  /// - Throws: `DatasetError`.
  func load() throws -> Dataset {
    switch self {
    case .embedded(let set):
      switch set {
      case .digits: try EmbeddedDataset.digits.load()
      }
    case .csv(let file): try Dataset.csv(contentsOf: file.path, target: file.target, options: file.options)
    }
  }
}

extension DataSource.CSV {
  fileprivate var options: CSVOptions {
    let delimiter: CSVOptions.Delimiter =
      switch delimiter {
      case .auto: .automatic
      case .comma: .comma
      case .semicolon: .semicolon
      case .tab: .tab
      case .bar: .bar
      }
    return CSVOptions(
      task: task == .classification ? .classification : .regression, delimiter: delimiter,
      missingValues: missingValues == .reject ? .reject : .dropRows, ignoredColumns: ignoredColumns)
  }
}

extension StudyConfiguration.Metric {
  /// The metric as training measures it.
  var measured: Training.Metric {
    switch self {
    case .accuracy: .accuracy
    case .logLoss: .logLoss
    case .rmse: .rmse
    case .r2: .r2
    }
  }
}

extension MLPHyperparameters {
  /// The network that is described.
  var network: MultilayerPerceptron {
    let activation: Graphs.Activation =
      switch activation {
      case .relu: .relu
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      }
    return MultilayerPerceptron(hiddenUnits: units, activation: activation, dropout: dropout)
  }

  /// The training that is described.
  func options(seed: UInt64, metric: Training.Metric) -> TrainingOptions {
    let rule: Execution.Optimizer =
      switch optimizer {
      case .sgd: .gradientDescent(learningRate: learningRate, weightDecay: weightDecay)
      case .momentum: .momentum(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
      case .adam: .adam(learningRate: learningRate, weightDecay: weightDecay)
      }
    return TrainingOptions(optimizer: rule, batchSize: batchSize, epochs: epochs, seed: seed, metric: metric)
  }
}
