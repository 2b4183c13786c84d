import OrderedCollections

extension JSONValue {
  /// Which dialect and layout a JSON text is written in.
  public enum Style: Sendable {
    /// As Python's `json.dumps` writes by default: one line, `", "` and `": "`, ASCII only, `NaN` and `Infinity`.
    case python
    /// RFC 8259 on one line for other programs: UTF-8, and null in place of a number that is not finite.
    case strict
    /// RFC 8259 with two spaces of indentation, for people.
    case pretty
  }

  /// The value as JSON text.
  public func serialized(_ style: Style = .strict) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(256)
    write(to: &text, style: style, indentation: 0)
    return String(decoding: text, as: UTF8.self)
  }

  private func write(to text: inout [UInt8], style: Style, indentation: Int) {
    switch self {
    case .null: Self.append("null", to: &text)
    case .bool(let value): Self.append(value ? "true" : "false", to: &text)
    case .int(let value): Self.append(String(value), to: &text)
    case .double(let value): Self.append(Self.number(value, style: style), to: &text)
    case .string(let value): Self.write(value, to: &text, asciiOnly: style == .python)
    case .array(let values):
      Self.writeSequence(values, brackets: ("[", "]"), to: &text, style: style, indentation: indentation) {
        $0.write(to: &$1, style: style, indentation: indentation + 1)
      }
    case .object(let members):
      Self.writeSequence(members.elements, brackets: ("{", "}"), to: &text, style: style, indentation: indentation) {
        Self.write($0.key, to: &$1, asciiOnly: style == .python)
        Self.append(": ", to: &$1)
        $0.value.write(to: &$1, style: style, indentation: indentation + 1)
      }
    }
  }

  /// Appends all bytes at once, also those of a short text.
  private static func append(_ string: String, to text: inout [UInt8]) {
    var string = string
    string.withUTF8 { text.append(contentsOf: $0) }
  }

  private static func writeSequence<Elements: Collection>(
    _ elements: Elements, brackets: (String, String), to text: inout [UInt8], style: Style, indentation: Int,
    element write: (Elements.Element, inout [UInt8]) -> Void
  ) {
    let breaksLines = style == .pretty && !elements.isEmpty
    func startLine(_ depth: Int) {
      guard breaksLines else { return }
      text.append(UInt8(ascii: "\n"))
      text += repeatElement(UInt8(ascii: " "), count: 2 * depth)
    }
    append(brackets.0, to: &text)
    var isFirst = true
    for element in elements {
      if !isFirst { append(breaksLines ? "," : ", ", to: &text) }
      isFirst = false
      startLine(indentation + 1)
      write(element, &text)
    }
    startLine(indentation)
    append(brackets.1, to: &text)
  }

  /// A double in Python's `repr`, the shortest text that reads back the same.
  private static func number(_ value: Double, style: Style) -> String {
    guard value.isFinite else {
      guard style == .python else { return "null" }
      return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity"
    }
    // Swift writes an exponent from 2^53 on, Python from 1e16 on.
    if abs(value) >= 0x1p53, abs(value) < 1e16 { return "\(Int64(value)).0" }
    return value.description
  }

  private static func write(_ string: String, to text: inout [UInt8], asciiOnly: Bool) {
    text.append(UInt8(ascii: "\""))
    defer { text.append(UInt8(ascii: "\"")) }
    // Most strings are names, in which nothing needs to be escaped.
    if string.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
      append(string, to: &text)
      return
    }
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\"".utf8
      case "\\": text += "\\\\".utf8
      case "\n": text += "\\n".utf8
      case "\r": text += "\\r".utf8
      case "\t": text += "\\t".utf8
      case "\u{8}": text += "\\b".utf8
      case "\u{C}": text += "\\f".utf8
      default:
        if scalar.value < 0x20 || (asciiOnly && scalar.value > 0x7E) {
          for unit in UTF16.encode(scalar) ?? UTF16.EncodedScalar() {
            let digits = String(unit, radix: 16)
            text += ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8
          }
        } else {
          text += String(scalar).utf8
        }
      }
    }
  }
}
