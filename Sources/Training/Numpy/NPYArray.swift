/// An array in NumPy's format of single arrays (NEP 1, versions 1 to 3): a magic text, the length of a header, the header as a
/// Python dictionary, and the elements.
struct NPYArray {
  /// The most bytes of a file or a member of an archive.
  static let largestByteCount = 1 << 31
  private static let largestRank = 32

  /// The extents, outermost first; each is at least 1.
  let shape: [Int]
  /// The elements, row-major, whatever their order in the file.
  let elements: [Float]
  /// What rounding to floats loses in words, by the first column of a table in which it matters; nil where in none.
  let loss: String?

  /// Reads a file.
  ///
  /// - Throws: `DatasetError` naming the file and what is wrong.
  init(file path: String) throws(DatasetError) {
    try self.init(bytes: try RegularFile.read(path, atMost: Self.largestByteCount)[...], source: path)
  }

  /// Reads the bytes of a file; messages call it `source`.
  init(bytes: ArraySlice<UInt8>, source: String) throws(DatasetError) {
    let bytes = Array(bytes)
    func corrupt(_ reason: String) -> DatasetError { DatasetError(.corrupt, reason, source: source) }
    guard bytes.starts(with: [0x93] + Array("NUMPY".utf8)) else {
      throw corrupt(
        bytes.starts(with: Array("PK".utf8))
          ? "it is an archive of several arrays; write {npz: FILE, features: NAME, target: NAME}"
          : "it is no NPY file: bytes 0 to 5 must be \\x93NUMPY")
    }
    guard bytes.count >= 10 else { throw corrupt("it ends at byte \(bytes.count), within its header") }
    guard (1...3).contains(bytes[6]) else {
      throw corrupt("byte 6 says version \(bytes[6]) of the NPY format; versions 1 to 3 are read")
    }
    let lengthBytes = bytes[6] == 1 ? 2 : 4
    let start = 8 + lengthBytes
    guard bytes.count >= start else { throw corrupt("it ends at byte \(bytes.count), within its header") }
    let length = (0..<lengthBytes).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
    guard length <= bytes.count - start else {
      throw corrupt("its header announces \(length) bytes from byte \(start) on, but \(bytes.count - start) follow")
    }
    let header = try NPYHeader(bytes[start..<start + length], source: source)
    guard header.shape.count <= Self.largestRank else {
      throw corrupt("it has \(header.shape.count) axes, more than \(Self.largestRank)")
    }
    let body = bytes.count - start - length
    var count = 1
    for extent in header.shape {
      guard extent > 0 else { throw DatasetError(.empty, "its shape \(header.shape) has no element", source: source) }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= body else {
        throw corrupt(
          "it announces an array of \(header.shape), but \(body) bytes of it are there, from byte \(start + length) on")
      }
      count = product
    }
    let number = header.number
    guard count * number.width == body else {
      throw corrupt(
        "it announces an array of \(header.shape) with \(number.width) bytes each, \(count * number.width) in all, but "
          + "\(body) are there, from byte \(start + length) on")
    }
    let first = start + length
    try DatasetError.requireMemory(numbers: count, source: source)
    let stored: [Float] = bytes.withUnsafeBytes { buffer in
      (0..<count).map { Float(number.value(in: buffer, at: first + $0 * number.width)) }
    }
    try DatasetError.requireFinite(stored, width: number.width, start: first, source: source)
    loss = bytes.withUnsafeBytes { Self.loss(in: $0, from: first, header) }
    shape = header.shape
    elements = header.isFortranOrder ? Self.rowMajor(stored, shape: shape) : stored
  }

  /// What rounding to floats loses in the columns of a table, or of single numbers; images are no columns.
  private static func loss(in bytes: UnsafeRawBufferPointer, from first: Int, _ header: NPYHeader) -> String? {
    guard header.number.isRoundedToFloat, (1...2).contains(header.shape.count) else { return nil }
    let (rows, columns) = (header.shape[0], header.shape.count == 2 ? header.shape[1] : 1)
    let (rowStride, columnStride) = header.isFortranOrder ? (1, rows) : (columns, 1)
    for column in 0..<columns {
      var precision = SinglePrecision()
      for row in 0..<rows {
        let place = row * rowStride + column * columnStride
        precision.append(header.number.value(in: bytes, at: first + place * header.number.width))
      }
      if let loss = precision.loss(of: columns == 1 ? "it" : "column \(column)") { return loss }
    }
    return nil
  }

  /// The elements with the last index running fastest, from those in which the first does.
  private static func rowMajor(_ stored: [Float], shape: [Int]) -> [Float] {
    guard shape.count > 1 else { return stored }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var index = [Int](repeating: 0, count: shape.count)
    var place = 0
    var elements: [Float] = []
    elements.reserveCapacity(stored.count)
    while elements.count < stored.count {
      elements.append(stored[place])
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        place += strides[axis]
        if index[axis] < shape[axis] { break }
        place -= strides[axis] * shape[axis]
        index[axis] = 0
        axis -= 1
      }
    }
    return elements
  }
}
