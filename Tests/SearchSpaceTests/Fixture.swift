import Foundation
@testable import SearchSpace

/// Reads a fixture beside the tests.
enum Fixture {
  static func document(_ name: String) throws -> JSONValue {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    return try JSONValue(parsing: text)
  }
}

extension JSONValue {
  subscript(index: Int) -> JSONValue { arrayValue?[index] ?? .null }

  var elements: [JSONValue] { arrayValue ?? [] }

  var strings: [String] { elements.compactMap(\.stringValue) }

  /// A double from the hexadecimal digits of its bits.
  var doubleOfBits: Double? { stringValue.flatMap { UInt64($0, radix: 16) }.map(Double.init(bitPattern:)) }
}
