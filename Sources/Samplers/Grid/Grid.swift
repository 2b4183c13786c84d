public import OrderedCollections
public import SearchSpace

/// All combinations of some values of each parameter.
public struct Grid: Sendable, Hashable {
  /// The values by name, sorted by name.
  public let values: OrderedDictionary<String, [Choice]>
  /// How many combinations there are.
  public let count: Int

  /// The largest number of combinations.
  public static let largestCount = 10_000_000

  /// The largest number of values of all parameters together.
  public static let largestList = 10_000

  /// - Throws: `SamplerError.invalidOption` for no parameter, a parameter without a value or with the same value twice,
  ///   and for more than `largestCount` combinations or `largestList` values.
  public init(_ values: OrderedDictionary<String, [Choice]>) throws(SamplerError) {
    guard !values.isEmpty else { throw SamplerError(.invalidOption, "a grid needs at least one parameter") }
    var count = 1
    for (name, choices) in values {
      guard !choices.isEmpty else { throw SamplerError(.invalidOption, "the grid has no value for '\(name)'") }
      guard Set(choices).count == choices.count else {
        throw SamplerError(.invalidOption, "the grid has a value of '\(name)' twice")
      }
      let (product, overflow) = count.multipliedReportingOverflow(by: choices.count)
      guard !overflow, product <= Self.largestCount else {
        throw SamplerError(
          .invalidOption, "the grid has more than \(Self.largestCount) points; take larger steps or fewer parameters")
      }
      count = product
    }
    // As Optuna has it, the grid is kept with every trial.
    let listed = values.values.reduce(0) { $0 + $1.count }
    guard listed <= Self.largestList else {
      throw SamplerError(
        .invalidOption, "the grid lists \(listed) values, more than \(Self.largestList); take larger steps")
    }
    let sorted = values.elements.sorted { $0.key.precedesByScalars($1.key) }
    self.values = OrderedDictionary(uniqueKeysWithValues: sorted.map { ($0.key, $0.value) })
    self.count = count
  }

  /// The grid of all values of a search space.
  ///
  /// - Throws: `SamplerError.unsupportedParameter` for a continuous range, and what `init(_:)` throws.
  public init(space: OrderedDictionary<String, Distribution>) throws(SamplerError) {
    var values: OrderedDictionary<String, [Choice]> = [:]
    for (name, distribution) in space {
      guard let choices = distribution.gridValues(limit: Self.largestCount) else {
        throw SamplerError(
          .unsupportedParameter,
          "the parameter '\(name)' has too many values for a grid; give it a step or choices, or another sampler")
      }
      values[name] = choices
    }
    try self.init(values)
  }

  /// A combination by its place in the order in which the last name varies fastest.
  public subscript(place: Int) -> OrderedDictionary<String, Choice> {
    precondition((0..<count).contains(place), "a grid of \(count) points has no point \(place)")
    var rest = place
    var result: OrderedDictionary<String, Choice> = [:]
    for (name, choices) in values.reversed() {
      result[name] = choices[rest % choices.count]
      rest /= choices.count
    }
    result.reverse()
    return result
  }

  /// The values as the system attribute of Optuna's grid sampler.
  var json: JSONValue { .object(values.mapValues { .array($0.map(\.json)) }) }
}
