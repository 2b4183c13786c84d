/// Whole numbers from `low` to `high`, both included: every `step`-th, or uniform in the logarithm.
public struct IntDistribution: Hashable, Sendable {
  /// The lower bound.
  public let low: Int
  /// The upper bound, lowered to the last point of the grid.
  public let high: Int
  /// Whether the range is uniform in the logarithm.
  public let log: Bool
  /// The distance of two neighbours, 1 where `log`.
  public let step: Int

  /// The largest magnitude of a bound: the study database keeps parameters as doubles.
  public static let largestMagnitude = 1 << 53

  /// - Throws: `SearchSpaceError.invalidDistribution` unless `low <= high`, both within 2^53, `low >= 1` where `log`, and
  ///   `step >= 1`; `log` admits no step but 1.
  public init(low: Int, high: Int, log: Bool = false, step: Int = 1) throws(SearchSpaceError) {
    func fail(_ reason: String) -> SearchSpaceError {
      SearchSpaceError(.invalidDistribution, "int \(low)..\(high): \(reason)")
    }
    guard low <= high else { throw fail("the range is empty, the lower bound is above the upper one") }
    guard low >= -Self.largestMagnitude, high <= Self.largestMagnitude else { throw fail("a bound is beyond 2^53") }
    guard !log || low >= 1 else { throw fail("a logarithmic range must start at 1 or above") }
    guard step >= 1 else { throw fail("the step \(step) must be 1 or more") }
    guard !log || step == 1 else { throw fail("a range is either logarithmic or stepped") }
    self.low = low
    self.high = (high - low) / step * step + low
    self.log = log
    self.step = step
  }

  /// Whether there is only one value to choose.
  public var isSingle: Bool { high - low < step }

  /// How many values there are to choose.
  package var pointCount: Int { (high - low) / step + 1 }

  /// Whether a value lies in the range and on the grid.
  public func contains(_ value: Int) -> Bool {
    low <= value && value <= high && (value - low) % step == 0
  }
}
