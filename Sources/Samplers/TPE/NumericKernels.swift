import CDensities

/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
///
/// A class, so that a copy of a dimension retains one object.
final class NumericKernels {
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
  /// - Parameter shares: In (0, 1), one a kernel.
  func samples(of kernels: ArenaArray<Int32>, shares: ArenaArray<Double>) -> ArenaArray<Double> {
    let (arena, count, padded) = (kernels.arena, kernels.count, DensityLoops.padded(kernels.count))
    let (centres, widths): (ArenaArray<Double>, ArenaArray<Double>) = (arena.array(count), arena.array(count))
    for (point, kernel) in kernels.enumerated() {
      let entry = Int(entries[Int(kernel)])
      (centres[point], widths[point]) = (self.centres[entry], self.widths[entry])
    }
    centres.fill(with: range.low)
    widths.fill(with: 1)
    shares.fill(with: 0.5)
    let samples: ArenaArray<Double> = arena.array(count)
    DensityLoops.best.draws(
      centres.start, widths.start, range.low, range.high, shares.start, samples.start, padded)
    if range.isLogarithmic { DensityLoops.best.exponentials(samples.start, samples.start, padded) }
    for point in 0..<count { samples[point] = range.nearest(to: samples[point]) }
    return samples
  }
}
