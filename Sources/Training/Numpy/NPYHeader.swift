/// The header of an NPY file: `{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }`.
struct NPYHeader {
  let number: BinaryNumber
  let isFortranOrder: Bool
  let shape: [Int]

  /// Reads the header's text, a literal of Python; messages call the file `source`.
  init(_ text: ArraySlice<UInt8>, source: String) throws(DatasetError) {
    func corrupt(_ reason: String) -> DatasetError { DatasetError(.corrupt, reason, source: source) }
    var scanner = LiteralScanner(text)
    var (description, order, shape): (String?, Bool?, [Int]?)
    let malformed = corrupt("its header is no dictionary of descr, fortran_order and shape")
    guard scanner.take("{") else { throw malformed }
    while !scanner.take("}") {
      guard let key = scanner.string(), scanner.take(":") else { throw malformed }
      switch key {
      case "descr":
        if scanner.peeks("[") {
          throw corrupt("its elements are records of several fields; save each field as an array of its own")
        }
        description = scanner.string()
        guard description != nil else { throw malformed }
      case "fortran_order":
        order = scanner.takeWord("True") ? true : scanner.takeWord("False") ? false : nil
        guard order != nil else { throw malformed }
      case "shape":
        shape = scanner.tuple()
        guard shape != nil else { throw malformed }
      default: throw malformed
      }
      if !scanner.take(","), !scanner.peeks("}") { throw malformed }
    }
    guard scanner.isAtEnd, let description, let order, let shape else { throw malformed }
    guard let number = BinaryNumber(numpy: description) else {
      throw corrupt(
        "its elements are of the type \(description.quoted); numbers of type b1, i1 to i8, u1 to u8 and f2 to f8 are read"
          + (description.hasSuffix("O") ? ", never Python objects" : ""))
    }
    self.number = number
    isFortranOrder = order
    self.shape = shape
  }
}

extension BinaryNumber {
  /// The number that NumPy describes as `<f8`, `|u1` or `>i4`; nil for anything else.
  fileprivate init?(numpy description: String) {
    let characters = Array(description.utf8)
    guard characters.count == 3, Array("<>|=".utf8).contains(characters[0]) else { return nil }
    let width = Int(characters[2]) - 0x30
    switch (characters[1], width) {
    case (UInt8(ascii: "b"), 1), (UInt8(ascii: "u"), 1), (UInt8(ascii: "u"), 2), (UInt8(ascii: "u"), 4),
      (UInt8(ascii: "u"), 8):
      kind = .unsigned
    case (UInt8(ascii: "i"), 1), (UInt8(ascii: "i"), 2), (UInt8(ascii: "i"), 4), (UInt8(ascii: "i"), 8): kind = .signed
    case (UInt8(ascii: "f"), 2), (UInt8(ascii: "f"), 4), (UInt8(ascii: "f"), 8): kind = .float
    default: return nil
    }
    self.width = width
    isBigEndian = characters[0] == UInt8(ascii: ">")
  }
}

/// Reads the few kinds of Python literal that headers have.
private struct LiteralScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: ArraySlice<UInt8>) { bytes = Array(text) }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position] == 0x20 || bytes[position] == 0x0A || bytes[position] == 0x09 {
      position += 1
    }
  }

  var isAtEnd: Bool {
    mutating get {
      skipSpace()
      return position == bytes.count
    }
  }

  mutating func peeks(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    return position < bytes.count && bytes[position] == UInt8(ascii: character)
  }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard peeks(character) else { return false }
    position += 1
    return true
  }

  mutating func takeWord(_ word: String) -> Bool {
    skipSpace()
    guard bytes[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  /// A text in single or double quotes without escapes.
  mutating func string() -> String? {
    skipSpace()
    guard position < bytes.count, bytes[position] == 0x27 || bytes[position] == 0x22 else { return nil }
    let quote = bytes[position]
    guard let end = bytes[(position + 1)...].firstIndex(of: quote) else { return nil }
    defer { position = end + 1 }
    return String(validating: bytes[position + 1..<end], as: UTF8.self)
  }

  /// Whole numbers in parentheses; a single one has a comma behind it.
  mutating func tuple() -> [Int]? {
    guard take("(") else { return nil }
    var numbers: [Int] = []
    while !take(")") {
      skipSpace()
      let start = position
      while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
      guard position > start, let number = Int(String(decoding: bytes[start..<position], as: UTF8.self)) else {
        return nil
      }
      // Python 2 wrote long integers with an L.
      _ = take("L")
      numbers.append(number)
      if !take(","), !peeks(")") { return nil }
    }
    return numbers
  }
}
