import Graphs

extension ONNXBuilder {
  /// Adds an activation by the operators of set 13.
  mutating func activation(_ activation: Activation, _ x: String, name: String) -> String {
    switch activation {
    case .relu: return node("Relu", [x], name: name)
    case .relu6:
      let (low, high) = (constant(0, name: "\(name)_low"), constant(6, name: "\(name)_high"))
      return node("Clip", [x, low, high], name: name)
    case .leakyReLU(let slope): return node("LeakyRelu", [x], [.float("alpha", Float(slope))], name: name)
    case .elu(let alpha): return node("Elu", [x], [.float("alpha", Float(alpha))], name: name)
    case .tanh: return node("Tanh", [x], name: name)
    case .sigmoid: return node("Sigmoid", [x], name: name)
    case .silu: return node("Mul", [x, node("Sigmoid", [x], name: "\(name)_sigmoid")], name: name)
    case .hardSwish:
      let part = node(
        "HardSigmoid", [x], [.float("alpha", 1 / 6), .float("beta", 0.5)], name: "\(name)_sigmoid")
      return node("Mul", [x, part], name: name)
    case .gelu:
      let root = constant(Float(2).squareRoot(), name: "\(name)_root")
      let erf = node("Erf", [node("Div", [x, root], name: "\(name)_quotient")], name: "\(name)_erf")
      let sum = node("Add", [erf, constant(1, name: "\(name)_one")], name: "\(name)_sum")
      let half = node("Mul", [x, constant(0.5, name: "\(name)_half")], name: "\(name)_part")
      return node("Mul", [half, sum], name: name)
    }
  }
}
