/// A word of a condition in SQL, as far as it has to be known what a condition says before SQLite reads it.
enum ConditionToken: Equatable {
  /// A name or a keyword, as it stands there or in back quotes or square brackets.
  case word(String)
  /// In double quotes: a name where there is a column of that name, to SQLite else a text.
  case quoted(String)
  /// In single quotes.
  case text(String)
  case number
  /// An operator or a mark of punctuation.
  case symbol(String)

  /// The words of a condition.
  static func tokens(of condition: String) -> [ConditionToken] {
    var scanner = Scanner(rest: Array(condition.unicodeScalars)[...])
    var tokens: [ConditionToken] = []
    while let token = scanner.next() { tokens.append(token) }
    return tokens
  }

  /// Whether it is a word, however it is written.
  func isWord(_ words: String...) -> Bool {
    if case .word(let word) = self { words.contains(word.lowercased()) } else { false }
  }

  func isSymbol(_ symbols: String...) -> Bool {
    if case .symbol(let symbol) = self { symbols.contains(symbol) } else { false }
  }
}

private struct Scanner {
  var rest: ArraySlice<Unicode.Scalar>

  private static let operators = ["->>", "->", "||", "<<", ">>", "<=", ">=", "<>", "!=", "=="]

  mutating func next() -> ConditionToken? {
    skipBlanksAndComments()
    guard let first = rest.first else { return nil }
    switch first {
    case "'": return quoted(until: "'").map(ConditionToken.text) ?? .symbol("'")
    case "\"": return quoted(until: "\"").map(ConditionToken.quoted) ?? .symbol("\"")
    case "`": return quoted(until: "`").map(ConditionToken.word) ?? .symbol("`")
    case "[":
      rest.removeFirst()
      let name = take { $0 != "]" }
      rest = rest.dropFirst()
      return .word(name)
    case "0"..."9":
      _ = take { Self.isPartOfWord($0) || $0 == "." }
      return .number
    case _ where Self.isPartOfWord(first): return .word(take(while: Self.isPartOfWord))
    default:
      for symbol in Self.operators where rest.starts(with: symbol.unicodeScalars) {
        rest = rest.dropFirst(symbol.unicodeScalars.count)
        return .symbol(symbol)
      }
      rest.removeFirst()
      return .symbol(String(first))
    }
  }

  private mutating func skipBlanksAndComments() {
    while let first = rest.first {
      if first.properties.isWhitespace {
        rest.removeFirst()
      } else if rest.starts(with: "--".unicodeScalars) {
        _ = take { $0 != "\n" }
      } else if rest.starts(with: "/*".unicodeScalars) {
        rest = rest.dropFirst(2)
        while !rest.isEmpty, !rest.starts(with: "*/".unicodeScalars) { rest.removeFirst() }
        rest = rest.dropFirst(2)
      } else {
        return
      }
    }
  }

  private static func isPartOfWord(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.isASCII || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "$"
  }

  private mutating func take(while isTaken: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    while let scalar = rest.first, isTaken(scalar) {
      text.append(scalar)
      rest.removeFirst()
    }
    return String(text)
  }

  /// What stands between quotes, of which two stand for one; nil where they are not closed, and all the rest is in them.
  private mutating func quoted(until quote: Unicode.Scalar) -> String? {
    rest.removeFirst()
    var text = take { $0 != quote }
    while rest.dropFirst().first == quote {
      rest = rest.dropFirst(2)
      text += String(quote) + take { $0 != quote }
    }
    guard !rest.isEmpty else { return nil }
    rest.removeFirst()
    return text
  }
}
