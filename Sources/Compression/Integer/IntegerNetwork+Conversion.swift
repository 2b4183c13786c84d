import Graphs
public import Training

extension IntegerNetwork {
  /// Converts the network of a quantized model.
  ///
  /// - Throws: `CompressionError` of code `wrongKind` where the model has no quantization, `inconsistent` where it does not
  ///   fit the network, `unsupportedOperation` where integers cannot do what the network does.
  public init(_ model: TrainedModel) throws(CompressionError) {
    guard let quantization = model.quantization else {
      throw CompressionError(
        .wrongKind, "the model computes with floating-point numbers; make integers of it with hpo quantize")
    }
    let network = model.network
    let plan = try QuantizationPlan(network.graph, output: network.output)
    var conversion = IntegerConversion(model: model, plan: plan, quantization: quantization)
    for value in plan.graph.values { try conversion.convert(value) }
    guard let input = conversion.tensorOfValue[network.input], let output = conversion.tensorOfValue[network.output]
    else {
      throw CompressionError(.unsupportedOperation, "the network's output does not depend on its input")
    }
    tensors = conversion.tensors
    nodes = conversion.nodes
    self.input = input
    self.output = output
  }
}

/// The conversion of one network.
private struct IntegerConversion {
  let model: TrainedModel
  let plan: QuantizationPlan
  let quantization: ModelQuantization
  var tensors: [IntegerNetwork.Tensor] = []
  var nodes: [IntegerNetwork.Node] = []
  var tensorOfValue: [Value: Int] = [:]

  mutating func convert(_ value: Value) throws(CompressionError) {
    let node = plan.graph[value]
    switch node.operation {
    case .parameter, .constant: return
    case .input:
      tensorOfValue[value] = try tensor(value)
    case .dense, .convolution:
      try convertLayer(value)
    case .add:
      let made = try tensor(value)
      try requireSum(node, makes: made)
      append(.add(activation: activation(behind: value)), node.inputs, makes: made, value)
    case .activation(let activation):
      // A clip that its layer has taken in is converted already.
      if plan.absorbed[node.inputs[0]] == value { return }
      let (x, made) = (tensors[tensor(of: node.inputs[0])].quantization, try tensor(value))
      append(
        .lookup(Self.table(activation, from: x, to: tensors[made].quantization), activation), node.inputs, makes: made,
        value)
    case .pooling(.maximum(let pooling)):
      append(.maxPooling(pooling), node.inputs, makes: try tensor(value), value)
    case .pooling(.average(let pooling, let countsPadding)):
      let made = try tensor(value)
      try require(step(of: node.inputs[0]) / tensors[made].quantization.scale, of: node)
      append(.averagePooling(pooling, countsPadding: countsPadding), node.inputs, makes: made, value)
    case .pooling(.globalAverage):
      let made = try tensor(value)
      let pixels = tensors[tensor(of: node.inputs[0])].shape.dimensions[1...2].reduce(1, *)
      guard pixels <= Int(Int32.max) / 255 else {
        throw CompressionError(
          .unsupportedOperation, "\(node.operation.name) '\(node.name)' sums \(pixels) pixels, more than 32 bits hold")
      }
      try require(step(of: node.inputs[0]) / (tensors[made].quantization.scale * Float(pixels)), of: node)
      append(.globalAveragePooling, node.inputs, makes: made, value)
    case .concatenate:
      let made = try tensor(value)
      let tables = node.inputs.map { input in
        Self.table(nil, from: tensors[tensor(of: input)].quantization, to: tensors[made].quantization)
      }
      append(.concatenate(tables), node.inputs, makes: made, value)
    case .reshape:
      append(.reshape, node.inputs, makes: try tensor(value), value)
    default:
      preconditionFailure("the plan refuses what is not converted")
    }
  }

  private mutating func convertLayer(_ value: Value) throws(CompressionError) {
    guard let layer = plan.layers.first(where: { $0.value == value }) else {
      preconditionFailure("each layer is in the plan")
    }
    let node = plan.graph[value]
    let made = try tensor(value)
    let weights = try weights(of: layer, from: tensors[tensor(of: node.inputs[0])], to: tensors[made])
    let activation = activation(behind: value)
    let operation: IntegerOperation =
      if case .convolution(.forward(let convolution, _)) = node.operation {
        .convolution(convolution, weights, activation: activation)
      } else {
        .dense(weights, activation: activation)
      }
    append(operation, [node.inputs[0]], makes: made, value)
  }

  private func weights(
    of layer: QuantizationPlan.Layer, from input: IntegerNetwork.Tensor, to output: IntegerNetwork.Tensor
  ) throws(CompressionError) -> IntegerWeights {
    let (name, shape) = (plan.graph[layer.weight].name, plan.graph.shape(of: layer.weight))
    guard let quantization = quantization.weights[name], let real = model.weights[name],
      let elements = quantization.quantize(real, shape: shape)
    else { throw inconsistent("the weights '\(name)' have no steps that fit their shape \(shape)") }
    let count = WeightChannels(shape).count
    let scales =
      quantization.scales.count == count
      ? quantization.scales : Array(repeating: quantization.scales[0], count: count)
    let inputScale = input.quantization.scale
    let realBias = layer.bias.flatMap { model.weights[plan.graph[$0].name] } ?? Array(repeating: 0, count: count)
    let bias = zip(realBias, scales).map { bias, scale in
      let steps = (Double(bias) / Double(inputScale * scale)).rounded(.toNearestOrEven)
      return Int32(steps.isFinite ? min(max(steps, -0x1p30), 0x1p30) : 0)
    }
    let multipliers = scales.map { inputScale * $0 / output.quantization.scale }
    for multiplier in multipliers { try require(multiplier, of: plan.graph[layer.value]) }
    try requireRoom(for: elements, shape, bias, zeroPoint: input.quantization.zeroPoint, in: plan.name(of: layer))
    return IntegerWeights(
      name: plan.name(of: layer), shape: shape, bits: quantization.bits, elements: elements, scales: scales, bias: bias,
      multipliers: multipliers)
  }

  // MARK: What the engine takes for granted

  /// Checks the step of a value: arithmetic with its bytes has finite results.
  private func require(_ quantization: AffineQuantization, of name: String) throws(CompressionError) {
    guard (0x1p-64...0x1p64).contains(quantization.scale) else {
      throw inconsistent("'\(name)' is quantized in steps of \(quantization.scale), with which nothing can be computed")
    }
  }

  /// Checks what takes the bytes or sums that a node reads to those that it makes.
  private func require(_ factor: Float, of node: Graph.Node) throws(CompressionError) {
    guard factor > 0, factor <= 0x1p100 else {
      throw inconsistent("\(node.operation.name) '\(node.name)' reads and makes values of steps too far apart")
    }
  }

  private func requireSum(_ node: Graph.Node, makes output: Int) throws(CompressionError) {
    let (left, right) = (tensors[tensor(of: node.inputs[0])], tensors[tensor(of: node.inputs[1])])
    let sum = QuantizedSum(left.quantization, right.quantization, to: tensors[output].quantization)
    try require(sum.left, of: node)
    try require(sum.right, of: node)
  }

  /// Checks that no sum of a layer leaves 32 bits, in whatever order its products are added, whatever it reads.
  private func requireRoom(
    for elements: [Int8], _ shape: Shape, _ bias: [Int32], zeroPoint: UInt8, in layer: String
  ) throws(CompressionError) {
    let channels = WeightChannels(shape)
    var extents = bias.map { abs(Int($0)) }
    let furthest = max(Int(zeroPoint), 255 - Int(zeroPoint))
    for (position, element) in elements.enumerated() {
      extents[channels.channel(of: position)] += furthest * abs(Int(element))
    }
    guard let largest = extents.max(), largest > Int32.max else { return }
    throw CompressionError(
      .unsupportedOperation,
      "'\(layer)' sums \(elements.count / channels.count) products to as much as \(largest), beyond the \(Int32.max) of 32 "
        + "bits; give it fewer inputs, or weights of fewer bits")
  }

  /// The step of what a value holds.
  private func step(of value: Value) -> Float { tensors[tensor(of: value)].quantization.scale }

  /// The clip that a layer or a sum ends with.
  private func activation(behind value: Value) -> Activation? {
    if let clip = plan.absorbed[value], case .activation(let activation) = plan.graph[clip].operation {
      return activation
    }
    return switch plan.graph[value].operation {
    case .dense(let activation), .convolution(.forward(_, let activation)): activation
    default: nil
    }
  }

  private func tensor(of value: Value) -> Int {
    guard let tensor = tensorOfValue[value] else { preconditionFailure("a node comes after those that it reads") }
    return tensor
  }

  /// Makes the tensor of a value, or of the activation that it is one point with.
  private mutating func tensor(_ value: Value) throws(CompressionError) -> Int {
    guard let point = plan.pointOfValue[value] else { preconditionFailure("each value with integers has a point") }
    let name = plan.graph[point].name
    guard let quantization = quantization.values[name] else {
      throw inconsistent("the value '\(name)' has no quantization")
    }
    try require(quantization, of: name)
    if let activation = activation(behind: value) {
      // Saturation is then the activation.
      guard quantization.zeroPoint == 0, activation == .relu || quantization.scale * 255 <= 6.0001 else {
        throw inconsistent("'\(name)' is quantized beyond the range of \(activation.name)")
      }
    }
    let shown = plan.absorbed[value] ?? value
    tensors.append(
      IntegerNetwork.Tensor(
        name: plan.graph[shown].name, shape: plan.graph.shape(of: value), quantization: quantization))
    return tensors.count - 1
  }

  private mutating func append(_ operation: IntegerOperation, _ inputs: [Value], makes output: Int, _ value: Value) {
    nodes.append(IntegerNetwork.Node(operation: operation, inputs: inputs.map(tensor(of:)), output: output))
    tensorOfValue[value] = output
    if let clip = plan.absorbed[value] { tensorOfValue[clip] = output }
  }

  private func inconsistent(_ reason: String) -> CompressionError {
    CompressionError(.inconsistent, "\(reason); quantize the model anew")
  }

  /// For each byte of one quantization, the byte of another that an activation makes of it.
  private static func table(
    _ activation: Activation?, from input: AffineQuantization, to output: AffineQuantization
  ) -> [UInt8] {
    (0...255).map { q in
      let x = input.dequantize(UInt8(q))
      return output.quantize(activation.map { Float($0.value(at: Double(x))) } ?? x)
    }
  }
}
