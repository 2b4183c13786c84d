// The part of ONNX's schema (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that is written and read here, with
// its field numbers.

/// A file: a graph, and by what rules it is to be read.
struct ONNXModel: ProtobufMessage, Hashable {
  var irVersion: Int64 = 7
  var opset: Int64 = 13
  var producer = "hpo"
  var producerVersion = ""
  var graph = ONNXGraph()
  var metadata: [ONNXMetadata] = []

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, irVersion)
    writer.write(2, producer)
    if !producerVersion.isEmpty { writer.write(3, producerVersion) }
    writer.write(7, graph)
    writer.write(8, ONNXOperatorSet(version: opset))
    for entry in metadata { writer.write(14, entry) }
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: irVersion = try field.int()
    case 2: producer = try field.text()
    case 3: producerVersion = try field.text()
    case 7: graph = try field.message()
    case 8: opset = (try field.message() as ONNXOperatorSet).version
    case 14: metadata.append(try field.message())
    default: break
    }
  }
}

/// The version of the operators of the domain that has no name.
struct ONNXOperatorSet: ProtobufMessage, Hashable {
  var version: Int64 = 0

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, "")
    writer.write(2, version)
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    if field.number == 2 { version = try field.int() }
  }
}

/// A key with its value.
struct ONNXMetadata: ProtobufMessage, Hashable {
  var key = ""
  var value = ""

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, key)
    writer.write(2, value)
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: key = try field.text()
    case 2: value = try field.text()
    default: break
    }
  }
}

/// Nodes in an order of execution, constants, inputs and outputs.
struct ONNXGraph: ProtobufMessage, Hashable {
  var name = ""
  var nodes: [ONNXNode] = []
  var initializers: [ONNXTensor] = []
  var inputs: [ONNXValueInfo] = []
  var outputs: [ONNXValueInfo] = []

  func write(to writer: inout ProtobufWriter) {
    for node in nodes { writer.write(1, node) }
    writer.write(2, name)
    for tensor in initializers { writer.write(5, tensor) }
    for input in inputs { writer.write(11, input) }
    for output in outputs { writer.write(12, output) }
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: nodes.append(try field.message())
    case 2: name = try field.text()
    case 5: initializers.append(try field.message())
    case 11: inputs.append(try field.message())
    case 12: outputs.append(try field.message())
    default: break
    }
  }
}

/// An operator with the names of what it reads and makes.
struct ONNXNode: ProtobufMessage, Hashable {
  var operation = ""
  var name = ""
  var inputs: [String] = []
  var outputs: [String] = []
  var attributes: [ONNXAttribute] = []

  func write(to writer: inout ProtobufWriter) {
    for input in inputs { writer.write(1, input) }
    for output in outputs { writer.write(2, output) }
    writer.write(3, name)
    writer.write(4, operation)
    for attribute in attributes { writer.write(5, attribute) }
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: inputs.append(try field.text())
    case 2: outputs.append(try field.text())
    case 3: name = try field.text()
    case 4: operation = try field.text()
    case 5: attributes.append(try field.message())
    default: break
    }
  }
}

/// A number, or several whole ones, by name.
struct ONNXAttribute: ProtobufMessage, Hashable {
  enum Value: Hashable {
    case float(Float)
    case int(Int64)
    case ints([Int64])
  }

  var name = ""
  var value = Value.ints([])

  init() {}

  init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }

  func write(to writer: inout ProtobufWriter) {
    writer.write(1, name)
    switch value {
    case .float(let number):
      writer.write(2, number)
      writer.write(20, 1 as Int64)
    case .int(let number):
      writer.write(3, number)
      writer.write(20, 2 as Int64)
    case .ints(let numbers):
      for number in numbers { writer.write(8, number) }
      writer.write(20, 7 as Int64)
    }
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: name = try field.text()
    case 2: value = .float(try field.float())
    case 3: value = .int(try field.int())
    case 8:
      let before: [Int64] = if case .ints(let numbers) = value { numbers } else { [] }
      value = .ints(before + (try field.ints()))
    default: break
    }
  }
}

/// The name, the type and the shape of an input or output.
struct ONNXValueInfo: ProtobufMessage, Hashable {
  var name = ""
  /// The extents; nil for that of the batch, which is free.
  var shape: [Int64?] = []

  init() {}

  init(_ name: String, shape: [Int64?]) {
    self.name = name
    self.shape = shape
  }

  func write(to writer: inout ProtobufWriter) {
    var dimensions = ProtobufWriter()
    for extent in shape {
      var dimension = ProtobufWriter()
      if let extent { dimension.write(1, extent) } else { dimension.write(2, "N") }
      dimensions.write(1, dimension.bytes)
    }
    var tensor = ProtobufWriter()
    tensor.write(1, Int64(ONNXTensor.Element.float.rawValue))
    tensor.write(2, dimensions.bytes)
    var type = ProtobufWriter()
    type.write(1, tensor.bytes)
    writer.write(1, name)
    writer.write(2, type.bytes)
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: name = try field.text()
    case 2:
      // Type, tensor, shape, dimension and extent lie in one another.
      for tensor in try Self.messages(1, in: try field.bytes()) {
        for dimensions in try Self.messages(2, in: tensor) {
          for dimension in try Self.messages(1, in: dimensions) { shape.append(try Self.extent(dimension)) }
        }
      }
    default: break
    }
  }

  private static func messages(_ number: Int, in bytes: ArraySlice<UInt8>) throws(ONNXError) -> [ArraySlice<UInt8>] {
    var reader = ProtobufReader(bytes)
    var found: [ArraySlice<UInt8>] = []
    while let field = try reader.next() {
      if field.number == number { found.append(try field.bytes()) }
    }
    return found
  }

  private static func extent(_ bytes: ArraySlice<UInt8>) throws(ONNXError) -> Int64? {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      if field.number == 1 { return try field.int() }
    }
    return nil
  }
}
