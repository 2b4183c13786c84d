/// A rule by which parameters follow their gradients, with its numbers.
///
/// Weight decay is added to the gradient (an L2 penalty), except in AdamW, where it shrinks the parameter itself; both
/// as PyTorch's optimizers of the same names do. Below, g is the gradient and t the number of the step from 1.
public struct Optimizer: Hashable, Sendable {
  /// The rules.
  public enum Rule: Hashable, Sendable {
    /// p ← p - rate g.
    case gradientDescent
    /// v ← momentum v + g; p ← p - rate v (Polyak 1964, in PyTorch's form, without dampening).
    case momentum(Double)
    /// v ← momentum v + g; p ← p - rate (g + momentum v) (Nesterov 1983, in the form of Sutskever et al. 2013).
    case nesterov(Double)
    /// s ← s + g²; p ← p - rate g / (√s + ε) (Duchi et al. 2011, JMLR 12).
    case adaGrad(epsilon: Double)
    /// s ← α s + (1 - α) g²; p ← p - rate d with d = g / (√s + ε) (Tieleman and Hinton 2012). Centred, m ← α m +
    /// (1 - α) g and s - m² stands in place of s (Graves 2013, arXiv:1308.0850); with momentum, v ← momentum v + d stands
    /// in place of d.
    case rmsProp(alpha: Double, epsilon: Double, momentum: Double, isCentred: Bool)
    /// m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²;
    /// p ← p - rate / (1 - β₁ᵗ) m / (√v / √(1 - β₂ᵗ) + ε) (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)
    /// p ← p - rate decay p, then Adam without decay (Loshchilov and Hutter 2019, arXiv:1711.05101).
    case adamW(beta1: Double, beta2: Double, epsilon: Double)
  }

  /// The rule.
  public var rule: Rule

  /// The rate at the start, at least 0.
  public var learningRate: Double

  /// What part of the parameter is added to its gradient, or taken off it by AdamW, at least 0.
  public var weightDecay: Double

  /// What part of the parameter's sign is added to its gradient (an L1 penalty), at least 0.
  public var l1Penalty = 0.0

  /// Whether biases and the scales and shifts of normalization, which have a single axis, are decayed and penalized too.
  public var decaysVectors = true

  /// The range that each parameter is brought back into after each step, or nil for all numbers.
  public var bounds: ClosedRange<Double>?

  /// The names of parameters that are neither decayed nor penalized nor bounded: those that are no weights, such as the
  /// learned steps of quantization.
  public var exempted: [String] = []

  /// Makes an optimizer.
  public init(_ rule: Rule, learningRate: Double, weightDecay: Double = 0) {
    self.rule = rule
    self.learningRate = learningRate
    self.weightDecay = weightDecay
  }

  /// Plain gradient descent.
  public static func gradientDescent(learningRate: Double, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.gradientDescent, learningRate: learningRate, weightDecay: weightDecay)
  }

  /// Gradient descent with momentum.
  public static func momentum(_ momentum: Double = 0.9, learningRate: Double, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.momentum(momentum), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// Gradient descent with Nesterov's momentum.
  public static func nesterov(_ momentum: Double = 0.9, learningRate: Double, weightDecay: Double = 0) -> Optimizer {
    Optimizer(.nesterov(momentum), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// AdaGrad.
  public static func adaGrad(
    learningRate: Double = 1e-2, epsilon: Double = 1e-10, weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(.adaGrad(epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// RMSProp, plain or centred, with or without momentum.
  public static func rmsProp(
    learningRate: Double = 1e-2, alpha: Double = 0.99, epsilon: Double = 1e-8, momentum: Double = 0,
    isCentred: Bool = false, weightDecay: Double = 0
  ) -> Optimizer {
    let rule = Rule.rmsProp(alpha: alpha, epsilon: epsilon, momentum: momentum, isCentred: isCentred)
    return Optimizer(rule, learningRate: learningRate, weightDecay: weightDecay)
  }

  /// Adam.
  public static func adam(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// Adam with decoupled weight decay.
  public static func adamW(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 1e-2
  ) -> Optimizer {
    Optimizer(
      .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// How many numbers the rule remembers for each parameter.
  package var slotCount: Int {
    switch rule {
    case .gradientDescent: 0
    case .momentum, .nesterov, .adaGrad: 1
    case .rmsProp(_, _, let momentum, let isCentred): 1 + (momentum > 0 ? 1 : 0) + (isCentred ? 1 : 0)
    case .adam, .adamW: 2
    }
  }
}
