package import SearchSpace

/// A formula over the choices of an architecture: `width >= x.channels and kernel * 2 < x.height`.
///
/// Operators from the loosest to the tightest: `or`, `and`, `not`, the comparisons `== != < <= > >=`, `+ -`, `* / // %`, the
/// sign, and `**`. Whole numbers stay whole but for `/`, and `//` and `%` round down. Functions are `min`, `max`, `abs` and
/// `if(condition, value, other)`; texts stand in quotes.
package indirect enum Expression: Hashable, Sendable {
  case constant(Choice)
  /// A choice, or a figure such as `x.channels`, with its place in the text.
  case name(String, offset: Int)
  case negative(Expression)
  case not(Expression)
  case binary(Operator, Expression, Expression)
  case call(Function, [Expression])

  package enum Operator: String, Hashable, Sendable, CaseIterable {
    case or, and
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case plus = "+"
    case minus = "-"
    case times = "*"
    case divided = "/"
    case dividedDown = "//"
    case remainder = "%"
    case power = "**"
  }

  package enum Function: String, Hashable, Sendable, CaseIterable {
    case min, max, abs
    /// The second argument where the first is true, else the third.
    case conditional = "if"
  }

  /// The names in the expression, in their order.
  package var names: [(name: String, offset: Int)] {
    switch self {
    case .constant: []
    case .name(let name, let offset): [(name, offset)]
    case .negative(let operand), .not(let operand): operand.names
    case .binary(_, let left, let right): left.names + right.names
    case .call(_, let arguments): arguments.flatMap(\.names)
    }
  }

  /// The value, given those of the names.
  ///
  /// - Throws: `ExpressionError` where a name has no value, a value is of the wrong type, or a number is none.
  package func value(of lookUp: (String) -> Choice?) throws(ExpressionError) -> Choice {
    switch self {
    case .constant(let value): return value
    case .name(let name, let offset):
      guard let value = lookUp(name) else { throw ExpressionError("'\(name)' has no value here", offset: offset) }
      return value
    case .negative(let operand):
      return try Self.arithmetic(.minus, .int(0), operand.value(of: lookUp))
    case .not(let operand):
      return .bool(!(try Self.truth(operand.value(of: lookUp), of: "not")))
    case .binary(.and, let left, let right):
      guard try Self.truth(left.value(of: lookUp), of: "and") else { return .bool(false) }
      return .bool(try Self.truth(right.value(of: lookUp), of: "and"))
    case .binary(.or, let left, let right):
      if try Self.truth(left.value(of: lookUp), of: "or") { return .bool(true) }
      return .bool(try Self.truth(right.value(of: lookUp), of: "or"))
    case .binary(let sign, let left, let right):
      let (left, right) = (try left.value(of: lookUp), try right.value(of: lookUp))
      switch sign {
      case .equal: return .bool(Self.equal(left, right))
      case .unequal: return .bool(!Self.equal(left, right))
      case .less, .lessOrEqual, .greater, .greaterOrEqual: return .bool(try Self.ordered(sign, left, right))
      default: return try Self.arithmetic(sign, left, right)
      }
    case .call(.conditional, let arguments):
      guard arguments.count == 3 else {
        throw ExpressionError("'if' takes a condition and two values, but was given \(arguments.count) arguments")
      }
      return try arguments[Self.truth(arguments[0].value(of: lookUp), of: "if") ? 1 : 2].value(of: lookUp)
    case .call(let function, let arguments):
      var values: [Choice] = []
      for argument in arguments { values.append(try argument.value(of: lookUp)) }
      return try Self.call(function, values)
    }
  }

  private static func truth(_ value: Choice, of word: String) throws(ExpressionError) -> Bool {
    guard case .bool(let value) = value else {
      throw ExpressionError("'\(word)' takes true or false, but was given '\(value)'")
    }
    return value
  }

  private static func equal(_ left: Choice, _ right: Choice) -> Bool {
    if let left = left.numericValue, let right = right.numericValue { return left == right }
    return left == right
  }

  private static func number(_ value: Choice, _ sign: String) throws(ExpressionError) -> Double {
    guard let number = value.numericValue else {
      throw ExpressionError("'\(sign)' takes numbers, but was given '\(value)'")
    }
    return number
  }

  private static func ordered(_ sign: Operator, _ left: Choice, _ right: Choice) throws(ExpressionError) -> Bool {
    let (left, right) = (try number(left, sign.rawValue), try number(right, sign.rawValue))
    return switch sign {
    case .less: left < right
    case .lessOrEqual: left <= right
    case .greater: left > right
    default: left >= right
    }
  }

  private static func call(_ function: Function, _ values: [Choice]) throws(ExpressionError) -> Choice {
    var numbers: [Double] = []
    for value in values { numbers.append(try number(value, function.rawValue)) }
    let place: Int? =
      switch function {
      case .min: numbers.indices.min { numbers[$0] < numbers[$1] }
      case .max: numbers.indices.max { numbers[$0] < numbers[$1] }
      case .abs: numbers.count == 1 ? 0 : nil
      case .conditional: nil
      }
    guard let place else {
      throw ExpressionError("'\(function.rawValue)' takes one number, but was given \(numbers.count)")
    }
    guard function == .abs, numbers[place] < 0 else { return values[place] }
    return try arithmetic(.minus, .int(0), values[place])
  }

  private static func arithmetic(_ sign: Operator, _ left: Choice, _ right: Choice) throws(ExpressionError) -> Choice {
    if case .int(let left) = left, case .int(let right) = right, let value = try whole(sign, left, right) {
      return .int(value)
    }
    let (left, right) = (try number(left, sign.rawValue), try number(right, sign.rawValue))
    let value: Double =
      switch sign {
      case .plus: left + right
      case .minus: left - right
      case .times: left * right
      case .divided: left / right
      case .dividedDown: (left / right).rounded(.down)
      case .remainder: left - right * (left / right).rounded(.down)
      default: power(left, right)
      }
    guard value.isFinite else {
      throw ExpressionError("\(Choice.double(left)) \(sign.rawValue) \(Choice.double(right)) is no number")
    }
    return .double(value)
  }

  /// The result among whole numbers; nil where it is none.
  private static func whole(_ sign: Operator, _ left: Int, _ right: Int) throws(ExpressionError) -> Int? {
    let result: (partialValue: Int, overflow: Bool)
    switch sign {
    case .plus: result = left.addingReportingOverflow(right)
    case .minus: result = left.subtractingReportingOverflow(right)
    case .times: result = left.multipliedReportingOverflow(by: right)
    case .dividedDown, .remainder:
      guard right != 0 else { throw ExpressionError("\(left) \(sign.rawValue) 0 is no number") }
      let (quotient, overflow) = left.dividedReportingOverflow(by: right)
      guard !overflow else { return nil }
      let remainder = left - quotient * right
      let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
      result = (sign == .remainder ? remainder + (isBelow ? right : 0) : quotient - (isBelow ? 1 : 0), false)
    case .power:
      guard right >= 0 else { return nil }
      var (value, overflow) = (1, false)
      for _ in 0..<Swift.min(right, 64) where !overflow {
        (value, overflow) = value.multipliedReportingOverflow(by: left)
      }
      // Beyond 64 factors only 0, 1 and -1 have stayed within bounds.
      if right > 64, left == -1 { value = right % 2 == 0 ? 1 : -1 }
      result = (value, overflow)
    default: return nil
    }
    guard !result.overflow else {
      throw ExpressionError("\(left) \(sign.rawValue) \(right) is beyond 64 bits")
    }
    return result.partialValue
  }

  /// left to a power, whole ones exactly.
  private static func power(_ left: Double, _ right: Double) -> Double {
    guard right == right.rounded(), abs(right) <= 1024 else { return .nan }
    var value = 1.0
    for _ in 0..<Int(abs(right)) { value *= left }
    return right < 0 ? 1 / value : value
  }
}

/// What is wrong with an expression.
package struct ExpressionError: Error, Hashable, Sendable {
  /// One sentence without its place.
  package let message: String
  /// Where in the text, in Unicode scalars from its start; nil for what only its values bring about.
  package let offset: Int?

  init(_ message: String, offset: Int? = nil) {
    self.message = message
    self.offset = offset
  }
}
