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
    options.loss = loss
    options.gradientValue = refinements.gradientValue
    options.metricAveraging = refinements.metricAveraging
    options.augmentation = refinements.augmentation
    if schedule == .plateau { options.plateau = refinements.plateau }
    switch optimizer {
    case .lbfgs: options.minimizer = .lbfgs(memory: refinements.memory)
    case .newtonCG: options.minimizer = .newtonCG
    default: break
    }
    return options
  }

  private var loss: Loss? {
    switch refinements.loss {
    case .automatic: labelSmoothing > 0 ? .softmaxCrossEntropy(labelSmoothing: labelSmoothing) : nil
    case .crossEntropy: .softmaxCrossEntropy(labelSmoothing: labelSmoothing)
    // The teacher has the whole share.
    case .klDivergence: nil
    case .binaryCrossEntropy: .binaryCrossEntropy
    case .squaredError: .meanSquaredError
    case .absoluteError: .meanAbsoluteError
    case .huber: .huber(delta: refinements.huberDelta)
    }
  }

  private var rule: Execution.Optimizer {
    var rule = plainRule
    rule.l1Penalty = refinements.l1Penalty
    rule.decaysVectors = refinements.decayed == .all
    rule.bounds = refinements.weightBounds
    return rule
  }

  private var plainRule: Execution.Optimizer {
    let (beta1, beta2, epsilon) = (refinements.beta1, refinements.beta2, refinements.epsilon)
    return switch optimizer {
    // The minimizers on all samples take the decay from here.
    case .sgd, .lbfgs, .newtonCG: .gradientDescent(learningRate: learningRate, weightDecay: weightDecay)
    case .momentum: .momentum(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
    case .nesterov: .nesterov(momentum ?? 0.9, learningRate: learningRate, weightDecay: weightDecay)
    case .adagrad: .adaGrad(learningRate: learningRate, epsilon: epsilon ?? 1e-10, weightDecay: weightDecay)
    case .rmsprop:
      .rmsProp(
        learningRate: learningRate, alpha: refinements.alpha, epsilon: epsilon ?? 1e-8,
        momentum: refinements.rootMomentum, isCentred: refinements.isCentred, weightDecay: weightDecay)
    case .adam:
      .adam(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon ?? 1e-8, weightDecay: weightDecay)
    case .adamw:
      .adamW(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon ?? 1e-8, weightDecay: weightDecay)
    }
  }

  private var course: LearningRateSchedule.Course {
    switch schedule {
    case .constant, .plateau: .constant
    case .warmRestarts:
      .warmRestarts(
        period: refinements.restartEpochs, multiplier: refinements.restartFactor, minimum: refinements.leastRate)
    case .step: .step(every: refinements.stepEpochs ?? max(1, (epochs + 2) / 3), factor: refinements.stepFactor)
    case .exponential: .exponential(factor: refinements.decayFactor ?? Double.pow(0.01, 1 / Double(epochs)))
    case .cosine: .cosine(minimum: refinements.leastRate)
    case .oneCycle:
      .oneCycle(
        rise: refinements.cycle.rise, divisor: refinements.cycle.start, finalDivisor: refinements.cycle.end)
    }
  }
}
