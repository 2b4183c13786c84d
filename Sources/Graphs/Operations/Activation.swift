/// A function applied to each element.
///
/// The derivatives of most are functions of the output alone, so that the input need not be kept for the gradient.
public enum Activation: Hashable, Sendable, Codable {
  /// max(x, 0); the derivative at 0 is 0.
  case relu
  /// min(max(x, 0), 6); the derivative at 0 and at 6 is 0.
  case relu6
  /// x where x > 0, else slope · x, with a slope above 0.
  case leakyReLU(slope: Double)
  /// x where x > 0, else α (eˣ - 1), with an α above 0 (Clevert et al. 2016, arXiv:1511.07289).
  case elu(alpha: Double)
  /// x Φ(x) with the normal distribution function Φ, by the error function (Hendrycks and Gimpel 2016,
  /// arXiv:1606.08415).
  case gelu
  /// x / (1 + e⁻ˣ), also called swish (Elfwing et al. 2018, arXiv:1702.03118).
  case silu
  /// x min(max(x + 3, 0), 6) / 6 (Howard et al. 2019, arXiv:1905.02244).
  case hardSwish
  /// The hyperbolic tangent; the derivative is 1 - y².
  case tanh
  /// 1 / (1 + e⁻ˣ); the derivative is y (1 - y).
  case sigmoid

  /// The activations by the names that study files use, with the usual slope of 0.01 and α of 1.
  public static let standard: [Activation] = [
    .relu, .relu6, .leakyReLU(slope: 0.01), .elu(alpha: 1), .gelu, .silu, .hardSwish, .tanh, .sigmoid,
  ]

  /// The name without the numbers, in lower camel case: `leakyReLU`.
  public var name: String {
    switch self {
    case .relu: "relu"
    case .relu6: "relu6"
    case .leakyReLU: "leakyReLU"
    case .elu: "elu"
    case .gelu: "gelu"
    case .silu: "silu"
    case .hardSwish: "hardSwish"
    case .tanh: "tanh"
    case .sigmoid: "sigmoid"
    }
  }

  /// The activation of a name; nil where there is none.
  ///
  /// - Parameters:
  ///   - name: One of the names of `standard`.
  ///   - negativeSlope: The slope of `leakyReLU` below 0, above 0.
  ///   - alpha: The α of `elu`, above 0.
  public init?(named name: String, negativeSlope: Double = 0.01, alpha: Double = 1) {
    guard let activation = Self.standard.first(where: { $0.name == name }) else { return nil }
    self =
      switch activation {
      case .leakyReLU: .leakyReLU(slope: negativeSlope)
      case .elu: .elu(alpha: alpha)
      default: activation
      }
  }

  /// What is wrong with its number; nil for nothing.
  var fault: String? {
    let (word, number): (String, Double)
    switch self {
    case .leakyReLU(let slope): (word, number) = ("a slope", slope)
    case .elu(let alpha): (word, number) = ("an α", alpha)
    default: return nil
    }
    return number > 0 && number.isFinite ? nil : "\(word) of \(number), which must be a number above 0"
  }

  /// Whether the saturation of a byte does the same, so that an integer model needs no table for it.
  package var isClip: Bool { self == .relu || self == .relu6 }

  /// Whether the derivative is computed from the output y; else it is from the input x.
  public var isDifferentiatedAtOutput: Bool {
    switch self {
    case .relu, .relu6, .leakyReLU, .elu, .tanh, .sigmoid: true
    case .gelu, .silu, .hardSwish: false
    }
  }
}
