package import SearchSpace

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The values of one parameter over the rows of a history.
package struct ParameterColumn: Sendable {
  /// The distribution under which the parameter was first seen; values that do not fit it are absent.
  package let distribution: Distribution
  /// Internal values by row; NaN where the trial does not have the parameter or the row is vacant, and the column may end
  /// before the last row.
  package private(set) var values: [Double] = []
  /// How many rows have a value.
  package private(set) var count = 0
  /// The rows that have the parameter by ascending value, or by its logarithm where the distribution is logarithmic;
  /// empty for a choice.
  package private(set) var order = SortedChunks<HistoryRow>()
  /// The distributions under which the rows have the parameter, whatever its value.
  private(set) var distributions = DistributionCounts()

  init(distribution: Distribution) { self.distribution = distribution }

  /// The value in a row; nil where the trial does not have the parameter.
  package func value(in row: Int) -> Double? {
    guard row < values.count, !values[row].isNaN else { return nil }
    return values[row]
  }

  /// Whether the column serves a distribution: of the same kind, on the same scale, with the same choices.
  package func fits(_ other: Distribution) -> Bool { distribution.isColumnCompatible(with: other) }

  mutating func set(_ parameter: FrozenTrial.Parameter, row: Int, number: Int, isComplete: Bool) {
    distributions.insert(parameter.distribution, row: row, isComplete: isComplete)
    guard fits(parameter.distribution), distribution.isColumnValue(parameter.value) else { return }
    while values.count <= row { values.append(.nan) }
    if values[row].isNaN { count += 1 }
    values[row] = parameter.value
    if let key = key(of: parameter.value) { order.insert(HistoryRow(key: key, number: number, row: row)) }
  }

  /// Empties a row.
  mutating func remove(row: Int, number: Int, isComplete: Bool) {
    distributions.remove(row: row, isComplete: isComplete)
    guard let value = value(in: row) else { return }
    values[row] = .nan
    count -= 1
    if let key = key(of: value) { order.remove(HistoryRow(key: key, number: number, row: row)) }
  }

  /// Where a value stands in the order; nil for a choice.
  private func key(of value: Double) -> Double? {
    switch distribution {
    case .categorical: nil
    case .float, .int: distribution.isLogarithmic ? log(value) : value
    }
  }
}

extension Distribution {
  /// Whether internal values of both distributions can stand in one column.
  package func isColumnCompatible(with other: Distribution) -> Bool {
    self == other || (try? checkCompatibility(with: other, name: "")) != nil
  }

  /// Whether an internal value can stand in a column: a finite number, above 0 where the scale is logarithmic, and the
  /// index of a choice. It may lie outside the range, which may differ from trial to trial.
  package func isColumnValue(_ value: Double) -> Bool {
    switch self {
    case .categorical: contains(internal: value)
    case .float, .int: value.isFinite && (!isLogarithmic || value > 0)
    }
  }
}
