import HPO
import StudyConfiguration

extension MLPHyperparameters {
  /// The network that is described.
  var perceptron: MultilayerPerceptron {
    MultilayerPerceptron(hiddenUnits: units, activation: activation, dropout: dropout)
  }

  /// The training that is described.
  func options(seed: UInt64, metric: Metric, selection: Metric?) -> TrainingOptions {
    let rule: Execution.Optimizer =
      switch optimizer {
      case .sgd: .gradientDescent(learningRate: learningRate, weightDecay: weightDecay)
      case .momentum: .momentum(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
      case .adam: .adam(learningRate: learningRate, weightDecay: weightDecay)
      }
    return TrainingOptions(
      optimizer: rule, batchSize: batchSize, epochs: epochs, seed: seed, metric: metric, selection: selection,
      weightAveraging: weightAveraging)
  }
}
