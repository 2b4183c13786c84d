/// Everything that is wrong with a study file, in the order of the file.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it is.
  package enum Code: Hashable, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// Bytes that are no UTF-8, or control characters.
    case encoding
    /// More bytes, values or levels than a study file may have.
    case tooLarge
    /// No YAML, or a part of YAML that study files do without.
    case syntax
    case unknownKey
    case duplicateKey
    case missingKey
    /// A value of another type than its key takes.
    case wrongType
    /// A value of the right type that is out of bounds.
    case invalidValue
    /// A name that is none of those to choose from.
    case unknownName
    case emptyRange
    /// Values that are right by themselves and exclude each other.
    case contradiction
  }

  /// One mistake and its place.
  package struct Mistake: Hashable, Sendable, CustomStringConvertible {
    package let code: Code
    /// One line that names the thing, the value met and the way out.
    package let message: String
    /// The file as the user named it.
    package let file: String
    /// Where in the file; nil where the file could not be read.
    package let position: Position?
    /// The line of the file and, under it, a caret at the column.
    package let excerpt: String?

    /// `file:line:column: message`, then the line with its caret.
    package var description: String {
      let place = position.map { "\(file):\($0.line):\($0.column)" } ?? file
      return "\(place): \(message)" + (excerpt.map { "\n\($0)" } ?? "")
    }
  }

  /// The mistakes, at least one.
  package let mistakes: [Mistake]

  init(_ mistakes: [Mistake]) {
    precondition(!mistakes.isEmpty, "an error needs a mistake")
    self.mistakes = mistakes
  }

  /// All mistakes, one below the other.
  package var description: String { mistakes.map(\.description).joined(separator: "\n") }
}

/// A place in a text.
package struct Position: Hashable, Sendable, Comparable {
  /// Counted from 1.
  package let line: Int
  /// In Unicode scalars, counted from 1.
  package let column: Int

  /// Whether a place comes first in the text.
  package static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}
