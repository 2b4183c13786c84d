import Training

/// An ONNX file of 8-bit integers, read again and computed from its bytes alone.
///
/// It shares no code with `IntegerEngine` but the rounding of a number to a byte: layout, order of loops, weights, scales
/// and zero points are those of the file. That both have the same bytes for every sample shows that the file holds the
/// network that was measured. Only files written by `ONNXFile(integers:)` are read.
public struct ONNXIntegerFile: Sendable {
  private let nodes: [ONNXNode]
  private let constants: [String: ONNXTensor]
  private let input: String
  private let inputShape: [Int]
  private let output: String

  /// The most bytes of a file, and the most elements of a value.
  static let limit = 1 << 28

  /// Reads a file.
  ///
  /// - Throws: `ONNXError` where the bytes are no ONNX file, or none that is computed here.
  public init(decoding bytes: [UInt8]) throws(ONNXError) {
    guard bytes.count <= Self.limit else {
      throw ONNXError(.unexpected, "the file has \(bytes.count) bytes, more than the \(Self.limit) that are read")
    }
    let model = try ONNXModel(decoding: bytes[...])
    let graph = model.graph
    guard model.opset == 13, graph.inputs.count == 1, graph.outputs.count == 1 else {
      throw ONNXError(.unexpected, "the file is no network of operator set 13 with one input and one output")
    }
    nodes = graph.nodes
    constants = Dictionary(graph.initializers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    input = graph.inputs[0].name
    output = graph.outputs[0].name
    inputShape = [1] + graph.inputs[0].shape.dropFirst().map { Int($0 ?? 1) }
    _ = try ONNXShape.count(inputShape)
  }

  /// The outputs of one sample.
  ///
  /// - Parameter features: Raw features as the file takes them: of an image [C, H, W].
  /// - Throws: `ONNXError` where a node is none that is computed here, or does not fit what it reads.
  public func outputs(for features: [Float]) throws(ONNXError) -> [Float] {
    guard features.count == inputShape.reduce(1, *) else {
      throw ONNXError(.unexpected, "a sample has \(features.count) features, and the file takes \(inputShape)")
    }
    var interpreter = IntegerInterpreter(constants: constants)
    interpreter.values[input] = IntegerInterpreter.Value(shape: inputShape, content: .floats(features))
    for node in nodes { try interpreter.run(node) }
    return try interpreter.floats(output)
  }

  /// The outputs of one sample of a model, whose images have their channels last.
  public func outputs(forChannelsLast features: [Float]) throws(ONNXError) -> [Float] {
    guard inputShape.count == 4, features.count == inputShape.reduce(1, *) else { return try outputs(for: features) }
    let (channels, pixels) = (inputShape[1], inputShape[2] * inputShape[3])
    return try outputs(for: (0..<features.count).map { features[$0 % pixels * channels + $0 / pixels] })
  }
}

/// Arithmetic on shapes from files.
enum ONNXShape {
  /// The number of elements.
  static func count(_ shape: [Int]) throws(ONNXError) -> Int {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 1, !overflow, product <= ONNXIntegerFile.limit else {
        throw ONNXError(.unexpected, "the file has values of shape \(shape), beyond what is computed here")
      }
      count = product
    }
    return count
  }
}
