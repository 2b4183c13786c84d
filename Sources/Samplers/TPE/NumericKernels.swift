import CDensities

/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
struct NumericKernels {
  let range: NumericRange
  /// The means and standard deviations of the distinct kernels, by ascending mean but for the prior's, which is the last.
  /// Behind them there are others that fill whole vectors.
  let centres: ArenaArray<Double>
  let widths: ArenaArray<Double>
  /// The entry in `centres` and `widths` of each kernel: equal ones share one, since a stepped range has few of them.
  let entries: ArenaArray<Int32>

  /// The kernels of observations.
  init(range: NumericRange, observations: consuming Observations) {
    self.range = range
    (centres, widths, entries) = observations.kernels(in: range)
  }

  /// Whether the centres of all kernels lie in the range, which may be another one than when they were observed.
  var areCentred: Bool {
    centres.count < 2 || centres[0] >= range.low && centres[centres.count - 2] <= range.high
  }

  /// Values drawn from some kernels.
  ///
  /// - Parameter shares: In (0, 1), one a kernel, with others behind them that fill whole vectors.
  func samples(of kernels: [Int], shares: [Double]) -> [Double] {
    let padded = shares.count
    var (centres, widths) = ([Double](repeating: range.low, count: padded), [Double](repeating: 1, count: padded))
    for (point, kernel) in kernels.enumerated() {
      let entry = Int(entries[kernel])
      (centres[point], widths[point]) = (self.centres[entry], self.widths[entry])
    }
    var places = [Double](repeating: 0, count: padded)
    DensityLoops.best.draws(centres, widths, range.low, range.high, shares, &places, padded)
    if range.isLogarithmic { DensityLoops.best.exponentials(places, &places, padded) }
    return (0..<kernels.count).map { range.nearest(to: places[$0]) }
  }
}
