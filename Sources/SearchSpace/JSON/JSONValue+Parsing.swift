import OrderedCollections

/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The offset of the offending byte in UTF-8.
  public let offset: Int
  /// What was found or expected there.
  public let message: String
  /// Whether the text may be JSON all the same, of which the reader has no place for something: it is nested deeper than the
  /// reader goes, or has keys that are one in Swift.
  package internal(set) var mayBeJSON = false

  public var description: String { "not valid JSON at byte \(offset): \(message)" }
}

extension JSONValue {
  /// What of a text that may be JSON the reader has no place for; nil where there is nothing, and for what is no JSON.
  package static func omission(in text: String) -> String? {
    do throws(JSONError) {
      _ = try JSONValue(parsing: text)
      return nil
    } catch {
      return error.mayBeJSON ? error.message : nil
    }
  }

  /// Reads a JSON text with Python's extra number tokens.
  ///
  /// - Throws: `JSONError` for malformed text, text after the value, nesting beyond `depthLimit`, and an object with keys that
  ///   differ by the composition of their characters alone. Of a key that is there twice the last value counts.
  public init(parsing text: String, depthLimit: Int = 64) throws(JSONError) {
    var parser = JSONParser(bytes: Array(text.utf8), depthLimit: depthLimit)
    self = try parser.parseDocument()
  }
}

/// A recursive-descent parser over UTF-8 bytes.
private struct JSONParser {
  let bytes: [UInt8]
  let depthLimit: Int
  var position = 0
  var depth = 0

  init(bytes: [UInt8], depthLimit: Int) {
    self.bytes = bytes
    self.depthLimit = depthLimit
  }

  mutating func parseDocument() throws(JSONError) -> JSONValue {
    let value = try parseValue()
    skipWhitespace()
    guard position == bytes.count else { throw failure("unexpected text after the value") }
    return value
  }

  private func failure(_ message: String) -> JSONError { JSONError(offset: position, message: message) }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func consume(_ token: StaticString) -> Bool {
    let matches = token.withUTF8Buffer { expected in bytes[position...].starts(with: expected) }
    if matches { position += token.utf8CodeUnitCount }
    return matches
  }

  private mutating func parseValue() throws(JSONError) -> JSONValue {
    skipWhitespace()
    guard let byte = current else { throw failure("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { parser throws(JSONError) in try parser.parseObject() }
    case UInt8(ascii: "["): return try nested { parser throws(JSONError) in try parser.parseArray() }
    case UInt8(ascii: "\""): return .string(try parseString())
    default: break
    }
    if consume("null") { return .null }
    if consume("true") { return .bool(true) }
    if consume("false") { return .bool(false) }
    if consume("NaN") { return .double(.nan) }
    if consume("Infinity") { return .double(.infinity) }
    if consume("-Infinity") { return .double(-.infinity) }
    return try parseNumber()
  }

  private mutating func nested(
    _ parse: (inout JSONParser) throws(JSONError) -> JSONValue
  ) throws(JSONError) -> JSONValue {
    depth += 1
    guard depth <= depthLimit else {
      throw JSONError(offset: position, message: "nested deeper than \(depthLimit) levels", mayBeJSON: true)
    }
    position += 1
    let value = try parse(&self)
    depth -= 1
    return value
  }

  private mutating func parseArray() throws(JSONError) -> JSONValue {
    var values: [JSONValue] = []
    skipWhitespace()
    if consume("]") { return .array(values) }
    while true {
      values.append(try parseValue())
      skipWhitespace()
      if consume("]") { return .array(values) }
      guard consume(",") else { throw failure("expected ',' or ']'") }
    }
  }

  private mutating func parseObject() throws(JSONError) -> JSONValue {
    var members: OrderedDictionary<String, JSONValue> = [:]
    skipWhitespace()
    if consume("}") { return .object(members) }
    while true {
      skipWhitespace()
      guard current == UInt8(ascii: "\"") else { throw failure("expected a key in quotes") }
      let key = try parseString()
      skipWhitespace()
      guard consume(":") else { throw failure("expected ':' after the key") }
      if members.updateValue(try parseValue(), forKey: key) != nil, let place = members.index(forKey: key),
        !members.keys[place].hasBytes(of: key)
      {
        throw JSONError(
          offset: position, message: "the keys \(members.keys[place].isTwin(of: key))", mayBeJSON: true)
      }
      skipWhitespace()
      if consume("}") { return .object(members) }
      guard consume(",") else { throw failure("expected ',' or '}'") }
    }
  }

  private mutating func parseNumber() throws(JSONError) -> JSONValue {
    let start = position
    _ = consume("-")
    let hasLeadingZero = current == UInt8(ascii: "0")
    let wholeDigits = skipDigits()
    var isWellFormed = wholeDigits == 1 || (wholeDigits > 1 && !hasLeadingZero)
    var isInteger = true
    if isWellFormed, consume(".") {
      isInteger = false
      isWellFormed = skipDigits() > 0
    }
    if isWellFormed, consume("e") || consume("E") {
      isInteger = false
      _ = consume("+") || consume("-")
      isWellFormed = skipDigits() > 0
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isWellFormed, isInteger, let value = Int(text) { return .int(value) }
    if isWellFormed, let value = Double(text) { return .double(value) }
    position = start
    throw failure("expected a value")
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func parseString() throws(JSONError) -> String {
    position += 1
    var content: [UInt8] = []
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: content, as: UTF8.self)
      case UInt8(ascii: "\\"): content.append(contentsOf: try parseEscape())
      case 0..<0x20:
        position -= 1
        throw failure("a control character within a string")
      default: content.append(byte)
      }
    }
    throw failure("a string without its closing quote")
  }

  private mutating func parseEscape() throws(JSONError) -> [UInt8] {
    guard let byte = current else { throw failure("a string without its closing quote") }
    position += 1
    switch byte {
    case UInt8(ascii: "n"): return [0x0A]
    case UInt8(ascii: "t"): return [0x09]
    case UInt8(ascii: "r"): return [0x0D]
    case UInt8(ascii: "b"): return [0x08]
    case UInt8(ascii: "f"): return [0x0C]
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "u"):
      var units = [try parseCodeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: [0x5C, 0x75]) {
        position += 2
        units.append(try parseCodeUnit())
      }
      return Array(String(decoding: units, as: UTF16.self).utf8)
    default:
      position -= 1
      throw failure("an unknown escape in a string")
    }
  }

  private mutating func parseCodeUnit() throws(JSONError) -> UInt16 {
    let end = position + 4
    guard end <= bytes.count, bytes[position..<end].allSatisfy(\.isHexadecimalDigit),
      let unit = UInt16(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16)
    else { throw failure("expected four hexadecimal digits after \\u") }
    position = end
    return unit
  }
}

extension UInt8 {
  fileprivate var isHexadecimalDigit: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
