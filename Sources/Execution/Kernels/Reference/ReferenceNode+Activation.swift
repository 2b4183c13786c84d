import Graphs
import RealModule

extension ReferenceNode {
  static func apply(_ activation: Activation, _ x: Scalar) -> Scalar {
    switch activation {
    case .relu: x > 0 ? x : (x.isNaN ? x : 0)
    case .relu6: x.isNaN ? x : min(max(x, 0), 6)
    case .leakyReLU(let slope): x > 0 ? x : Scalar(slope) * x
    case .elu(let alpha): x > 0 ? x : Scalar(alpha) * .expMinusOne(x)
    case .gelu: x * normalDistribution(x)
    case .silu: x / (1 + .exp(-x))
    case .hardSwish: x.isNaN ? x : x * min(max(x + 3, 0), 6) / 6
    case .tanh: .tanh(x)
    case .sigmoid: 1 / (1 + .exp(-x))
    }
  }

  /// The derivative, at the output where it is a function of it, else at the input.
  static func derivative(of activation: Activation, at point: Scalar) -> Scalar {
    switch activation {
    case .relu: return point > 0 ? 1 : 0
    case .relu6: return point > 0 && point < 6 ? 1 : 0
    case .leakyReLU(let slope): return point > 0 ? 1 : Scalar(slope)
    case .elu(let alpha): return point > 0 ? 1 : point + Scalar(alpha)
    case .gelu: return normalDistribution(point) + point * normalDensity(point)
    case .silu:
      let sigmoid = 1 / (1 + Scalar.exp(-point))
      return sigmoid * (1 + point * (1 - sigmoid))
    case .hardSwish:
      if point.isNaN { return point }
      return point <= -3 ? 0 : (point >= 3 ? 1 : (2 * point + 3) / 6)
    case .tanh: return 1 - point * point
    case .sigmoid: return point * (1 - point)
    }
  }

  /// The second derivative at the input.
  static func curvature(of activation: Activation, at x: Scalar) -> Scalar {
    switch activation {
    case .gelu: return normalDensity(x) * (2 - x * x)
    case .silu:
      let sigmoid = 1 / (1 + Scalar.exp(-x))
      return sigmoid * (1 - sigmoid) * (2 + x * (1 - 2 * sigmoid))
    case .hardSwish: return x > -3 && x < 3 ? 1 / 3 : 0
    case .relu, .relu6, .leakyReLU, .elu, .tanh, .sigmoid:
      preconditionFailure("\(activation.name) is differentiated at its output")
    }
  }

  /// x [..., C]: the softmax of each row, or its gradient.
  func softmax(isGradient: Bool) {
    let width = outputShape[outputShape.rank - 1]
    for row in 0..<outputShape.count / width {
      let (x, out) = (inputs[0] + row * width, output + row * width)
      if isGradient {
        let y = inputs[1] + row * width
        var sum: Scalar = 0
        for i in 0..<width { sum += x[i] * y[i] }
        for i in 0..<width { out[i] = y[i] * (x[i] - sum) }
      } else {
        let (largest, total) = Self.softmaxTotal(x, width)
        for i in 0..<width { out[i] = .exp(x[i] - largest) / total }
      }
    }
  }

  /// The largest logit, and the sum of the exponentials of all logits less the largest.
  static func softmaxTotal(_ logits: UnsafePointer<Scalar>, _ classes: Int) -> (largest: Scalar, total: Scalar) {
    var largest = -Scalar.infinity
    for column in 0..<classes { largest = max(largest, logits[column]) }
    var total: Scalar = 0
    for column in 0..<classes { total += .exp(logits[column] - largest) }
    return (largest, total)
  }

  private static func normalDistribution(_ x: Scalar) -> Scalar {
    .erfc(-x / Scalar(2).squareRoot()) / 2
  }

  private static func normalDensity(_ x: Scalar) -> Scalar {
    .exp(-x * x / 2) / (2 * Scalar.pi).squareRoot()
  }
}
