package import Graphs
import SearchSpace
package import Training

/// What most trainings leave at its default.
package struct TrainingRefinements: Hashable, Sendable {
  /// Adam's decays of the moments.
  package var beta1: Double
  package var beta2: Double
  /// RMSProp's decay.
  package var alpha: Double
  /// What is added to the root in AdaGrad, RMSProp and Adam; nil for the rule's own.
  package var epsilon: Double?
  /// Whether RMSProp subtracts the mean of the gradient.
  package var isCentred: Bool
  package var decayed: Decayed
  package var l1Penalty: Double
  /// The box in which each parameter is kept; nil for none.
  package var weightBounds: ClosedRange<Double>?
  package var initialization: Initialization
  package var loss: LossName
  package var huberDelta: Double
  /// How far the probabilities of a teacher are levelled.
  package var temperature: Double
  /// The share of a teacher in the loss.
  package var teacherShare: Double
  /// The value to which gradients are clipped; nil for none.
  package var gradientValue: Double?
  /// The decay of the metrics' average an epoch; 0 for none.
  package var metricAveraging: Double
  package var restartEpochs: Int
  package var restartFactor: Int
  package var plateau: PlateauReduction
  /// The epochs of a step; nil for a third of them.
  package var stepEpochs: Int?
  package var stepFactor: Double
  /// What an epoch multiplies the rate by where it falls exponentially; nil to end at a hundredth.
  package var decayFactor: Double?
  /// The rate at which a cosine ends.
  package var leastRate: Double
  package var cycle: Cycle
  /// The steps that L-BFGS remembers.
  package var memory: Int
  /// The momentum of RMSProp.
  package var rootMomentum: Double
  package var augmentation: Augmentation

  /// The numbers of the schedule `oneCycle`.
  package struct Cycle: Hashable, Sendable {
    /// The fraction of the steps over which the rate rises.
    package let rise: Double
    /// What the rate is divided by at the start.
    package let start: Double
    /// What that is divided by once more at the end.
    package let end: Double
  }

  /// Which parameters are decayed and penalized.
  package enum Decayed: String, Hashable, Sendable, CaseIterable {
    case all
    /// All but biases and the scales and shifts of normalization.
    case weights
  }

  /// How hidden weights are drawn.
  package enum Initialization: String, Hashable, Sendable, CaseIterable {
    case automatic, heUniform, heNormal, xavierUniform, xavierNormal, orthogonal

    /// Nil to choose by the activation.
    package var initializer: Initializer? {
      switch self {
      case .automatic: nil
      case .heUniform: .heUniform
      case .heNormal: .heNormal
      case .xavierUniform: .xavierUniform
      case .xavierNormal: .xavierNormal
      case .orthogonal: .orthogonal()
      }
    }
  }

  /// What is minimized.
  package enum LossName: String, Hashable, Sendable, CaseIterable {
    /// The cross-entropy for classes, the squared error for values.
    case automatic
    case crossEntropy, binaryCrossEntropy
    /// The divergence from the teacher's probabilities alone.
    case klDivergence
    case squaredError, absoluteError, huber
  }

  init(_ values: HyperparameterValues) throws(SearchSpaceError) {
    func orNil(_ number: Double) -> Double? { number > 0 ? number : nil }
    guard let decayed = Decayed(rawValue: try values.name(.decayed)),
      let initialization = Initialization(rawValue: try values.name(.initialization)),
      let loss = LossName(rawValue: try values.name(.loss)),
      let flip = Augmentation.Flip(rawValue: try values.name(.flip))
    else { preconditionFailure("the domains are the names of the enumerations") }
    (beta1, beta2) = (try values.number(.beta1), try values.number(.beta2))
    alpha = try values.number(.alpha)
    epsilon = orNil(try values.number(.epsilon))
    isCentred = try values.flag(.isCentred)
    self.decayed = decayed
    l1Penalty = try values.number(.l1Penalty)
    // Where the word for none stands in place of a number, there is none.
    let limit = orNil(try values.number(.weightLimit)) ?? .infinity
    let (low, high) = (try values.number(.weightMinimum), try values.number(.weightMaximum))
    let bounds = (low.isNaN ? -limit : max(low, -limit))...(high.isNaN ? limit : min(high, limit))
    weightBounds = bounds == -.infinity ... .infinity ? nil : bounds
    self.initialization = initialization
    self.loss = loss
    huberDelta = try values.number(.huberDelta)
    temperature = try values.number(.temperature)
    teacherShare = loss == .klDivergence ? 1 : try values.number(.teacherShare)
    gradientValue = orNil(try values.number(.gradientValue))
    metricAveraging = try values.number(.metricAveraging)
    restartEpochs = try values.wholeNumber(.restartEpochs)
    restartFactor = try values.wholeNumber(.restartFactor)
    leastRate = try values.number(.leastRate)
    plateau = PlateauReduction(
      factor: try values.number(.plateauFactor), patience: try values.wholeNumber(.plateauPatience),
      threshold: try values.number(.plateauThreshold), cooldown: try values.wholeNumber(.plateauCooldown),
      minimum: leastRate)
    let stepEpochs = try values.wholeNumber(.stepEpochs)
    self.stepEpochs = stepEpochs > 0 ? stepEpochs : nil
    stepFactor = try values.number(.stepFactor)
    decayFactor = orNil(try values.number(.decayFactor))
    cycle = Cycle(
      rise: try values.number(.cycleRise), start: try values.number(.cycleStart), end: try values.number(.cycleEnd))
    memory = try values.wholeNumber(.memory)
    rootMomentum = try values.number(.rootMomentum)
    augmentation = Augmentation(
      shift: try values.wholeNumber(.shift), flip: flip, cutout: try values.wholeNumber(.cutout))
  }
}
