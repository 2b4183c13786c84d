import Graphs
import SearchSpace
import Training

/// Something that must hold of a training so that one of its hyperparameters changes anything: one of some facts, at least.
struct Premise: Hashable, Sendable {
  /// Any of them suffices.
  let facts: [Fact]

  init(_ facts: Fact...) { self.facts = facts }

  /// What is wrong with a hyperparameter that lacks it, and the way out.
  ///
  /// - Parameters:
  ///   - subject: What has no effect: `'momentum'`.
  ///   - wayOut: How it can be brought about, where that can be said.
  ///   - state: What is the case in place of a fact: `optimizer is 'adam'`.
  func complaint(about subject: String, wayOut: String? = nil, _ state: (Fact) -> String) -> String {
    "\(subject) has no effect: \(facts.map(state).joined(separator: " and ")); it counts with "
      + "\(facts.map(\.description).joined(separator: " or "))\(wayOut.map { ", as by \($0)" } ?? ""); else leave it out"
  }

  /// What can hold of a training.
  enum Fact: Hashable, Sendable {
    /// Another hyperparameter has one of some values.
    case value(Hyperparameter, Values)
    /// Outputs of a saved model are learned beside the targets.
    case teacher
    /// Classes are told, not values.
    case classes
  }

  /// Some values of a hyperparameter.
  enum Values: Hashable, Sendable {
    case oneOf([String])
    case noneOf([String])
    case above(Double)

    func contains(_ value: Choice) -> Bool {
      switch self {
      case .oneOf(let names): names.contains(value.description)
      case .noneOf(let names): !names.contains(value.description)
      case .above(let bound): value.numericValue.map { $0 > bound } ?? false
      }
    }

    /// Whether one of them is a value of a distribution.
    func contains(valueOf distribution: Distribution) -> Bool {
      switch distribution {
      case .float(let range): contains(.double(range.high))
      case .int(let range): contains(.int(range.high))
      case .categorical(let list): list.choices.contains(where: contains)
      }
    }

    /// `momentum or nesterov`.
    var description: String {
      switch self {
      case .oneOf(let names): names.alternatives
      case .noneOf(let names): "other than \(names.alternatives)"
      case .above(let bound): "above \(Int(bound))"
      }
    }
  }
}

extension Premise.Fact {
  static func optimizer(_ optimizers: TrainingHyperparameters.Optimizer...) -> Premise.Fact {
    .value(.optimizer, .oneOf(optimizers.map(\.rawValue)))
  }

  static func loss(_ losses: TrainingRefinements.LossName...) -> Premise.Fact {
    .value(.loss, .oneOf(losses.map(\.rawValue)))
  }

  /// The fact in words that follow "with": `optimizer momentum or nesterov`.
  var description: String {
    switch self {
    case .value(let hyperparameter, let values): "\(hyperparameter.name) \(values.description)"
    case .teacher: "a teacher"
    case .classes: "classes to tell"
    }
  }

  /// A value that makes it hold: `optimizer=momentum`; nil where it is no value's matter.
  var example: String? {
    guard case .value(let hyperparameter, let values) = self else { return nil }
    switch values {
    case .oneOf(let names): return names.first.map { "\(hyperparameter.name)=\($0)" }
    case .noneOf(let names):
      guard case .names(_, let all) = hyperparameter.domain else { return nil }
      let usual = hyperparameter.defaultValue.description
      let name = names.contains(usual) ? all.first { !names.contains($0) } : usual
      return name.map { "\(hyperparameter.name)=\($0)" }
    case .above: return nil
    }
  }
}

extension Hyperparameter {
  /// What must hold so that the hyperparameter changes anything; nothing for most.
  func premises(in network: TrainingObjective.Network) -> [Premise] {
    let steps = Premise(.value(.optimizer, .noneOf(TrainingHyperparameters.Optimizer.onAllSamples.map(\.rawValue))))
    let hiddenLayers = network == .mlp ? [Premise(.value(.depth, .above(0)))] : []
    func schedule(_ schedules: TrainingHyperparameters.Schedule...) -> [Premise] {
      [Premise(.value(.schedule, .oneOf(schedules.map(\.rawValue))))]
    }
    return switch self {
    case .learningRate, .batchSize, .schedule, .warmup, .gradientNorm, .gradientValue: [steps]
    case .momentum: [Premise(.optimizer(.momentum, .nesterov))]
    case .beta1, .beta2: [Premise(.optimizer(.adam, .adamw))]
    case .alpha, .isCentred, .rootMomentum: [Premise(.optimizer(.rmsprop))]
    case .epsilon: [Premise(.optimizer(.adagrad, .rmsprop, .adam, .adamw))]
    case .decayed: [Premise(.value(.weightDecay, .above(0)), .value(.l1Penalty, .above(0)))]
    case .huberDelta: [Premise(.loss(.huber))]
    case .labelSmoothing: [Premise(.loss(.automatic, .crossEntropy)), Premise(.classes)]
    case .temperature: [Premise(.teacher), Premise(.classes)]
    case .teacherShare:
      [Premise(.teacher), Premise(.value(.loss, .noneOf([TrainingRefinements.LossName.klDivergence.rawValue])))]
    case .restartEpochs, .restartFactor: schedule(.warmRestarts)
    case .plateauFactor, .plateauPatience, .plateauThreshold, .plateauCooldown: schedule(.plateau)
    case .stepEpochs, .stepFactor: schedule(.step)
    case .decayFactor: schedule(.exponential)
    case .leastRate: schedule(.cosine, .warmRestarts, .plateau)
    case .cycleRise, .cycleStart, .cycleEnd: schedule(.oneCycle)
    case .memory: [Premise(.optimizer(.lbfgs))]
    case .units, .activation, .dropout, .initialization: hiddenLayers
    case .negativeSlope: [Premise(.value(.activation, .oneOf([Activation.leakyReLU(slope: 1).name])))]
    case .eluAlpha: [Premise(.value(.activation, .oneOf([Activation.elu(alpha: 1).name])))]
    case .convolution: [Premise(.value(.blocks, .above(1)), .value(.convolutions, .above(1)))]
    default: []
    }
  }

  /// The first premise that cannot hold, or that of what it depends on in turn; nil where the hyperparameter counts.
  ///
  /// - Parameter mayHold: Whether a fact holds in some training.
  func missingPremise(in network: TrainingObjective.Network, _ mayHold: (Premise.Fact) -> Bool) -> Premise? {
    for premise in premises(in: network) {
      var deeper: Premise?
      let holds = premise.facts.contains { fact in
        guard mayHold(fact) else { return false }
        guard case .value(let other, _) = fact, let missing = other.missingPremise(in: network, mayHold) else {
          return true
        }
        deeper = missing
        return false
      }
      if !holds { return deeper ?? premise }
    }
    return nil
  }
}

extension TrainingHyperparameters.Optimizer {
  /// Those that minimize the mean loss of all samples, an iteration an epoch.
  static let onAllSamples: [Self] = [.lbfgs, .newtonCG]
}

extension [String] {
  /// `a, b or c`.
  var alternatives: String {
    count < 2 ? joined() : "\(dropLast().joined(separator: ", ")) or \(self[count - 1])"
  }
}
