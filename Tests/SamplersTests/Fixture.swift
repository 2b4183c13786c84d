import Foundation
import SearchSpace

/// Reads a fixture beside the tests.
enum Fixture {
  static func cases(_ name: String) throws -> [JSONValue] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")
    let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    return try JSONValue(parsing: text).arrayValue ?? []
  }
}

extension JSONValue {
  subscript(index: Int) -> JSONValue { arrayValue?[index] ?? .null }

  var doubles: [Double] { arrayValue?.compactMap(\.doubleValue) ?? [] }

  var ints: [Int] { arrayValue?.compactMap(\.intValue) ?? [] }
}
