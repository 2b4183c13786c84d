import CDensities

/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
struct NumericKernels {
  /// An observation on the line of the range.
  struct Observation {
    var place: Double
    /// Its place among the kernels of the estimator; they are 0..<count in some order.
    var kernel: Int32
  }

  let range: NumericRange
  /// The means and standard deviations of the distinct kernels, by ascending mean but for the prior's, which is the last.
  let centres: [Double]
  let widths: [Double]
  /// The entry in `centres` and `widths` of each kernel: equal ones share one, since a stepped range has few of them.
  let entries: [Int32]

  /// A width is the greater of the distances to both neighbours, limited to range / min(100, n + 2)...range; the outermost
  /// of several observations look inwards only.
  ///
  /// - Parameter observations: By ascending place, equal ones by ascending kernel.
  init(range: NumericRange, observations: [Observation]) {
    self.range = range
    let count = observations.count
    let (low, high, widest) = (range.low, range.high, range.width)
    let narrowest = widest / min(100, Double(count + 2))
    var centres = [Double](repeating: 0, count: count + 1)
    var widths = centres
    var entries = [Int32](repeating: 0, count: count + 1)
    var distinct = 0
    observations.withUnsafeBufferPointer { observations in
      centres.withUnsafeMutableBufferPointer { centres in
        widths.withUnsafeMutableBufferPointer { widths in
          entries.withUnsafeMutableBufferPointer { entries in
            var (lastCentre, lastWidth) = (Double.nan, Double.nan)
            var before = count > 1 ? 0 : observations.first.map { $0.place - low } ?? 0
            for index in 0..<count {
              let place = observations[index].place
              let after = index + 1 < count ? observations[index + 1].place - place : count > 1 ? 0 : high - place
              let width = min(max(max(before, after), narrowest), widest)
              if place != lastCentre || width != lastWidth {
                (centres[distinct], widths[distinct]) = (place, width)
                (lastCentre, lastWidth) = (place, width)
                distinct += 1
              }
              entries[Int(observations[index].kernel)] = Int32(distinct - 1)
              before = after
            }
            (centres[distinct], widths[distinct]) = (0.5 * (low + high), widest)
            entries[count] = Int32(distinct)
          }
        }
      }
    }
    centres.removeLast(count - distinct)
    widths.removeLast(count - distinct)
    (self.centres, self.widths, self.entries) = (centres, widths, entries)
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
