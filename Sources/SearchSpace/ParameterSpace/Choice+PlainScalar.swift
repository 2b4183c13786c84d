extension Choice {
  /// The value of a text without quotes by the core schema of YAML 1.2 (section 10.3.2): `null`, `true`, `12`, `0x1F`,
  /// `1e-4` and `.inf` are no strings, and everything that is nothing else is one.
  ///
  /// Nil for a number that does not fit: a whole one beyond 64 bits, another beyond the range of doubles.
  package init?(plainScalar text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self = .null
    case "true", "True", "TRUE": self = .bool(true)
    case "false", "False", "FALSE": self = .bool(false)
    case ".nan", ".NaN", ".NAN": self = .double(.nan)
    case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF": self = .double(.infinity)
    case "-.inf", "-.Inf", "-.INF": self = .double(-.infinity)
    default:
      switch CoreNumber(text) {
      case .none: self = .string(text)
      case .decimal:
        guard let value = Int(text) else { return nil }
        self = .int(value)
      case .prefixed(let radix):
        guard let value = Int(text.dropFirst(2), radix: radix) else { return nil }
        self = .int(value)
      case .real:
        guard let value = Double(text), value.isFinite else { return nil }
        self = .double(value)
      }
    }
  }

  /// The number as a double, where the choice is a number.
  package var numericValue: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    case .null, .bool, .string: nil
    }
  }
}

/// Which of the core schema's forms of a number a text has.
private enum CoreNumber {
  case decimal
  case prefixed(radix: Int)
  case real

  init?(_ text: String) {
    var rest = Substring(text).utf8[...]
    func isDigit(_ byte: UInt8) -> Bool { UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte }
    func consume(_ byte: Unicode.Scalar, _ other: Unicode.Scalar) -> Bool {
      guard let first = rest.first, first == UInt8(ascii: byte) || first == UInt8(ascii: other) else { return false }
      rest = rest.dropFirst()
      return true
    }
    func consumeDigits() -> Int {
      let end = rest.firstIndex { !isDigit($0) } ?? rest.endIndex
      let count = rest.distance(from: rest.startIndex, to: end)
      rest = rest[end...]
      return count
    }

    for (prefix, radix) in [("0o", 8), ("0x", 16)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      let isNumber = !digits.isEmpty && digits.utf8.allSatisfy { $0 < 0x80 } && digits.allSatisfy { $0.isHexDigit }
      guard isNumber, radix == 16 || digits.allSatisfy({ "0"..."7" ~= $0 }) else { return nil }
      self = .prefixed(radix: radix)
      return
    }
    _ = consume("+", "-")
    let wholeDigits = consumeDigits()
    if wholeDigits > 0, rest.isEmpty {
      self = .decimal
      return
    }
    let fractionDigits = consume(".", ".") ? consumeDigits() : 0
    guard wholeDigits + fractionDigits > 0 else { return nil }
    if consume("e", "E") {
      _ = consume("+", "-")
      guard consumeDigits() > 0 else { return nil }
    }
    guard rest.isEmpty else { return nil }
    self = .real
  }
}
