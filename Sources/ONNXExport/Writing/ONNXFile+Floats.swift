import Compression
import Graphs
public import Training

extension ONNXFile {
  /// Writes a model that computes with floating-point numbers; batch normalization is folded into the layers before it.
  ///
  /// - Parameters:
  ///   - trained: The model.
  ///   - name: The name of the graph.
  /// - Throws: `ONNXError` of code `unsupportedOperation` naming the node, or `tooLarge`; `CompressionError` of code
  ///   `wrongKind` for a quantized model.
  public init(floats trained: TrainedModel, name: String = "hpo") throws {
    guard trained.quantization == nil else {
      throw CompressionError(
        .wrongKind, "the model is quantized; write it as onnx-int8, or take the one it was made of")
    }
    let folded = try trained.foldingNormalization()
    var writing = FloatWriting(trained: folded)
    try writing.write()
    try self.init(writing.builder.model(folded, name: name))
  }
}

/// The writing of one network of floating-point numbers.
private struct FloatWriting {
  let trained: TrainedModel
  var builder = ONNXBuilder()
  private var names: [Value: String] = [:]

  private var graph: Graph { trained.network.graph }

  init(trained: TrainedModel) {
    self.trained = trained
  }

  mutating func write() throws {
    for value in graph.values { names[value] = try write(value) }
    builder.output(name(of: trained.network.output), trained)
  }

  private mutating func write(_ value: Value) throws -> String? {
    let node = graph[value]
    let name = node.name
    switch node.operation {
    case .input: return builder.input(trained)
    case .parameter, .state: return nil
    case .constant(let number):
      return builder.constant(
        ONNXTensorProto(
          name, Array(repeating: Float(number), count: node.shape.count), shape: node.shape.channelsSecond))

    case .dense(let activation):
      let operands = try node.inputs.dropFirst().map { leaf in try constant(leaf, graph.shape(of: leaf).dimensions) }
      let inputs = [self.name(of: node.inputs[0])] + operands
      return layer("Gemm", inputs, [.int("transB", 1)], activation, name)

    case .convolution(.forward(let convolution, let activation)):
      let shape = graph.shape(of: node.inputs[1])
      let weight = try weights(node.inputs[1])
      var inputs = [
        self.name(of: node.inputs[0]),
        builder.constant(
          ONNXTensorProto(graph[node.inputs[1]].name, shape.outputsFirst(weight), shape: shape.outputsFirst)),
      ]
      if node.inputs.count > 2 { inputs.append(try constant(node.inputs[2], [shape[3]])) }
      let window = Extent(height: shape[0], width: shape[1])
      return layer("Conv", inputs, convolution.attributes(window: window), activation, name)

    case .pooling(.maximum(let pooling)):
      return builder.node("MaxPool", try inputs(node), pooling.attributes, name: name)
    case .pooling(.average(let pooling, let countsPadding)):
      let counts = ONNXAttributeProto.int("count_include_pad", countsPadding ? 1 : 0)
      return builder.node("AveragePool", try inputs(node), pooling.attributes + [counts], name: name)
    case .pooling(.globalAverage):
      return builder.node(
        "Flatten", [builder.node("GlobalAveragePool", try inputs(node), name: "\(name)_image")], name: name)

    case .activation(let activation): return builder.activation(activation, try inputs(node)[0], name: name)
    case .softmax:
      return builder.node(
        "Softmax", try inputs(node), [.int("axis", axis(node.shape.rank - 1, of: node))], name: name)
    case .add: return builder.node("Add", try inputs(node), name: name)
    case .multiply, .multiplyByScalar: return builder.node("Mul", try inputs(node), name: name)
    case .scale(let factor):
      return builder.node(
        "Mul", try inputs(node) + [builder.constant(Float(factor), name: "\(name)_factor")], name: name)
    case .matrixProduct(let transposeLeft, let transposeRight):
      let operands = zip(try inputs(node), [transposeLeft, transposeRight]).map { operand, isTransposed in
        isTransposed
          ? builder.node("Transpose", [operand], [.ints("perm", [1, 0])], name: "\(name)_operand") : operand
      }
      return builder.node("MatMul", operands, name: name)
    case .concatenate(let place):
      return builder.node("Concat", try inputs(node), [.int("axis", axis(place, of: node))], name: name)
    case .slice(let place, let start, let count):
      let bounds = [("start", start), ("end", start + count), ("axis", axis(place, of: node))].map {
        builder.constant(ONNXTensorProto("\(name)_\($0)", [Int64($1)]))
      }
      return builder.node("Slice", try inputs(node) + bounds, name: name)
    case .reshape: return try reshape(node)
    case .normalization(.layer(let epsilon)): return try layerNormalization(node, epsilon)
    default:
      throw ONNXError(
        .unsupportedOperation,
        "\(node.operation.name) '\(name)' has no form among the operators of ONNX that are written")
    }
  }

  private mutating func layer(
    _ operation: String, _ inputs: [String], _ attributes: [ONNXAttributeProto], _ activation: Activation?,
    _ name: String
  ) -> String {
    guard let activation else { return builder.node(operation, inputs, attributes, name: name) }
    return builder.activation(
      activation, builder.node(operation, inputs, attributes, name: "\(name)_layer"), name: name)
  }

  private mutating func reshape(_ node: Graph.Node) throws -> String {
    var x = try inputs(node)[0]
    guard node.shape.dimensions.first == 1 else {
      throw ONNXError(.unsupportedOperation, "reshape '\(node.name)' moves elements between samples")
    }
    if graph.shape(of: node.inputs[0]).needsTransposition {
      x = builder.node("Transpose", [x], [.ints("perm", [0, 2, 3, 1])], name: "\(node.name)_channels_last")
    }
    let target = builder.constant(ONNXTensorProto("\(node.name)_shape", node.shape.reshapeTarget))
    x = builder.node("Reshape", [x, target], name: node.name)
    guard node.shape.needsTransposition else { return x }
    return builder.node("Transpose", [x], [.ints("perm", [0, 3, 1, 2])], name: "\(node.name)_channels_second")
  }

  /// scale (x - mean) / √(variance + ε) + shift over the channels; operator set 13 has no operator for it.
  private mutating func layerNormalization(_ node: Graph.Node, _ epsilon: Double) throws -> String {
    let name = node.name
    let x = self.name(of: node.inputs[0])
    let axes = [ONNXAttributeProto.ints("axes", [axis(node.shape.rank - 1, of: node)])]
    let width = node.shape[node.shape.rank - 1]
    let shape = node.shape.rank == 4 ? [1, width, 1, 1] : [width]
    let mean = builder.node("ReduceMean", [x], axes, name: "\(name)_mean")
    let centered = builder.node("Sub", [x, mean], name: "\(name)_centered")
    let squares = builder.node("Mul", [centered, centered], name: "\(name)_squares")
    let variance = builder.node("ReduceMean", [squares], axes, name: "\(name)_variance")
    let sum = builder.node(
      "Add", [variance, builder.constant(Float(epsilon), name: "\(name)_epsilon")], name: "\(name)_sum")
    let normalized = builder.node(
      "Div", [centered, builder.node("Sqrt", [sum], name: "\(name)_deviation")], name: "\(name)_normalized")
    let scaled = builder.node("Mul", [normalized, try constant(node.inputs[1], shape)], name: "\(name)_scaled")
    return builder.node("Add", [scaled, try constant(node.inputs[2], shape)], name: name)
  }

  /// The axis that the channels-second layout has in the place of one of ours.
  private func axis(_ axis: Int, of node: Graph.Node) -> Int {
    node.shape.rank == 4 ? [0, 2, 3, 1][axis] : axis
  }

  /// The names of what a node reads; parameters become constants of their own shape.
  private mutating func inputs(_ node: Graph.Node) throws -> [String] {
    try node.inputs.map { input in
      if let name = names[input] { return name }
      let shape = graph.shape(of: input)
      return builder.constant(
        ONNXTensorProto(graph[input].name, shape.channelsSecond(try weights(input)), shape: shape.channelsSecond))
    }
  }

  private mutating func constant(_ leaf: Value, _ shape: [Int]) throws -> String {
    builder.constant(ONNXTensorProto(graph[leaf].name, try weights(leaf), shape: shape))
  }

  private func weights(_ leaf: Value) throws -> [Float] {
    guard let elements = trained.weights[graph[leaf].name] else {
      throw ONNXError(
        .unsupportedOperation, "'\(graph[leaf].name)' is computed, and only parameters can be weights of a layer")
    }
    return elements
  }

  private func name(of value: Value) -> String {
    guard let name = names[value] else { preconditionFailure("a node comes after those that it reads") }
    return name
  }
}
