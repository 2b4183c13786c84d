/// Writes fields in the wire format of protocol buffers: varints, 32-bit numbers, and whatever has a length.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  /// The kinds of fields that are written and read here, by the number that the format has for them.
  enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case lengthDelimited = 2
    case fixed32 = 5
  }

  mutating func write(_ field: Int, _ number: Int64) {
    tag(field, .varint)
    varint(UInt64(bitPattern: number))
  }

  mutating func write(_ field: Int, _ number: Float) {
    tag(field, .fixed32)
    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
  }

  mutating func write(_ field: Int, _ text: String) {
    write(field, Array(text.utf8))
  }

  mutating func write(_ field: Int, _ contents: [UInt8]) {
    tag(field, .lengthDelimited)
    varint(UInt64(contents.count))
    bytes += contents
  }

  mutating func write(_ field: Int, _ message: some ProtobufMessage) {
    write(field, message.encoded)
  }

  private mutating func tag(_ field: Int, _ type: WireType) {
    varint(UInt64(field) << 3 | type.rawValue)
  }

  private mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}

/// A message that is written field by field, and read again from its fields in whatever order they come.
protocol ProtobufMessage {
  init()
  /// Writes the fields that are not empty.
  func write(to writer: inout ProtobufWriter)
  /// Takes in one field; fields that are not known are passed over.
  mutating func take(_ field: ProtobufReader.Field) throws(ONNXError)
}

extension ProtobufMessage {
  /// The bytes of the message.
  var encoded: [UInt8] {
    var writer = ProtobufWriter()
    write(to: &writer)
    return writer.bytes
  }

  /// Reads a message.
  ///
  /// - Throws: `ONNXError` of code `malformed` where the bytes are cut off or of no such message.
  init(decoding bytes: ArraySlice<UInt8>) throws(ONNXError) {
    self.init()
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() { try take(field) }
  }
}
