import Compression
import Graphs
import RealModule
import Training

/// Computes nodes one after the other, in the layout of ONNX.
///
/// A dequantized value is kept as its integers, and what an operator makes of such as exact sums, until the next
/// QuantizeLinear tells what they are rounded to: as runtimes fuse them.
struct IntegerInterpreter {
  /// What a value is.
  enum Content {
    case floats([Float])
    /// What QuantizeLinear made.
    case bytes([UInt8])
    /// What DequantizeLinear made of bytes.
    case quantized([UInt8], AffineQuantization)
    /// Dequantized weights with the scales of their first axis.
    case weights([Int8], [Float])
    case bias([Int32])
    /// Sums in steps of each channel's scale.
    case sums([Int32], scales: [Float])
    /// Two values to be added.
    case pair([UInt8], AffineQuantization, [UInt8], AffineQuantization)
    /// Sums over so many pixels, in steps of one scale.
    case pooled([Int32], scale: Float, count: Int)
    /// Means of windows.
    case means([Float])
  }

  struct Value {
    var shape: [Int]
    var content: Content
    /// What the next QuantizeLinear must saturate at: 0 below, and where it is finite, above.
    var ceiling: Float?
  }

  /// The most products that are computed for one sample, an element that is kept counting as 16.
  static let largestWork = 1 << 30

  let constants: [String: ONNXConstant]
  var values: [String: Value] = [:]
  private var work = 0

  init(constants: [String: ONNXConstant]) {
    self.constants = constants
  }

  mutating func run(_ node: ONNXNodeProto) throws(ONNXError) {
    guard let output = node.output.first else { throw misfit(node, "makes nothing") }
    let value = try result(of: node)
    // An element is kept until the end, which weighs more than a product.
    try spend(try ONNXShape.count(value.shape), 16, on: node)
    values[output] = value
  }

  /// Counts what a node computes, before it does: a small file can ask for more than there is time or memory for.
  mutating func spend(_ amounts: Int..., on node: ONNXNodeProto) throws(ONNXError) {
    var product = 1
    for amount in amounts {
      let (next, overflow) = product.multipliedReportingOverflow(by: amount)
      product = overflow ? Int.max : next
    }
    guard product <= Self.largestWork - work else {
      throw misfit(node, "asks for more than the \(Self.largestWork) products that are computed for a sample")
    }
    work += product
  }

  private mutating func result(of node: ONNXNodeProto) throws(ONNXError) -> Value {
    switch node.opType {
    case "QuantizeLinear": return try quantize(node)
    case "DequantizeLinear": return try dequantize(node)
    case "Conv": return try convolve(node)
    case "Gemm": return try dense(node)
    case "MaxPool", "AveragePool": return try pool(node)
    case "GlobalAveragePool": return try poolAll(node)
    case "Reshape", "Flatten": return try reshape(node)
    case "Transpose": return try transpose(node)
    case "Concat": return try concatenate(node)
    case "Identity": return try value(node, 0)
    case "Relu", "Clip":
      var x = try value(node, 0)
      if case .quantized(let bytes, let quantization) = x.content {
        let activation: Activation = node.opType == "Relu" ? .relu : .relu6
        x.content = .floats(bytes.map { Float(activation.value(at: Double(quantization.dequantize($0)))) })
        return x
      }
      x.ceiling = node.opType == "Relu" ? .infinity : try constant(node, 2).floats?.first ?? 0
      return x
    case "LeakyRelu": return try map(node, .leakyReLU(slope: Double(number(node, "alpha", 0.01))))
    case "Elu": return try map(node, .elu(alpha: Double(number(node, "alpha", 1))))
    case "Tanh": return try map(node, .tanh)
    case "Sigmoid": return try map(node, .sigmoid)
    case "Add":
      guard node.input.count == 2, constants[node.input[1]] == nil else { return try combine(node, +) }
      let (a, b) = (try value(node, 0), try value(node, 1))
      if case .quantized(let left, let p) = a.content, case .quantized(let right, let q) = b.content {
        guard a.shape == b.shape else { throw misfit(node, "adds values of different shapes") }
        return Value(shape: a.shape, content: .pair(left, p, right, q))
      }
      return try combine(node, +)
    case "Sub": return try combine(node, -)
    case "Mul": return try combine(node, *)
    case "Div": return try combine(node, /)
    case "Erf": return try map(node) { Float(Double.erf(Double($0))) }
    case "HardSigmoid":
      return try map(node) { min(max($0 * number(node, "alpha", 0.2) + number(node, "beta", 0.5), 0), 1) }
    default:
      throw ONNXError(.unexpected, "the file has an operator '\(node.opType)', which is not computed here")
    }
  }

  // MARK: Between integers and numbers

  private func quantize(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let x = try value(node, 0)
    let scale = try scales(node)[0]
    guard let zero = try constant(node, 2).uint8s?.first else { throw misfit(node, "has no zero point") }
    let to = AffineQuantization(scale: scale, zeroPoint: zero)
    if let ceiling = x.ceiling {
      guard zero == 0, ceiling == .infinity || 255 * scale <= ceiling * 1.0001 else {
        throw misfit(node, "does not saturate where the activation before it does")
      }
    }
    /// The nearest of what is from `low` to `low + 255`; no number, as overflows may leave, goes to the lower end.
    func rounded(_ number: Float, from low: Float) -> Float {
      (number >= low ? min(number, low + 255) : low).rounded(.toNearestOrEven)
    }
    func saturate(_ number: Float) -> UInt8 { UInt8(rounded(number, from: -Float(zero)) + Float(zero)) }
    func whole(_ number: Float) -> UInt8 { UInt8(rounded(number, from: 0)) }

    let bytes: [UInt8]
    switch x.content {
    case .floats(let numbers): bytes = numbers.map(to.quantize)
    case .quantized(let q, let from): bytes = q.map { to.quantize(from.dequantize($0)) }
    case .sums(let sums, let scales):
      let inner = x.shape.dropFirst(2).reduce(1, *)
      let multipliers = scales.map { $0 / scale }
      bytes = sums.indices.map { saturate(Float(sums[$0]) * multipliers[$0 / inner % scales.count]) }
    case .pair(let left, let p, let right, let q):
      let (a, b) = (p.scale / scale, q.scale / scale)
      let fixed = Float(zero) - (a * Float(p.zeroPoint) + b * Float(q.zeroPoint))
      bytes = zip(left, right).map { whole(fixed.addingProduct(Float($1), b).addingProduct(Float($0), a)) }
    case .pooled(let sums, let from, let count):
      let multiplier = from / (scale * Float(count))
      bytes = sums.map { saturate(Float($0) * multiplier) }
    case .means(let means): bytes = means.map { whole($0 / scale + Float(zero)) }
    case .bytes, .weights, .bias: throw misfit(node, "quantizes what is quantized")
    }
    return Value(shape: x.shape, content: .bytes(bytes))
  }

  private func dequantize(_ node: ONNXNodeProto) throws(ONNXError) -> Value {
    let scales = try scales(node)
    if let name = node.input.first, let tensor = constants[name] {
      if let weights = tensor.int8s, scales.count == tensor.shape.first {
        return Value(shape: tensor.shape, content: .weights(weights, scales))
      }
      if let bias = tensor.int32s, bias.count == scales.count {
        return Value(shape: tensor.shape, content: .bias(bias))
      }
      throw misfit(node, "dequantizes a constant that is none of weights or biases")
    }
    let x = try value(node, 0)
    guard case .bytes(let bytes) = x.content, let zero = try constant(node, 2).uint8s?.first else {
      throw misfit(node, "dequantizes what is not quantized")
    }
    return Value(
      shape: x.shape, content: .quantized(bytes, AffineQuantization(scale: scales[0], zeroPoint: zero)))
  }

  /// The scales that a node quantizes or dequantizes by, at least one.
  private func scales(_ node: ONNXNodeProto) throws(ONNXError) -> [Float] {
    guard let scales = try constant(node, 1).floats, !scales.isEmpty, scales.allSatisfy({ $0 > 0 && $0.isFinite })
    else { throw misfit(node, "has no scales, or some that are not finite and above 0") }
    return scales
  }

  /// The elements as numbers, whatever they are kept as.
  func floats(_ name: String) throws(ONNXError) -> [Float] {
    switch values[name]?.content {
    case .floats(let numbers): return numbers
    case .quantized(let bytes, let quantization): return bytes.map(quantization.dequantize)
    default: throw ONNXError(.unexpected, "the file's value '\(name)' is nothing of which there are numbers")
    }
  }

  // MARK: What nodes read

  func value(_ node: ONNXNodeProto, _ position: Int) throws(ONNXError) -> Value {
    guard position < node.input.count, let value = values[node.input[position]] else {
      throw misfit(node, "reads what no node before it makes")
    }
    return value
  }

  func constant(_ node: ONNXNodeProto, _ position: Int) throws(ONNXError) -> ONNXConstant {
    guard position < node.input.count, let tensor = constants[node.input[position]] else {
      throw misfit(node, "reads a constant that there is not")
    }
    return tensor
  }

  func number(_ node: ONNXNodeProto, _ name: String, _ usual: Float) -> Float {
    for attribute in node.attribute where attribute.name == name {
      if attribute.type == .float { return attribute.f }
    }
    return usual
  }

  func ints(_ node: ONNXNodeProto, _ name: String, _ usual: [Int]) throws(ONNXError) -> [Int] {
    for attribute in node.attribute where attribute.name == name {
      let numbers: [Int64]
      switch attribute.type {
      case .int: numbers = [attribute.i]
      case .ints: numbers = attribute.ints
      case .float, .undefined: throw misfit(node, "has other than whole numbers as its \(name)")
      }
      guard numbers.count == usual.count, numbers.allSatisfy({ (-1...Int64(1 << 20)).contains($0) }) else {
        throw misfit(node, "has a \(name) of \(numbers)")
      }
      return numbers.map { Int($0) }
    }
    return usual
  }

  func misfit(_ node: ONNXNodeProto, _ reason: String) -> ONNXError {
    ONNXError(.unexpected, "\(node.opType) '\(node.name)' of the file \(reason)")
  }

  // MARK: Element by element

  private func map(_ node: ONNXNodeProto, _ activation: Activation) throws(ONNXError) -> Value {
    try map(node) { Float(activation.value(at: Double($0))) }
  }

  private func map(_ node: ONNXNodeProto, _ function: (Float) -> Float) throws(ONNXError) -> Value {
    let x = try value(node, 0)
    return Value(shape: x.shape, content: .floats(try floats(node.input[0]).map(function)))
  }

  /// Numbers with others, of the same count or of one a channel or one for all.
  private func combine(_ node: ONNXNodeProto, _ function: (Float, Float) -> Float) throws(ONNXError) -> Value {
    guard node.input.count == 2 else { throw misfit(node, "reads other than two values") }
    let x = try value(node, 0)
    let left = try floats(node.input[0])
    let right: [Float]
    if let numbers = constants[node.input[1]]?.floats { right = numbers } else { right = try floats(node.input[1]) }
    guard !right.isEmpty, left.count % right.count == 0 else { throw misfit(node, "reads values that do not fit") }
    let inner = right.count == left.count ? 1 : x.shape.dropFirst(2).reduce(1, *)
    return Value(
      shape: x.shape, content: .floats(left.indices.map { function(left[$0], right[$0 / inner % right.count]) }))
  }
}
