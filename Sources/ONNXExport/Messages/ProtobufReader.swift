/// Reads fields in the wire format of protocol buffers, never beyond the bytes that are given.
struct ProtobufReader {
  /// One field with its contents.
  struct Field {
    let number: Int
    fileprivate let contents: Contents
  }

  fileprivate enum Contents {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64
    case bytes(ArraySlice<UInt8>)
  }

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field, or nil at the end.
  mutating func next() throws(ONNXError) -> Field? {
    guard !rest.isEmpty else { return nil }
    let tag = try varint()
    guard tag >> 3 >= 1, tag >> 3 <= UInt64(Int32.max), let type = ProtobufWriter.WireType(rawValue: tag & 7) else {
      throw ONNXError(.malformed, "a field of the file has a tag that there is not")
    }
    let contents: Contents
    switch type {
    case .varint: contents = .varint(try varint())
    case .fixed32:
      contents = .fixed32(try take(4).reversed().reduce(0) { $0 << 8 | UInt32($1) })
    case .fixed64:
      _ = try take(8)
      contents = .fixed64
    case .lengthDelimited:
      let count = try varint()
      guard count <= UInt64(rest.count) else { throw Self.cut }
      contents = .bytes(try take(Int(count)))
    }
    return Field(number: Int(tag >> 3), contents: contents)
  }

  private mutating func take(_ count: Int) throws(ONNXError) -> ArraySlice<UInt8> {
    guard count <= rest.count else { throw Self.cut }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() throws(ONNXError) -> UInt64 {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = rest.popFirst() else { throw Self.cut }
      number |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return number }
    }
    throw ONNXError(.malformed, "a number of the file has no end")
  }

  private static var cut: ONNXError { ONNXError(.malformed, "the file is cut off") }
}

extension ProtobufReader.Field {
  private func unexpected(_ type: String) -> ONNXError {
    ONNXError(.malformed, "field \(number) of a message is no \(type)")
  }

  func int() throws(ONNXError) -> Int64 {
    guard case .varint(let number) = contents else { throw unexpected("whole number") }
    return Int64(bitPattern: number)
  }

  func float() throws(ONNXError) -> Float {
    guard case .fixed32(let bits) = contents else { throw unexpected("number of 32 bits") }
    return Float(bitPattern: bits)
  }

  func bytes() throws(ONNXError) -> ArraySlice<UInt8> {
    guard case .bytes(let bytes) = contents else { throw unexpected("text or message") }
    return bytes
  }

  func text() throws(ONNXError) -> String {
    String(decoding: try bytes(), as: UTF8.self)
  }

  func message<Message: ProtobufMessage>() throws(ONNXError) -> Message {
    try Message(decoding: try bytes())
  }

  /// Whole numbers, one or several in one field.
  func ints() throws(ONNXError) -> [Int64] {
    guard case .bytes(let packed) = contents else { return [try int()] }
    var reader = ProtobufReader(packed)
    var numbers: [Int64] = []
    while let number = try reader.packedNumber() { numbers.append(number) }
    return numbers
  }
}

extension ProtobufReader {
  fileprivate mutating func packedNumber() throws(ONNXError) -> Int64? {
    rest.isEmpty ? nil : Int64(bitPattern: try varint())
  }
}
