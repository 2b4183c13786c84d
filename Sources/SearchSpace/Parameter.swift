/// A named parameter whose suggested values have a type of Swift.
public struct Parameter<Value>: Sendable {
  /// The name in the study, the same in all its trials.
  public let name: String
  /// The values that it may take.
  public let distribution: Distribution
  let decode: @Sendable (Choice) -> Value?

  package init(name: String, distribution: Distribution, decode: @escaping @Sendable (Choice) -> Value?) {
    self.name = name
    self.distribution = distribution
    self.decode = decode
  }

  /// The value of the parameter's type for an internal value of its distribution.
  ///
  /// - Throws: `SearchSpaceError.invalidValue` where the distribution has no such value.
  package func value(internal value: Double) throws(SearchSpaceError) -> Value {
    guard let result = decode(try distribution.external(value)) else {
      throw SearchSpaceError(.invalidValue, "the parameter '\(name)' has no value for \(value)")
    }
    return result
  }
}

extension Parameter where Value == Double {
  /// A real number in a range, linear, logarithmic or on a grid of `step`.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution`; see `FloatDistribution`.
  public static func float(
    _ name: String, _ range: ClosedRange<Double>, log: Bool = false, step: Double? = nil
  ) throws(SearchSpaceError) -> Parameter {
    let distribution = try FloatDistribution(low: range.lowerBound, high: range.upperBound, log: log, step: step)
    return Parameter(name: name, distribution: .float(distribution)) {
      if case .double(let value) = $0 { value } else { nil }
    }
  }
}

extension Parameter where Value == Int {
  /// A whole number in a range, linear, logarithmic or every `step`-th.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution`; see `IntDistribution`.
  public static func int(
    _ name: String, _ range: ClosedRange<Int>, log: Bool = false, step: Int = 1
  ) throws(SearchSpaceError) -> Parameter {
    let distribution = try IntDistribution(low: range.lowerBound, high: range.upperBound, log: log, step: step)
    return Parameter(name: name, distribution: .int(distribution)) {
      if case .int(let value) = $0 { value } else { nil }
    }
  }
}

extension Parameter where Value == String {
  /// One of several strings.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution`; see `CategoricalDistribution`.
  public static func choice(_ name: String, _ choices: [String]) throws(SearchSpaceError) -> Parameter {
    Parameter(name: name, distribution: .categorical(try CategoricalDistribution(choices.map(Choice.string)))) {
      if case .string(let value) = $0 { value } else { nil }
    }
  }
}

extension Parameter where Value == Choice {
  /// One of several values of any scalar type: `.choice("limit", [1, 0.5, "none", nil])`.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution`; see `CategoricalDistribution`.
  public static func choice(_ name: String, _ choices: [Choice]) throws(SearchSpaceError) -> Parameter {
    Parameter(name: name, distribution: .categorical(try CategoricalDistribution(choices))) { $0 }
  }
}

extension Parameter where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
  /// One of the cases of an enumeration, by their names.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution` for an enumeration without a case.
  public static func choice(_ name: String, _ type: Value.Type = Value.self) throws(SearchSpaceError) -> Parameter {
    let choices = type.allCases.map { Choice.string($0.rawValue) }
    return Parameter(name: name, distribution: .categorical(try CategoricalDistribution(choices))) {
      if case .string(let value) = $0 { Value(rawValue: value) } else { nil }
    }
  }
}

extension Parameter where Value == Bool {
  /// Yes or no.
  ///
  /// - Throws: `SearchSpaceError.invalidDistribution` never: two choices always make a distribution.
  public static func bool(_ name: String) throws(SearchSpaceError) -> Parameter {
    Parameter(name: name, distribution: .categorical(try CategoricalDistribution([false, true]))) {
      if case .bool(let value) = $0 { value } else { nil }
    }
  }
}
