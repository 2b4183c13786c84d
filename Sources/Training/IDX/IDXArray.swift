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
    guard bytes.count >= 4 else {
      throw DatasetError(
        .corrupt, "it is no IDX file: it has \(bytes.count) bytes, fewer than the four that one begins with",
        source: source)
    }
    guard bytes[0] == 0, bytes[1] == 0, let number = Self.numbers[bytes[2]] else {
      throw DatasetError(
        .corrupt,
        "it is no IDX file: its first four bytes are \(bytes.prefix(4).map(String.init).joined(separator: ", ")), and must be "
          + "0, 0, the kind of number (8, 9, 11 to 14) and the number of axes",
        source: source)
    }
    let rank = Int(bytes[3])
    let start = 4 + 4 * rank
    guard rank <= Self.mostAxes else {
      throw DatasetError(.corrupt, "it announces \(rank) axes, more than the limit of \(Self.mostAxes)", source: source)
    }
    guard rank >= 1, bytes.count >= start else {
      throw DatasetError(.corrupt, "it ends at byte \(bytes.count), within its extents of \(rank) axes", source: source)
    }
    let shape = (0..<rank).map { axis in
      bytes[(4 + 4 * axis)..<(8 + 4 * axis)].reduce(0) { $0 << 8 | Int($1) }
    }
    guard !shape.contains(0) else {
      throw DatasetError(.corrupt, "it announces \(shape) elements, which are none", source: source)
    }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= bytes.count else {
        throw DatasetError(
          .corrupt,
          "it announces \(shape) elements, but has \(bytes.count - start) bytes of them, from byte \(start) on",
          source: source)
      }
      count = product
    }
    guard bytes.count - start == count * number.width else {
      throw DatasetError(
        .corrupt,
        "it announces \(shape) elements of \(number.width) bytes, \(count * number.width) in all, but has "
          + "\(bytes.count - start), from byte \(start) on",
        source: source)
    }
    try DatasetError.requireMemory(numbers: count, source: source)
    let elements = bytes.withUnsafeBytes { buffer in
      (0..<count).map { Float(number.value(in: buffer, at: start + $0 * number.width)) }
    }
    try DatasetError.requireFinite(elements, width: number.width, start: start, source: source)
    self.shape = shape
    self.elements = elements
  }

  /// Images in colour have four.
  private static let mostAxes = 8

  /// The kinds of number by their codes.
  private static let numbers: [UInt8: BinaryNumber] = [
    0x08: BinaryNumber(kind: .unsigned, width: 1, isBigEndian: true),
    0x09: BinaryNumber(kind: .signed, width: 1, isBigEndian: true),
    0x0B: BinaryNumber(kind: .signed, width: 2, isBigEndian: true),
    0x0C: BinaryNumber(kind: .signed, width: 4, isBigEndian: true),
    0x0D: BinaryNumber(kind: .float, width: 4, isBigEndian: true),
    0x0E: BinaryNumber(kind: .float, width: 8, isBigEndian: true),
  ]
}
