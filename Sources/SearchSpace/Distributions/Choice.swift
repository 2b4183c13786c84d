/// A value of a categorical parameter.
public enum Choice: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)

  /// The choice as JSON.
  public var json: JSONValue {
    switch self {
    case .null: .null
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .double(let value): .double(value)
    case .string(let value): .string(value)
    }
  }

  /// The JSON scalar as a choice; nil for arrays and objects.
  public init?(json: JSONValue) {
    switch json {
    case .null: self = .null
    case .bool(let value): self = .bool(value)
    case .int(let value): self = .int(value)
    case .double(let value): self = .double(value)
    case .string(let value): self = .string(value)
    case .array, .object: return nil
    }
  }

  /// Python's `==`, by which Optuna compares choices: numbers and booleans by their number, and NaN equal to itself.
  func isEqualInPython(to other: Choice) -> Bool {
    if let number, let otherNumber = other.number {
      return number == otherNumber || (number.isNaN && otherNumber.isNaN)
    }
    return self == other
  }

  private var number: Double? {
    switch self {
    case .bool(let value): value ? 1 : 0
    case .int(let value): Double(value)
    case .double(let value): value
    case .null, .string: nil
    }
  }
}

extension Choice: Hashable {
  /// Equality of type and value; NaN equals itself, and a text the text of the same bytes.
  public static func == (left: Choice, right: Choice) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.double(let left), .double(let right)): left == right || (left.isNaN && right.isNaN)
    case (.string(let left), .string(let right)): left.hasBytes(of: right)
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value): hasher.combine(value)
    case .int(let value): hasher.combine(value)
    case .double(let value): if value.isNaN { hasher.combine(1) } else { hasher.combine(value) }
    case .string(let value): hasher.combine(ExactText(value))
    }
  }
}

extension Choice: CustomStringConvertible {
  /// The value as a person reads it, strings without quotes.
  public var description: String {
    if case .string(let value) = self { value } else { json.serialized(.python) }
  }
}

extension Choice: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .int(value) }
  public init(floatLiteral value: Double) { self = .double(value) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(nilLiteral: ()) { self = .null }
}
