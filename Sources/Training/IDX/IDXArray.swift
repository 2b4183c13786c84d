/// An array in the IDX format of the MNIST files: a magic number of two zeros, the kind of number and the number of axes,
/// the extents as big-endian 32-bit integers, and the elements, row-major and big-endian.
struct IDXArray {
  /// The most bytes of a file, once inflated.
  static let largestByteCount = 1 << 31

  /// The extents, outermost first.
  let shape: [Int]
  /// The elements.
  let elements: [Float]

  /// Reads a file, plain or compressed by gzip.
  ///
  /// - Throws: `DatasetError` naming the file and, where there is one, the byte.
  init(file path: String) throws(DatasetError) {
    try self.init(bytes: try GzipFile.read(path, atMost: Self.largestByteCount), source: path)
  }

  /// Reads the inflated bytes of a file; messages call it `source`.
  init(bytes: [UInt8], source: String) throws(DatasetError) {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0, let kind = Kind(rawValue: bytes[2]) else {
      throw DatasetError(
        .corrupt,
        "it is no IDX file: the first four bytes must be 0, 0, the kind of number (8 to 14) and the number of axes",
        source: source)
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard rank >= 1, bytes.count >= start else {
      throw DatasetError(.corrupt, "it ends at byte \(bytes.count), within its extents of \(rank) axes", source: source)
    }
    let shape = (0..<rank).map { axis in
      bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent > 0, !overflow, product <= bytes.count else {
        throw DatasetError(
          .corrupt, "it announces \(shape) elements, but has \(bytes.count - start) bytes of them", source: source)
      }
      count = product
    }
    guard bytes.count - start == count * kind.width else {
      throw DatasetError(
        .corrupt,
        "it announces \(shape) elements of \(kind.width) bytes, \(count * kind.width) in all, but has \(bytes.count - start)",
        source: source)
    }
    self.shape = shape
    elements = bytes.withUnsafeBytes { buffer in
      (0..<count).map { kind.number(in: buffer, at: start + $0 * kind.width) }
    }
  }

  /// The kinds of number.
  private enum Kind: UInt8 {
    case uint8 = 0x08
    case int8 = 0x09
    case int16 = 0x0B
    case int32 = 0x0C
    case float32 = 0x0D
    case float64 = 0x0E

    var width: Int {
      switch self {
      case .uint8, .int8: 1
      case .int16: 2
      case .int32, .float32: 4
      case .float64: 8
      }
    }

    func number(in bytes: UnsafeRawBufferPointer, at place: Int) -> Float {
      switch self {
      case .uint8: Float(bytes[place])
      case .int8: Float(Int8(bitPattern: bytes[place]))
      case .int16: Float(Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int16.self)))
      case .int32: Float(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)))
      case .float32:
        Float(bitPattern: UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
      case .float64:
        Float(Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))))
      }
    }
  }
}
