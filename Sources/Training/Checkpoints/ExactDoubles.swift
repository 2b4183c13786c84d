/// Numbers of double precision in an archive of single precision: the four halves of words of each, as whole numbers, so that
/// every bit comes back.
enum ExactDoubles {
  /// The bytes that a number takes in an archive.
  static let byteCount = 16

  static func encode(_ numbers: [Double]) -> [Float] {
    numbers.flatMap { number in
      (0..<4).map { Float(UInt16(truncatingIfNeeded: number.bitPattern >> (16 * $0))) }
    }
  }

  /// Nil where an element is no such half.
  static func decode(_ elements: [Float]) -> [Double]? {
    guard elements.count % 4 == 0 else { return nil }
    var numbers: [Double] = []
    numbers.reserveCapacity(elements.count / 4)
    for start in stride(from: 0, to: elements.count, by: 4) {
      var bits: UInt64 = 0
      for place in 0..<4 {
        guard let half = UInt16(exactly: elements[start + place]) else { return nil }
        bits |= UInt64(half) << (16 * UInt64(place))
      }
      numbers.append(Double(bitPattern: bits))
    }
    return numbers
  }
}
