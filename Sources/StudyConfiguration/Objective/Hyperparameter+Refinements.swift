import SearchSpace
import Training

// What most studies leave at its default: the numbers of optimizers, losses and schedules, and regularization.

extension Hyperparameter {
  static let negativeSlope = Hyperparameter(name: "negativeSlope", domain: .real(.above(0)), defaultValue: 0.01)
  static let eluAlpha = Hyperparameter(name: "eluAlpha", domain: .real(.above(0)), defaultValue: 1)
  static let beta1 = Hyperparameter(name: "beta1", domain: .real(.from(0).below(1)), defaultValue: 0.9)
  static let beta2 = Hyperparameter(name: "beta2", domain: .real(.from(0).below(1)), defaultValue: 0.999)
  static let alpha = Hyperparameter(name: "alpha", domain: .real(.from(0).below(1)), defaultValue: 0.99)
  static let epsilon = Hyperparameter(name: "epsilon", domain: .real(.from(0)), defaultValue: 0)
  static let isCentred = Hyperparameter(name: "centred", domain: .flag, defaultValue: false)
  static let decayed = Hyperparameter(
    name: "decayed", domain: .names("set of parameters", TrainingRefinements.Decayed.allCases.map(\.rawValue)),
    defaultValue: "all")
  static let l1Penalty = Hyperparameter(name: "l1Penalty", domain: .real(.from(0)), defaultValue: 0)
  static let weightLimit = Hyperparameter(name: "weightLimit", domain: .real(.from(0)), defaultValue: 0)
  static let weightMinimum = Hyperparameter(
    name: "weightMinimum", domain: .realOr(.all.through(0), "none"), defaultValue: "none")
  static let weightMaximum = Hyperparameter(
    name: "weightMaximum", domain: .realOr(.from(0), "none"), defaultValue: "none")
  static let initialization = Hyperparameter(
    name: "initialization",
    domain: .names("initialization", TrainingRefinements.Initialization.allCases.map(\.rawValue)),
    defaultValue: "automatic")

  static let loss = Hyperparameter(
    name: "loss", domain: .names("loss", TrainingRefinements.LossName.allCases.map(\.rawValue)),
    defaultValue: "automatic")
  static let huberDelta = Hyperparameter(name: "huberDelta", domain: .real(.above(0)), defaultValue: 1)
  static let temperature = Hyperparameter(name: "temperature", domain: .real(.above(0)), defaultValue: 4)
  static let teacherShare = Hyperparameter(name: "teacherShare", domain: .real(.above(0).through(1)), defaultValue: 0.5)
  static let gradientValue = Hyperparameter(name: "gradientValue", domain: .real(.from(0)), defaultValue: 0)
  static let metricAveraging = Hyperparameter(
    name: "metricAveraging", domain: .real(.from(0).below(1)), defaultValue: 0)

  static let restartEpochs = Hyperparameter(name: "restartEpochs", domain: .whole(1...1_000_000), defaultValue: 10)
  static let restartFactor = Hyperparameter(name: "restartFactor", domain: .whole(1...100), defaultValue: 2)
  static let plateauFactor = Hyperparameter(
    name: "plateauFactor", domain: .real(.above(0).below(1)), defaultValue: 0.1)
  static let plateauPatience = Hyperparameter(
    name: "plateauPatience", domain: .whole(0...1_000_000), defaultValue: 10)

  static let plateauThreshold = Hyperparameter(
    name: "plateauThreshold", domain: .real(.from(0).below(1)), defaultValue: 1e-4)
  static let plateauCooldown = Hyperparameter(
    name: "plateauCooldown", domain: .whole(0...1_000_000), defaultValue: 0)
  static let stepEpochs = Hyperparameter(name: "stepEpochs", domain: .whole(0...1_000_000), defaultValue: 0)
  static let stepFactor = Hyperparameter(name: "stepFactor", domain: .real(.above(0).through(1)), defaultValue: 0.1)
  static let decayFactor = Hyperparameter(name: "decayFactor", domain: .real(.from(0).through(1)), defaultValue: 0)
  static let leastRate = Hyperparameter(name: "leastRate", domain: .real(.from(0)), defaultValue: 0)
  static let cycleRise = Hyperparameter(name: "cycleRise", domain: .real(.from(0).through(1)), defaultValue: 0.3)
  static let cycleStart = Hyperparameter(name: "cycleStart", domain: .real(.above(0)), defaultValue: 25)
  static let cycleEnd = Hyperparameter(name: "cycleEnd", domain: .real(.above(0)), defaultValue: 1e4)
  static let memory = Hyperparameter(name: "memory", domain: .whole(1...1000), defaultValue: 10)
  static let rootMomentum = Hyperparameter(
    name: "rootMomentum", domain: .real(.from(0).below(1)), defaultValue: 0)

  static let shift = Hyperparameter(name: "shift", domain: .whole(0...4096), defaultValue: 0)
  static let flip = Hyperparameter(
    name: "flip", domain: .names("flip", Augmentation.Flip.allCases.map(\.rawValue)), defaultValue: "none")
  static let cutout = Hyperparameter(name: "cutout", domain: .whole(0...4096), defaultValue: 0)

  /// All of them, in the order of the reference.
  static let refinements = [
    negativeSlope, eluAlpha, beta1, beta2, alpha, epsilon, isCentred, decayed, l1Penalty, weightLimit, weightMinimum,
    weightMaximum, initialization, loss, huberDelta, temperature, teacherShare, gradientValue, metricAveraging,
    restartEpochs, restartFactor, plateauFactor, plateauPatience, plateauThreshold, plateauCooldown, stepEpochs,
    stepFactor, decayFactor, leastRate, cycleRise, cycleStart, cycleEnd, memory, rootMomentum, shift, flip, cutout,
  ]
}
