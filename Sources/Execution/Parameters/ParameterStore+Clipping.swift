import CKernels

extension ParameterStore {
  /// The Euclidean norm of all gradients together.
  public var gradientNorm: Double {
    VectorTable.best.loops.sumOfSquares(gradientStart, gradients.count).squareRoot()
  }

  /// Scales all gradients by one number where their norm together is above `limit`, so that it becomes the limit (Pascanu
  /// et al. 2013, arXiv:1211.5063).
  ///
  /// - Parameter limit: Above 0.
  /// - Returns: The norm before.
  @discardableResult
  public func clipGradients(norm limit: Double) -> Double {
    precondition(limit > 0, "a gradient is clipped to a norm above 0")
    let norm = gradientNorm
    // PyTorch adds 1e-6 to the norm, so that the two agree to the last digits.
    let factor = limit / (norm + 1e-6)
    if factor < 1 { VectorTable.best.loops.scale(gradientStart, Float(factor), gradientStart, gradients.count) }
    return norm
  }

  /// Limits each element of the gradients to ±`limit`.
  ///
  /// - Parameter limit: Above 0.
  public func clipGradients(value limit: Double) {
    precondition(limit > 0, "a gradient is clipped to values above 0")
    VectorTable.best.loops.limit(gradientStart, Float(-limit), Float(limit), gradients.count)
  }
}
