/// A function applied to each element.
///
/// Each one's derivative is a function of its own output, so that the input need not be kept for the gradient.
public enum Activation: String, Hashable, Sendable, CaseIterable {
  /// max(x, 0); the derivative at 0 is 0.
  case relu
  /// The hyperbolic tangent; the derivative is 1 - y².
  case tanh
  /// 1 / (1 + e⁻ˣ); the derivative is y (1 - y).
  case sigmoid
}
