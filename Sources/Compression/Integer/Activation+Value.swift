package import Graphs
import RealModule

extension Activation {
  /// The function at one point.
  package func value(at x: Double) -> Double {
    switch self {
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    case .leakyReLU(let slope): x > 0 ? x : slope * x
    case .elu(let alpha): x > 0 ? x : alpha * Double.expMinusOne(x)
    case .gelu: x * 0.5 * (1 + Double.erf(x / 2.0.squareRoot()))
    case .silu: x / (1 + Double.exp(-x))
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .tanh: Double.tanh(x)
    case .sigmoid: 1 / (1 + Double.exp(-x))
    }
  }
}
