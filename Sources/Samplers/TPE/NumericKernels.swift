import CDensities

/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
struct NumericKernels {
  let range: NumericRange
  /// The means and standard deviations of the distinct kernels, by ascending mean but for the prior's, which is the last.
  let centres: [Double]
  let widths: [Double]
  /// The entry in `centres` and `widths` of each kernel: equal ones share one, since a stepped range has few of them.
  let entries: [Int32]

  /// The kernels of observations, whose widths are those of `Observations.widths(in:)`.
  init(range: NumericRange, observations: consuming Observations) {
    self.range = range
    let (count, kernels) = (observations.count, observations.kernels)
    var widths = observations.widths(in: range)
    var places = observations.takePlaces()
    var entries = [Int32](repeating: 0, count: count + 1)
    var distinct = 0
    // Those that equal the one before are left out, the others move up.
    places.withUnsafeMutableBufferPointer { places in
      widths.withUnsafeMutableBufferPointer { widths in
        entries.withUnsafeMutableBufferPointer { entries in
          kernels.withUnsafeBufferPointer { kernels in
            var (lastCentre, lastWidth) = (Double.nan, Double.nan)
            for index in 0..<count {
              let (centre, width) = (places[index + 1], widths[index])
              distinct += centre == lastCentre && width == lastWidth ? 0 : 1
              (places[distinct - 1], widths[distinct - 1]) = (centre, width)
              (lastCentre, lastWidth) = (centre, width)
              entries[Int(kernels[index])] = Int32(distinct - 1)
            }
            entries[count] = Int32(distinct)
          }
        }
      }
    }
    places.removeLast(places.count - distinct)
    widths.removeLast(widths.count - distinct)
    places.append(0.5 * (range.low + range.high))
    widths.append(range.width)
    (centres, self.widths, self.entries) = (places, widths, entries)
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
