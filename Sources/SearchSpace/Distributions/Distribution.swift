/// The values that a parameter may take.
///
/// A value has two forms. The *external* one is what a user sees: a real number, a whole number or a choice. The
/// *internal* one is a double, as samplers and the study database hold it: the number itself, linear also where the
/// distribution is logarithmic, and the index of a choice.
public enum Distribution: Hashable, Sendable {
  case float(FloatDistribution)
  case int(IntDistribution)
  case categorical(CategoricalDistribution)
}

extension Distribution {
  /// Whether there is only one value to choose; samplers never see such a parameter.
  public var isSingle: Bool {
    switch self {
    case .float(let distribution): distribution.isSingle
    case .int(let distribution): distribution.isSingle
    case .categorical(let distribution): distribution.isSingle
    }
  }

  /// The internal value of the lower bound or of the first choice; of a single-valued distribution, its value.
  package var lowest: Double {
    switch self {
    case .float(let distribution): distribution.low
    case .int(let distribution): Double(distribution.low)
    case .categorical: 0
    }
  }

  /// Whether an internal value belongs to the distribution.
  public func contains(internal value: Double) -> Bool {
    switch self {
    case .float(let distribution): distribution.contains(value)
    case .int(let distribution): Int(wholePartOf: value).map(distribution.contains) ?? false
    case .categorical(let distribution):
      Int(wholePartOf: value).map { distribution.choices.indices.contains($0) } ?? false
    }
  }

  /// The external form of an internal value.
  ///
  /// - Throws: `SearchSpaceError.invalidValue` for the index of a choice that does not exist, and for a whole number
  ///   that is none.
  public func external(_ value: Double) throws(SearchSpaceError) -> Choice {
    switch self {
    case .float: return .double(value)
    case .int:
      guard let value = Int(wholePartOf: value) else {
        throw SearchSpaceError(.invalidValue, "\(value) is no whole number")
      }
      return .int(value)
    case .categorical(let distribution):
      guard let index = Int(wholePartOf: value), distribution.choices.indices.contains(index) else {
        throw SearchSpaceError(.invalidValue, "there is no choice number \(value) among \(distribution.choices.count)")
      }
      return distribution.choices[index]
    }
  }

  /// The internal form of an external value, which may lie outside the range.
  ///
  /// - Throws: `SearchSpaceError.invalidValue` for a value of another type, for a number that is not finite, for a choice
  ///   that is not listed, and for 0 and below where the distribution is logarithmic.
  public func `internal`(_ value: Choice) throws(SearchSpaceError) -> Double {
    let number: Double
    switch (self, value) {
    case (.categorical(let distribution), _):
      guard let index = distribution.index(of: value) else {
        throw SearchSpaceError(
          .invalidValue,
          "\(value) is none of the choices \(distribution.choices.map(\.description).joined(separator: ", "))")
      }
      return Double(index)
    case (.float, .int(let value)): number = Double(value)
    case (.float, .double(let value)): number = value
    case (.int, .int(let value)): number = Double(value)
    case (.int, .double(let value)) where Int(exactly: value) != nil: number = value
    case (.float, _): throw SearchSpaceError(.invalidValue, "\(value) is not a number")
    case (.int, _): throw SearchSpaceError(.invalidValue, "\(value) is not a whole number")
    }
    guard number.isFinite else {
      throw SearchSpaceError(
        .invalidValue, "\(number.isNaN ? "NaN" : "\(value)") is not a value of a parameter, which is a finite number")
    }
    guard !isLogarithmic || number > 0 else {
      throw SearchSpaceError(.invalidValue, "\(value) is not above 0, as a logarithmic range demands")
    }
    return number
  }

  /// Whether the range is uniform in the logarithm.
  public var isLogarithmic: Bool {
    switch self {
    case .float(let distribution): distribution.log
    case .int(let distribution): distribution.log
    case .categorical: false
    }
  }

  /// Checks that a later distribution may carry the same name in a study: the same kind, the same use of the logarithm,
  /// and the same choices in the same order. Ranges and steps may change.
  ///
  /// - Throws: `SearchSpaceError.incompatible`.
  public func checkCompatibility(with later: Distribution, name: String) throws(SearchSpaceError) {
    func fail(_ reason: String) -> SearchSpaceError {
      SearchSpaceError(.incompatible, "the parameter '\(name)' \(reason); rename it or begin another study")
    }
    switch (self, later) {
    case (.float, .float), (.int, .int):
      guard isLogarithmic == later.isLogarithmic else {
        throw fail("is \(isLogarithmic ? "logarithmic" : "linear") in this study and cannot change that")
      }
    case (.categorical(let earlier), .categorical(let later)):
      guard earlier.choices.count == later.choices.count,
        zip(earlier.choices, later.choices).allSatisfy({ $0.isEqualInPython(to: $1) })
      else { throw fail("has other choices, or another order of them, in this study") }
    default:
      throw fail("is of kind \(kind) in this study and cannot become \(later.kind)")
    }
  }

  /// The kind in a word: `float`, `int` or `categorical`.
  public var kind: String {
    switch self {
    case .float: "float"
    case .int: "int"
    case .categorical: "categorical"
    }
  }
}

extension Int {
  /// The whole part of a double; nil where no integer holds it.
  init?(wholePartOf value: Double) {
    guard value.isFinite, abs(value) < 0x1p63 else { return nil }
    self = Int(value)
  }
}
