import HPO

/// How something is minimized, with all numbers.
enum Method: Sendable {
  case steps(Optimizer)
  /// On whole functions, with a penalty on weights.
  case minimizer(MinimizationMethod, weightDecay: Double)
}

/// An optimizer whose hyperparameters are searched.
struct Contender: Sendable {
  let name: String
  /// The colour of its path.
  let colour: String
  /// Draws its hyperparameters; the weight decay is searched where there are weights.
  let suggest: @Sendable (Trial, _ hasWeights: Bool) throws -> Method

  static let all = [
    Contender(name: "gradient descent", colour: "#7f7f7f") { trial, hasWeights in
      .steps(.gradientDescent(learningRate: try rate(trial), weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "momentum", colour: "#1f77b4") { trial, hasWeights in
      .steps(.momentum(try momentum(trial), learningRate: try rate(trial), weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "Nesterov", colour: "#17becf") { trial, hasWeights in
      .steps(.nesterov(try momentum(trial), learningRate: try rate(trial), weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "AdaGrad", colour: "#bcbd22") { trial, hasWeights in
      .steps(.adaGrad(learningRate: try rate(trial), weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "RMSProp", colour: "#2ca02c") { trial, hasWeights in
      let alpha = 1 - (try trial.suggest(.float("1 - alpha", 1e-3...0.5, log: true)))
      return .steps(.rmsProp(learningRate: try rate(trial), alpha: alpha, weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "RMSProp, centred", colour: "#98df8a") { trial, hasWeights in
      let alpha = 1 - (try trial.suggest(.float("1 - alpha", 1e-3...0.5, log: true)))
      return .steps(
        .rmsProp(
          learningRate: try rate(trial), alpha: alpha, isCentred: true, weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "Adam", colour: "#d62728") { trial, hasWeights in
      let (beta1, beta2) = try betas(trial)
      return .steps(
        .adam(learningRate: try rate(trial), beta1: beta1, beta2: beta2, weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "AdamW", colour: "#ff7f0e") { trial, hasWeights in
      let (beta1, beta2) = try betas(trial)
      return .steps(
        .adamW(learningRate: try rate(trial), beta1: beta1, beta2: beta2, weightDecay: try decay(trial, hasWeights)))
    },
    Contender(name: "L-BFGS", colour: "#9467bd") { trial, hasWeights in
      .minimizer(
        .lbfgs(memory: try trial.suggest(.int("memory", 2...20))), weightDecay: try decay(trial, hasWeights))
    },
    Contender(name: "Newton-CG", colour: "#e377c2") { trial, hasWeights in
      .minimizer(.newtonCG, weightDecay: try decay(trial, hasWeights))
    },
  ]

  private static func rate(_ trial: Trial) throws -> Double {
    try trial.suggest(.float("rate", 1e-5...3, log: true))
  }

  private static func momentum(_ trial: Trial) throws -> Double {
    1 - (try trial.suggest(.float("1 - momentum", 1e-2...1, log: true)))
  }

  private static func betas(_ trial: Trial) throws -> (Double, Double) {
    (
      1 - (try trial.suggest(.float("1 - beta1", 1e-2...1, log: true))),
      1 - (try trial.suggest(.float("1 - beta2", 1e-3...0.5, log: true)))
    )
  }

  private static func decay(_ trial: Trial, _ hasWeights: Bool) throws -> Double {
    hasWeights ? try trial.suggest(.float("decay", 1e-6...0.1, log: true)) : 0
  }
}

extension Contender {
  /// Searches the hyperparameters and returns the best method.
  ///
  /// - Parameter objective: What is made small.
  func tuned(
    trials: Int, hasWeights: Bool, objective: @escaping @Sendable (Method) throws -> Double
  ) async throws -> (method: Method, trial: FrozenTrial) {
    let study = try Study(name, direction: .minimize, sampler: .tpe(seed: 7), pruner: .none)
    try await study.optimize(trials: trials, jobs: 2) { trial in try objective(suggest(trial, hasWeights)) }
    let best = try study.best
    // The values of the best trial, once more.
    let replay = try Study("\(name) again", direction: .minimize, sampler: .random(seed: 0), pruner: .none)
    try replay.enqueue(best.externalParameters)
    guard let trial = try replay.ask() else { preconditionFailure("the study has no limit") }
    return (try suggest(trial, hasWeights), best)
  }
}
