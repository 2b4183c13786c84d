package import Foundation
package import SearchSpace

/// The files under `Fixtures` beside a test.
package enum Fixture {
  /// The text of a file.
  ///
  /// - Parameter test: The path of the test's source, which tells the folder.
  package static func text(_ name: String, test: String = #filePath) throws -> String {
    try String(contentsOf: url(name, test: test), encoding: .utf8)
  }

  /// The JSON in a file, in Python's dialect.
  package static func json(_ name: String, test: String = #filePath) throws -> JSONValue {
    try JSONValue(parsing: text(name, test: test))
  }

  /// Where a file lies.
  package static func url(_ name: String, test: String = #filePath) -> URL {
    URL(filePath: test).deletingLastPathComponent().appending(path: "Fixtures").appending(path: name)
  }
}

extension JSONValue {
  /// The element of an array, null where there is none.
  package subscript(index: Int) -> JSONValue {
    arrayValue.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? .null
  }

  package var elements: [JSONValue] { arrayValue ?? [] }

  package var strings: [String] { elements.compactMap(\.stringValue) }

  package var doubles: [Double] { elements.compactMap(\.doubleValue) }

  package var ints: [Int] { elements.compactMap(\.intValue) }

  /// A double from the hexadecimal digits of its bits.
  package var doubleOfBits: Double? { stringValue.flatMap { UInt64($0, radix: 16) }.map(Double.init(bitPattern:)) }
}
