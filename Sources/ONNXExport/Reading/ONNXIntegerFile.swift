import Training

/// An ONNX file of 8-bit integers, read again and computed from its bytes alone.
///
/// It shares no code with `IntegerEngine` but the rounding of a number to a byte: layout, order of loops, weights, scales
/// and zero points are those of the file. That both have the same bytes for every sample shows that the file holds the
/// network that was measured. Only files written by `ONNXFile(integers:)` are read.
public struct ONNXIntegerFile: Sendable {
  private let nodes: [ONNXNodeProto]
  private let constants: [String: ONNXConstant]
  private let input: String
  private let inputShape: [Int]
  private let output: String

  /// The most bytes of a file. An empty message of two bytes takes some dozens in memory, and there is no more of that.
  static let largestFile = 1 << 26
  /// The most elements of a value.
  static let limit = 1 << 28

  /// Reads a file.
  ///
  /// - Throws: `ONNXError` where the bytes are no ONNX file, or none that is computed here.
  public init(decoding bytes: [UInt8]) throws(ONNXError) {
    guard bytes.count <= Self.largestFile else {
      throw ONNXError(.unexpected, "the file has \(bytes.count) bytes, more than the \(Self.largestFile) that are read")
    }
    let model = try ONNXModelProto(decoding: bytes)
    let graph = model.graph
    guard model.opsetImport.map(\.version) == [13], graph.input.count == 1, graph.output.count == 1 else {
      throw ONNXError(.unexpected, "the file is no network of operator set 13 with one input and one output")
    }
    if let other = graph.node.first(where: { !$0.domain.isEmpty }) {
      throw ONNXError(
        .unexpected, "the file has an operator '\(other.opType)' of \(other.domain), which is not computed here")
    }
    guard graph.node.contains(where: { $0.opType == "QuantizeLinear" }) else {
      throw ONNXError(
        .unexpected,
        "the file computes with floating-point numbers: none of its operators quantizes; that of the integers is exported as "
          + "onnx-int8")
    }
    nodes = graph.node
    var constants: [String: ONNXConstant] = [:]
    for tensor in graph.initializer { constants[tensor.name] = try ONNXConstant(tensor) }
    self.constants = constants
    input = graph.input[0].name
    output = graph.output[0].name
    // The extent of the batch comes first; another that is free counts as 0, which no shape has.
    inputShape = [1] + graph.input[0].type.tensorType.shape.dim.dropFirst().map { Int($0.dimValue) }
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
