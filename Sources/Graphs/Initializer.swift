/// How the elements of a parameter are drawn before training.
///
/// `fanIn` and `fanOut` are the weights' own: a dense weight of shape [out, in] has fan-in `in` and fan-out `out`, and
/// a convolution's of shape [KH, KW, in, out] has fan-in KH KW `in` and fan-out KH KW `out`.
public enum Initializer: Hashable, Sendable, Codable {
  /// All elements 0.
  case zeros
  /// All elements the given number.
  case constant(Double)
  /// Uniform in ±1/√fanIn, the range PyTorch's `Linear` uses for weights and biases alike.
  ///
  /// A bias has no fan-in of its own, so it is given that of its layer.
  case linear(fanIn: Int)
  /// Uniform in ±√(6/fanIn), for layers followed by ReLU (He et al. 2015, arXiv:1502.01852).
  case heUniform
  /// Normal with deviation √(2/fanIn), for layers followed by ReLU (He et al. 2015, arXiv:1502.01852, eq. 10).
  case heNormal
  /// Uniform in ±√(6/(fanIn + fanOut)) (Glorot and Bengio 2010, eq. 16).
  case xavierUniform
  /// Normal with deviation √(2/(fanIn + fanOut)) (Glorot and Bengio 2010, eq. 12).
  case xavierNormal
  /// A random orthogonal matrix times a gain, so that a layer keeps the lengths of what it is given (Saxe, McClelland and
  /// Ganguli 2014, arXiv:1312.6120); √2 is usual for layers followed by ReLU.
  ///
  /// The matrix is the weight as [out, fanIn]. Its rows are orthogonal where there are no more of them than columns, else
  /// its columns are; every such matrix is equally likely.
  case orthogonal(gain: Double = 1)

  /// Whether it makes something of the parameter's own fans, so that it needs at least two axes.
  package var needsFans: Bool {
    switch self {
    case .heUniform, .heNormal, .xavierUniform, .xavierNormal, .orthogonal: true
    case .zeros, .constant, .linear: false
    }
  }
}
