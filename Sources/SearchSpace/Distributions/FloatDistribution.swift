/// Real numbers from `low` to `high`, both included: uniform, uniform in the logarithm, or on a grid of `step`.
public struct FloatDistribution: Hashable, Sendable {
  /// The lower bound.
  public let low: Double
  /// The upper bound; with a step, the last point of the grid.
  public private(set) var high: Double
  /// Whether the range is uniform in the logarithm.
  public let log: Bool
  /// The distance of two neighbours on the grid; nil for a continuous range.
  public let step: Double?

  /// - Throws: `SearchSpaceError.invalidDistribution` unless `low <= high`, both are finite, `low > 0` where `log`, and
  ///   `step > 0` where given; `step` and `log` exclude each other.
  public init(low: Double, high: Double, log: Bool = false, step: Double? = nil) throws(SearchSpaceError) {
    func fail(_ reason: String) -> SearchSpaceError {
      SearchSpaceError(.invalidDistribution, "float \(low)..\(high): \(reason)")
    }
    guard low.isFinite, high.isFinite else { throw fail("the bounds must be finite numbers") }
    guard low <= high else { throw fail("the range is empty, the lower bound is above the upper one") }
    guard !log || low > 0 else { throw fail("a logarithmic range must start above 0") }
    guard let step else {
      (self.low, self.high, self.log, self.step) = (low, high, log, nil)
      return
    }
    guard !log else { throw fail("a range is either logarithmic or stepped") }
    guard step > 0, step.isFinite else { throw fail("the step \(step) must be a finite number above 0") }
    guard let grid = DecimalGrid(low: low, high: high, step: step) else {
      throw fail("the bounds are too far apart for the step \(step)")
    }
    self.low = low
    self.high = grid.endsOnHigh ? high : grid.lastPoint
    self.log = false
    self.step = step
  }

  /// A range as a study database holds it, whose upper bound was lowered when it was made. To lower it again by the same
  /// decimal arithmetic would lose a point where the bound was rounded to a double.
  init(storedLow low: Double, high: Double, log: Bool, step: Double?) throws(SearchSpaceError) {
    let range = try FloatDistribution(low: low, high: high, log: log, step: step)
    let isOnGrid = step.map { abs((high - low) / $0 - ((high - low) / $0).rounded()) < 1e-8 } ?? true
    self = range
    if isOnGrid { self.high = high }
  }

  /// Whether there is only one value to choose.
  public var isSingle: Bool {
    guard let step, low < high else { return low == high }
    // Only a range of about a step needs the exact arithmetic.
    if high - low > 1.5 * step { return false }
    return DecimalGrid(low: low, high: high, step: step)?.isSinglePoint ?? false
  }

  /// Whether a value lies in the range and, within 1e-8 of a step, on the grid.
  public func contains(_ value: Double) -> Bool {
    guard low <= value, value <= high else { return false }
    guard let step else { return true }
    let steps = (value - low) / step
    return abs(steps - steps.rounded()) < 1e-8
  }
}
