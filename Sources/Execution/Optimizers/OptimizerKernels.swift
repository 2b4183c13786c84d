import RealModule

/// The optimizers' formulas, each one loop over flat memory.
enum OptimizerKernels {
  /// The numbers of one step of Adam that do not depend on the parameter.
  struct AdamFactors {
    let beta1: Float
    let beta2: Float
    let epsilon: Float
    let weightDecay: Float
    /// rate / (1 - β₁ᵗ).
    let stepSize: Float
    /// √(1 - β₂ᵗ).
    let rootCorrection: Float

    /// The numbers of step number `step`, counted from 1.
    init(rate: Double, beta1: Double, beta2: Double, epsilon: Double, weightDecay: Double, step: Int) {
      self.beta1 = Float(beta1)
      self.beta2 = Float(beta2)
      self.epsilon = Float(epsilon)
      self.weightDecay = Float(weightDecay)
      stepSize = Float(rate / (1 - .pow(beta1, step)))
      rootCorrection = Float(Double.sqrt(1 - .pow(beta2, step)))
    }
  }

  static func gradientDescent(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ count: Int, rate: Float, decay: Float
  ) {
    for i in 0..<count { p[i] -= rate * (g[i] + decay * p[i]) }
  }

  static func momentum(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ v: UnsafeMutablePointer<Float>, _ count: Int,
    rate: Float, momentum: Float, decay: Float
  ) {
    for i in 0..<count {
      v[i] = momentum * v[i] + (g[i] + decay * p[i])
      p[i] -= rate * v[i]
    }
  }

  static func adam(
    _ p: UnsafeMutablePointer<Float>, _ g: UnsafePointer<Float>, _ m: UnsafeMutablePointer<Float>,
    _ v: UnsafeMutablePointer<Float>, _ count: Int, _ factors: AdamFactors
  ) {
    for i in 0..<count {
      let gradient = g[i] + factors.weightDecay * p[i]
      m[i] += (1 - factors.beta1) * (gradient - m[i])
      v[i] = factors.beta2 * v[i] + (1 - factors.beta2) * gradient * gradient
      p[i] -= factors.stepSize * m[i] / (v[i].squareRoot() / factors.rootCorrection + factors.epsilon)
    }
  }
}
