#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A text that equals only the text of the same bytes, as in SQLite and in Python.
///
/// Swift's `String` takes two texts for one that differ by the composition of their characters alone, such as "é" as one
/// character and as "e" with an accent behind it.
package struct ExactText: Hashable, Sendable {
  package let text: String

  package init(_ text: String) { self.text = text }

  package static func == (left: ExactText, right: ExactText) -> Bool { left.text.hasBytes(of: right.text) }

  package func hash(into hasher: inout Hasher) {
    var text = text
    text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
  }
}

extension String {
  /// Whether the other text has the same bytes, and not only the same characters.
  package func hasBytes(of other: String) -> Bool {
    var (left, right) = (self, other)
    return left.withUTF8 { left in
      right.withUTF8 { right in
        guard left.count == right.count, let first = left.baseAddress, let second = right.baseAddress else {
          return left.count == right.count
        }
        return memcmp(first, second, left.count) == 0
      }
    }
  }

  /// What to say of a text and another one that are one to Swift and have other bytes.
  package func isTwin(of other: String) -> String {
    "\(JSONValue.string(self).serialized(.python)) and \(JSONValue.string(other).serialized(.python)) differ in the "
      + "composition of their characters alone, and are one here"
  }
}
