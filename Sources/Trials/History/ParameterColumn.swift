package import SearchSpace

/// The values of one parameter over the rows of a history.
package struct ParameterColumn: Sendable {
  /// The distribution under which the parameter was first seen; values that are not compatible with it are absent.
  package let distribution: Distribution
  /// Internal values by row; NaN where the trial does not have the parameter, and the column may end before the last row.
  package private(set) var values: [Double] = []
  /// The rows that have the parameter by ascending value; kept for numbers only.
  package private(set) var order = SortedChunks<HistoryRow>()

  init(distribution: Distribution) { self.distribution = distribution }

  /// The value in a row; nil where the trial does not have the parameter.
  package func value(in row: Int) -> Double? {
    guard row < values.count, !values[row].isNaN else { return nil }
    return values[row]
  }

  /// Whether a value under a distribution of the same name can stand in the column.
  package static func accepts(_ parameter: FrozenTrial.Parameter, as distribution: Distribution) -> Bool {
    guard parameter.value.isFinite else { return false }
    switch (distribution, parameter.distribution) {
    case (.categorical(let own), .categorical(let other)):
      return (own == other || (try? distribution.checkCompatibility(with: parameter.distribution, name: "")) != nil)
        && distribution.contains(internal: parameter.value)
    case (.categorical, _), (_, .categorical): return false
    default: return true
    }
  }

  mutating func set(_ parameter: FrozenTrial.Parameter, row: Int, number: Int) {
    guard Self.accepts(parameter, as: distribution) else { return }
    while values.count < row { values.append(.nan) }
    values.append(parameter.value)
    if !distribution.isCategorical { order.insert(HistoryRow(key: parameter.value, number: number, row: row)) }
  }
}

extension Distribution {
  /// Whether the parameter is a choice, whose internal values are indices without an order.
  package var isCategorical: Bool {
    if case .categorical = self { true } else { false }
  }
}
