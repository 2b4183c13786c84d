/// A constant: its elements as little-endian bytes.
struct ONNXTensor: ProtobufMessage, Hashable {
  /// The types of elements that are written here, by ONNX's numbers.
  enum Element: Int32, Hashable {
    case float = 1
    case uint8 = 2
    case int8 = 3
    case int32 = 6
    case int64 = 7
  }

  var name = ""
  var shape: [Int64] = []
  var element: Element = .float
  var data: [UInt8] = []

  init() {}

  init(_ name: String, _ numbers: [Float], shape: [Int]) {
    self.init(name, shape, .float, numbers.map(\.bitPattern))
  }

  init(_ name: String, _ numbers: [Int8], shape: [Int]) {
    self.init(name, shape, .int8, numbers)
  }

  init(_ name: String, _ numbers: [UInt8], shape: [Int]) {
    self.init(name, shape, .uint8, numbers)
  }

  init(_ name: String, _ numbers: [Int32], shape: [Int]) {
    self.init(name, shape, .int32, numbers)
  }

  init(_ name: String, _ numbers: [Int64]) {
    self.init(name, [numbers.count], .int64, numbers)
  }

  private init(_ name: String, _ shape: [Int], _ element: Element, _ numbers: [some FixedWidthInteger]) {
    self.name = name
    self.shape = shape.map(Int64.init)
    self.element = element
    data.reserveCapacity(numbers.count * MemoryLayout.size(ofValue: numbers.first ?? 0))
    for number in numbers { withUnsafeBytes(of: number.littleEndian) { data += $0 } }
  }

  func write(to writer: inout ProtobufWriter) {
    for extent in shape { writer.write(1, extent) }
    writer.write(2, Int64(element.rawValue))
    writer.write(8, name)
    writer.write(9, data)
  }

  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError) {
    switch field.number {
    case 1: shape += try field.ints()
    case 2:
      guard let number = Int32(exactly: try field.int()), let element = Element(rawValue: number) else {
        throw ONNXError(.unexpected, "a constant has elements of a type that is not read here")
      }
      self.element = element
    case 8: name = try field.text()
    case 9: data = Array(try field.bytes())
    default: break
    }
  }
}

extension ONNXTensor {
  /// The elements as floating-point numbers; nil where they are none.
  var floats: [Float]? {
    element == .float ? integers(of: UInt32.self)?.map(Float.init(bitPattern:)) : nil
  }

  /// The elements as signed 8-bit numbers; nil where they are none.
  var int8s: [Int8]? { element == .int8 ? data.map { Int8(bitPattern: $0) } : nil }

  /// The elements as unsigned 8-bit numbers; nil where they are none.
  var uint8s: [UInt8]? { element == .uint8 ? data : nil }

  /// The elements as signed 32-bit numbers; nil where they are none.
  var int32s: [Int32]? { element == .int32 ? integers(of: Int32.self) : nil }

  /// The elements as signed 64-bit numbers; nil where they are none.
  var int64s: [Int64]? { element == .int64 ? integers(of: Int64.self) : nil }

  private func integers<Number: FixedWidthInteger>(of type: Number.Type) -> [Number]? {
    let size = MemoryLayout<Number>.size
    guard data.count % size == 0 else { return nil }
    return data.withUnsafeBytes { bytes in
      (0..<data.count / size).map {
        Number(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * size, as: Number.self))
      }
    }
  }
}
