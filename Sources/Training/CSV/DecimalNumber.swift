/// Reads decimal numbers from bytes.
enum DecimalNumber {
  /// The value of `[+-]digits[.digits][e[+-]digits]`, spaces and tabs around it allowed, or `nil` for anything else.
  ///
  /// The result is the nearest `Double`; beyond its range it is infinite.
  static func parse(_ bytes: ArraySlice<UInt8>) -> Double? {
    let bytes = trimmed(bytes)
    var index = bytes.startIndex
    let end = bytes.endIndex
    var isNegative = false
    if index < end, bytes[index] == UInt8(ascii: "-") || bytes[index] == UInt8(ascii: "+") {
      isNegative = bytes[index] == UInt8(ascii: "-")
      index += 1
    }

    var mantissa: UInt64 = 0
    var digitCount = 0
    var significantCount = 0
    var exponent = 0
    var hasPoint = false
    while index < end {
      let byte = bytes[index]
      if byte == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else if let digit = digit(byte) {
        digitCount += 1
        if significantCount > 0 || digit > 0 { significantCount += 1 }
        if significantCount <= 19 {
          mantissa = mantissa * 10 + digit
        }
        if hasPoint { exponent -= 1 }
      } else {
        break
      }
      index += 1
    }
    guard digitCount > 0 else { return nil }

    if index < end {
      guard bytes[index] | 0x20 == UInt8(ascii: "e"), let power = integer(bytes[(index + 1)...]) else { return nil }
      exponent += power
    }

    // Exact in Double arithmetic: both factors are, and one operation rounds once (Clinger, doi:10.1145/93542.93557).
    if significantCount <= 19, mantissa <= 1 << 53, abs(exponent) <= 22 {
      let scale = powersOfTen[abs(exponent)]
      let magnitude = exponent < 0 ? Double(mantissa) / scale : Double(mantissa) * scale
      return isNegative ? -magnitude : magnitude
    }
    return Double(String(decoding: bytes, as: UTF8.self))
  }

  /// The bytes without spaces and tabs around them.
  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
    while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
    return bytes
  }

  private static func digit(_ byte: UInt8) -> UInt64? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? UInt64(byte - UInt8(ascii: "0")) : nil
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> Int? {
    var digits = bytes
    var isNegative = false
    if let first = digits.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
      isNegative = first == UInt8(ascii: "-")
      digits.removeFirst()
    }
    guard !digits.isEmpty else { return nil }
    var value = 0
    for byte in digits {
      guard let digit = digit(byte) else { return nil }
      // Far beyond any Double, and far from overflow.
      value = min(value * 10 + Int(digit), 1_000_000)
    }
    return isNegative ? -value : value
  }

  private static let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]
}
