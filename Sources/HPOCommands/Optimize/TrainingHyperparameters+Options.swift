import HPO
import RealModule
import StudyConfiguration

extension TrainingHyperparameters {
  /// The training that is described.
  func options(seed: UInt64, metric: Metric, selection: Metric?) -> TrainingOptions {
    var options = TrainingOptions(
      optimizer: rule, batchSize: batchSize, epochs: epochs, seed: seed, metric: metric, selection: selection,
      weightAveraging: weightAveraging)
    options.schedule = LearningRateSchedule(course, warmup: warmup)
    options.gradientNorm = gradientNorm
    options.patience = patience
    if labelSmoothing > 0 { options.loss = .softmaxCrossEntropy(labelSmoothing: labelSmoothing) }
    return options
  }

  private var rule: Execution.Optimizer {
    switch optimizer {
    case .sgd: .gradientDescent(learningRate: learningRate, weightDecay: weightDecay)
    case .momentum: .momentum(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
    case .nesterov: .nesterov(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
    case .adagrad: .adaGrad(learningRate: learningRate, weightDecay: weightDecay)
    case .rmsprop: .rmsProp(learningRate: learningRate, weightDecay: weightDecay)
    case .adam: .adam(learningRate: learningRate, weightDecay: weightDecay)
    case .adamw: .adamW(learningRate: learningRate, weightDecay: weightDecay)
    }
  }

  private var course: LearningRateSchedule.Course {
    switch schedule {
    case .constant: .constant
    case .step: .step(every: max(1, (epochs + 2) / 3), factor: 0.1)
    case .exponential: .exponential(factor: Double.pow(0.01, 1 / Double(epochs)))
    case .cosine: .cosine(minimum: 0)
    case .oneCycle: .oneCycle(rise: 0.3, divisor: 25, finalDivisor: 1e4)
    }
  }
}
