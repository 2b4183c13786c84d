/// Writes numbers and texts one behind the other, in the byte order of most machines.
struct HistoryWriter {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ number: UInt64) { withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) } }
  mutating func write(_ number: Int) { write(UInt64(bitPattern: Int64(number))) }
  mutating func write(_ number: Double) { write(number.bitPattern) }

  mutating func write(_ text: String) {
    let utf8 = Array(text.utf8)
    write(utf8.count)
    bytes += utf8
  }

  /// Writes how many elements there are, and each of them.
  mutating func write<Elements: Collection>(
    _ elements: Elements, _ body: (inout HistoryWriter, Elements.Element) -> Void
  ) {
    write(elements.count)
    for element in elements { body(&self, element) }
  }
}

/// Reads what a `HistoryWriter` wrote. Bytes that nobody wrote so are an error, whatever they are.
struct HistoryReader {
  struct Malformed: Error {}

  private let bytes: ArraySlice<UInt8>
  private var place: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    place = bytes.startIndex
  }

  var isAtEnd: Bool { place == bytes.endIndex }

  mutating func unsigned() throws(Malformed) -> UInt64 {
    guard bytes.endIndex - place >= 8 else { throw Malformed() }
    var number: UInt64 = 0
    for index in 0..<8 { number |= UInt64(bytes[place + index]) << (8 * UInt64(index)) }
    place += 8
    return number
  }

  mutating func int() throws(Malformed) -> Int { Int(Int64(bitPattern: try unsigned())) }
  mutating func double() throws(Malformed) -> Double { Double(bitPattern: try unsigned()) }

  mutating func text() throws(Malformed) -> String {
    let count = try self.count(of: 1)
    defer { place += count }
    guard let text = String(validating: bytes[place..<(place + count)], as: UTF8.self) else { throw Malformed() }
    return text
  }

  /// Reads how many elements there are, and each of them.
  ///
  /// - Parameter size: How many bytes an element has at least, which limits their number.
  mutating func array<Element>(
    of size: Int = 8, _ body: (inout HistoryReader) throws(Malformed) -> Element
  ) throws(Malformed) -> [Element] {
    let count = try count(of: size)
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try body(&self)) }
    return elements
  }

  private mutating func count(of size: Int) throws(Malformed) -> Int {
    let count = try int()
    guard count >= 0, count <= (bytes.endIndex - place) / size else { throw Malformed() }
    return count
  }
}

extension Sequence<UInt8> {
  /// FNV-1a in 64 bits, by which damage is noticed.
  var checksum: UInt64 { reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 } }
}
