/// A rule by which parameters follow their gradients, with its numbers.
///
/// Weight decay is added to the gradient (an L2 penalty), as PyTorch's optimizers of the same names do.
public struct Optimizer: Hashable, Sendable {
  /// The rules.
  public enum Rule: Hashable, Sendable {
    /// p ← p - rate g.
    case gradientDescent
    /// v ← momentum v + g; p ← p - rate v (Polyak 1964, in PyTorch's form, without dampening).
    case momentum(Double)
    /// m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²;
    /// p ← p - rate / (1 - β₁ᵗ) m / (√v / √(1 - β₂ᵗ) + ε) (Kingma and Ba 2015, arXiv:1412.6980, algorithm 1).
    case adam(beta1: Double, beta2: Double, epsilon: Double)
  }

  /// The rule.
  public var rule: Rule

  /// The rate at the start, at least 0.
  public var learningRate: Double

  /// What part of the parameter is added to its gradient, at least 0.
  public var weightDecay: Double

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

  /// Adam.
  public static func adam(
    learningRate: Double = 1e-3, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) -> Optimizer {
    Optimizer(
      .adam(beta1: beta1, beta2: beta2, epsilon: epsilon), learningRate: learningRate, weightDecay: weightDecay)
  }

  /// How many numbers the rule remembers for each parameter.
  var slotCount: Int {
    switch rule {
    case .gradientDescent: 0
    case .momentum: 1
    case .adam: 2
    }
  }
}
