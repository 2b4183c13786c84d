import SearchSpace

extension Expression {
  /// Reads a formula.
  ///
  /// - Throws: `ExpressionError` with the place of the mistake.
  package init(parsing text: String) throws(ExpressionError) {
    var parser = ExpressionParser(try ExpressionParser.tokens(of: text))
    self = try parser.expression()
  }
}

/// A parser by recursive descent, with a bounded depth.
private struct ExpressionParser {
  struct Token {
    enum Kind: Equatable {
      case constant(Choice)
      case word(String)
      case sign(String)
      case end
    }

    let kind: Kind
    let offset: Int
  }

  private static let longest = 500
  private static let deepest = 32

  private let tokens: [Token]
  private var place = 0
  private var depth = 0

  init(_ tokens: [Token]) { self.tokens = tokens }

  private var token: Token { tokens[place] }

  mutating func expression() throws(ExpressionError) -> Expression {
    let expression = try binary(level: 0)
    guard token.kind == .end else {
      throw ExpressionError("expected an operator, met \(met)", offset: token.offset)
    }
    return expression
  }

  private var met: String {
    switch token.kind {
    case .constant(let value): "'\(value)'"
    case .word(let word), .sign(let word): "'\(word)'"
    case .end: "its end"
    }
  }

  /// Left-associative operators by what binds them, the loosest first; a comparison stands alone.
  private static let levels: [[Expression.Operator]] = [
    [.or], [.and], [], [.equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual], [.plus, .minus],
    [.times, .divided, .dividedDown, .remainder],
  ]
  private static let notLevel = 2
  private static let comparisonLevel = 3

  private mutating func binary(level: Int) throws(ExpressionError) -> Expression {
    guard level < Self.levels.count else { return try signed() }
    if level == Self.notLevel {
      guard take(word: "not") else { return try binary(level: level + 1) }
      return .not(try deeper { parser throws(ExpressionError) in try parser.binary(level: level) })
    }
    var left = try binary(level: level + 1)
    while let sign = takeOperator(Self.levels[level]) {
      left = .binary(sign, left, try binary(level: level + 1))
      if level == Self.comparisonLevel { break }
    }
    return left
  }

  private mutating func signed() throws(ExpressionError) -> Expression {
    if take(sign: "-") { return .negative(try deeper { parser throws(ExpressionError) in try parser.signed() }) }
    let base = try primary()
    guard take(sign: "**") else { return base }
    return .binary(.power, base, try deeper { parser throws(ExpressionError) in try parser.signed() })
  }

  private mutating func primary() throws(ExpressionError) -> Expression {
    let start = token
    switch start.kind {
    case .constant(let value):
      place += 1
      return .constant(value)
    case .word(let word) where !Expression.words.contains(word):
      place += 1
      guard take(sign: "(") else { return .name(word, offset: start.offset) }
      guard let function = Expression.Function(rawValue: word) else {
        let names = Expression.Function.allCases.map(\.rawValue).joined(separator: ", ")
        throw ExpressionError("there is no function '\(word)'; expected one of \(names)", offset: start.offset)
      }
      return .call(function, try deeper { parser throws(ExpressionError) in try parser.arguments() })
    case .sign("("):
      place += 1
      let inner = try deeper { parser throws(ExpressionError) in try parser.binary(level: 0) }
      guard take(sign: ")") else { throw ExpressionError("expected ')', met \(met)", offset: token.offset) }
      return inner
    default:
      throw ExpressionError("expected a value, met \(met)", offset: start.offset)
    }
  }

  private mutating func arguments() throws(ExpressionError) -> [Expression] {
    var arguments = [try binary(level: 0)]
    while take(sign: ",") { arguments.append(try binary(level: 0)) }
    guard take(sign: ")") else { throw ExpressionError("expected ',' or ')', met \(met)", offset: token.offset) }
    return arguments
  }

  private mutating func deeper<Result>(
    _ body: (inout Self) throws(ExpressionError) -> Result
  ) throws(ExpressionError) -> Result {
    guard depth < Self.deepest else {
      throw ExpressionError("an expression is nested at most \(Self.deepest) deep", offset: token.offset)
    }
    depth += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func take(sign: String) -> Bool { take(.sign(sign)) }
  private mutating func take(word: String) -> Bool { take(.word(word)) }

  private mutating func take(_ kind: Token.Kind) -> Bool {
    guard token.kind == kind else { return false }
    place += 1
    return true
  }

  private mutating func takeOperator(_ operators: [Expression.Operator]) -> Expression.Operator? {
    let text: String
    switch token.kind {
    case .sign(let sign): text = sign
    case .word(let word): text = word
    case .constant, .end: return nil
    }
    guard let found = operators.first(where: { $0.rawValue == text }) else { return nil }
    place += 1
    return found
  }

  // MARK: - Tokens

  private static let signs = ["**", "//", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "(", ")", ","]

  static func tokens(of text: String) throws(ExpressionError) -> [Token] {
    let scalars = Array(text.unicodeScalars)
    guard scalars.count <= longest else { throw ExpressionError("an expression has at most \(longest) characters") }
    var tokens: [Token] = []
    var place = 0
    while place < scalars.count {
      let start = place
      switch scalars[place] {
      case " ", "\t", "\n": place += 1
      case "0"..."9", ".":
        place = end(of: scalars, from: place) { $0.isWordPart || $0 == "." }
        let number = String(String.UnicodeScalarView(scalars[start..<place]))
        guard let value = Choice(plainScalar: number), value.numericValue?.isFinite == true else {
          throw ExpressionError("'\(number)' is no number", offset: start)
        }
        tokens.append(Token(kind: .constant(value), offset: start))
      case let quote where quote == "'" || quote == "\"":
        guard let close = scalars[(place + 1)...].firstIndex(of: quote) else {
          throw ExpressionError("the text has no closing \(quote)", offset: start)
        }
        let string = String(String.UnicodeScalarView(scalars[(start + 1)..<close]))
        tokens.append(Token(kind: .constant(.string(string)), offset: start))
        place = close + 1
      case let scalar where scalar.isWordPart:
        place = end(of: scalars, from: place) { $0.isWordPart || $0 == "." }
        let word = String(String.UnicodeScalarView(scalars[start..<place]))
        let constant: Choice? = word == "true" ? true : word == "false" ? false : nil
        tokens.append(Token(kind: constant.map(Token.Kind.constant) ?? .word(word), offset: start))
      default:
        let rest = String(String.UnicodeScalarView(scalars[start..<min(start + 2, scalars.count)]))
        guard let sign = signs.first(where: rest.hasPrefix) else {
          throw ExpressionError("'\(scalars[start])' has no meaning here", offset: start)
        }
        tokens.append(Token(kind: .sign(sign), offset: start))
        place += sign.unicodeScalars.count
      }
    }
    return tokens + [Token(kind: .end, offset: scalars.count)]
  }

  private static func end(
    of scalars: [Unicode.Scalar], from start: Int, while isPart: (Unicode.Scalar) -> Bool
  ) -> Int {
    scalars[start...].firstIndex { !isPart($0) } ?? scalars.count
  }
}

extension Expression {
  /// The words that are no names.
  static let words: Set<String> = ["and", "or", "not", "true", "false"]

  /// Whether a name can stand in an expression.
  package static func isName(_ name: String) -> Bool {
    guard let first = name.unicodeScalars.first, first.isWordPart, !("0"..."9" ~= first) else { return false }
    return name.unicodeScalars.allSatisfy(\.isWordPart) && !words.contains(name)
  }
}

extension Unicode.Scalar {
  /// An ASCII letter, a digit or an underscore.
  fileprivate var isWordPart: Bool {
    switch self {
    case "a"..."z", "A"..."Z", "0"..."9", "_": true
    default: false
    }
  }
}
