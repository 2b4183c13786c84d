import Compression
import Graphs
public import Training

/// A model as an ONNX file of operator set 13 that any runtime reads.
public struct ONNXFile: Sendable, Hashable {
  /// The bytes of the file.
  public let bytes: [UInt8]

  init(_ model: ONNXModelProto) throws(ONNXError) {
    bytes = try model.encoded()
  }

  /// Writes a quantized model in ONNX's quantize-and-dequantize form.
  ///
  /// Each value is quantized and dequantized once, weights are 8-bit constants that are dequantized along their output
  /// channels, and biases 32-bit ones in steps of the input's times the weights' scale; runtimes make integer kernels of
  /// these. Values are unsigned, so that those that two layers read stay integers in onnxruntime on x86.
  ///
  /// - Parameters:
  ///   - trained: The model.
  ///   - name: The name of the graph.
  /// - Throws: `CompressionError` where the model is not quantized or does not fit its quantization; `ONNXError` of code
  ///   `tooLarge`.
  public init(integers trained: TrainedModel, name: String = "hpo") throws {
    var writing = IntegerWriting(network: try IntegerNetwork(trained))
    writing.write(trained)
    try self.init(writing.builder.model(trained, name: name))
  }
}

/// The writing of one network of integers.
private struct IntegerWriting {
  let network: IntegerNetwork
  var builder = ONNXBuilder()
  /// The name of each tensor's dequantized value.
  private var values: [Int: String] = [:]

  init(network: IntegerNetwork) {
    self.network = network
  }

  mutating func write(_ trained: TrainedModel) {
    values[network.input] = requantized(builder.input(trained), network.input)
    for node in network.nodes { write(node) }
    builder.output(value(network.output), trained)
  }

  private mutating func write(_ node: IntegerNetwork.Node) {
    let inputs = node.inputs.map(value)
    let (input, output) = (network.tensors[node.inputs[0]], network.tensors[node.output])
    let name = output.name
    let made: String
    switch node.operation {
    case .convolution(let convolution, let weights, let activation):
      let window = Extent(height: weights.shape[0], width: weights.shape[1])
      let operands = self.operands(
        weights, weights.shape.outputsFirst(weights.elements), shape: weights.shape.outputsFirst, input)
      let layer = activation == nil ? name : weights.name
      made = clipped(
        builder.node("Conv", [inputs[0]] + operands, convolution.attributes(window: window), name: layer), activation,
        name)
    case .dense(let weights, let activation):
      let operands = self.operands(weights, weights.elements, shape: weights.shape.dimensions, input)
      let layer = activation == nil ? name : weights.name
      made = clipped(
        builder.node("Gemm", [inputs[0]] + operands, [.int("transB", 1)], name: layer), activation, name)
    case .add(let activation):
      let sum = activation == nil ? name : "\(name)_sum"
      made = clipped(builder.node("Add", inputs, name: sum), activation, name)
    case .lookup(_, let activation):
      made = builder.activation(activation, inputs[0], name: name)
    case .maxPooling(let pooling):
      made = builder.node("MaxPool", inputs, pooling.attributes, name: name)
    case .averagePooling(let pooling, let countsPadding):
      let counts = ONNXAttributeProto.int("count_include_pad", countsPadding ? 1 : 0)
      made = builder.node("AveragePool", inputs, pooling.attributes + [counts], name: name)
    case .globalAveragePooling:
      // ONNX keeps the axes of height and width.
      let pooled = requantized(builder.node("GlobalAveragePool", inputs, name: "\(name)_image"), node.output)
      made = builder.node("Flatten", [pooled], name: name)
    case .concatenate:
      let axis = output.shape.rank == 4 ? 1 : output.shape.rank - 1
      made = builder.node("Concat", inputs, [.int("axis", axis)], name: name)
    case .reshape:
      made = reshaped(inputs[0], node, from: input.shape, to: output.shape, name)
    }
    values[node.output] = requantized(made, node.output)
  }

  /// A reshape between the layouts, each part between integers of its own.
  private mutating func reshaped(
    _ x: String, _ node: IntegerNetwork.Node, from: Shape, to: Shape, _ name: String
  ) -> String {
    var x = x
    if from.needsTransposition {
      x = requantized(
        builder.node("Transpose", [x], [.ints("perm", [0, 2, 3, 1])], name: "\(name)_channels_last"), node.output)
    }
    let target = builder.constant(ONNXTensorProto("\(name)_shape", to.reshapeTarget))
    x = builder.node("Reshape", [x, target], name: name)
    guard to.needsTransposition else { return x }
    return builder.node(
      "Transpose", [requantized(x, node.output)], [.ints("perm", [0, 3, 1, 2])], name: "\(name)_channels_second")
  }

  /// Quantizes a value as a tensor is and dequantizes it again.
  private mutating func requantized(_ value: String, _ tensor: Int) -> String {
    let quantization = network.tensors[tensor].quantization
    let scale = builder.constant(quantization.scale, name: "\(value)_scale")
    let zero = builder.constant(ONNXTensorProto("\(value)_zero_point", [quantization.zeroPoint], shape: []))
    let quantized = builder.node("QuantizeLinear", [value, scale, zero], name: "\(value)_quantized")
    return builder.node("DequantizeLinear", [quantized, scale, zero], name: "\(value)_dequantized")
  }

  /// The dequantized weights and bias of a layer.
  private mutating func operands(
    _ weights: IntegerWeights, _ elements: [Int8], shape: [Int], _ input: IntegerNetwork.Tensor
  ) -> [String] {
    let axis = [ONNXAttributeProto.int("axis", 0)]
    let count = weights.channelCount
    let scales = builder.constant(ONNXTensorProto("\(weights.name).weight_scale", weights.scales, shape: [count]))
    let zeros = builder.constant(
      ONNXTensorProto("\(weights.name).weight_zero_point", Array(repeating: Int8(0), count: count), shape: [count]))
    let integers = builder.constant(ONNXTensorProto("\(weights.name).weight_quantized", elements, shape: shape))
    let weight = builder.node("DequantizeLinear", [integers, scales, zeros], axis, name: "\(weights.name).weight")

    let steps = weights.scales.map { input.quantization.scale * $0 }
    let biasScales = builder.constant(ONNXTensorProto("\(weights.name).bias_scale", steps, shape: [count]))
    let sums = builder.constant(ONNXTensorProto("\(weights.name).bias_quantized", weights.bias, shape: [count]))
    return [weight, builder.node("DequantizeLinear", [sums, biasScales], axis, name: "\(weights.name).bias")]
  }

  private mutating func clipped(_ value: String, _ activation: Activation?, _ name: String) -> String {
    activation.map { builder.activation($0, value, name: name) } ?? value
  }

  private func value(_ tensor: Int) -> String {
    guard let name = values[tensor] else { preconditionFailure("a node comes after those that it reads") }
    return name
  }
}

extension Shape {
  /// Whether channels last and channels second differ in the order of elements.
  var needsTransposition: Bool { rank == 4 && self[3] > 1 && self[1] * self[2] > 1 }

  /// What ONNX's Reshape is given: any number of samples, and the other extents as they lie with channels last, or as
  /// they are second where that is no difference.
  var reshapeTarget: [Int64] {
    [0] + (needsTransposition ? dimensions : channelsSecond).dropFirst().map(Int64.init)
  }
}
