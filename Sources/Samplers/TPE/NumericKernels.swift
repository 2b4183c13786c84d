/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
///
/// Kernels that are equal share an entry of `centres` and `widths`, since a stepped range has few of them.
struct NumericKernels {
  /// An observation on the line of the range.
  struct Observation {
    var place: Double
    /// The place among the kernels of the estimator.
    var kernel: Int
  }

  let range: NumericRange
  /// The means and standard deviations of the distinct kernels.
  private(set) var centres: [Double] = []
  private(set) var widths: [Double] = []
  /// The entry of each kernel.
  private(set) var entries: [Int32]

  /// - Parameter observations: By ascending place, equal ones by ascending kernel; their kernels are 0..<count.
  init(range: NumericRange, observations: [Observation]) {
    self.range = range
    let count = observations.count
    entries = Array(repeating: 0, count: count + 1)
    centres.reserveCapacity(count + 1)
    widths.reserveCapacity(count + 1)
    let narrowest = range.width / min(100, Double(count + 2))
    for index in 0..<count {
      let place = observations[index].place
      let left = place - (index > 0 ? observations[index - 1].place : range.low)
      let right = (index < count - 1 ? observations[index + 1].place : range.high) - place
      // The outermost of several observations look inwards only.
      let gap = count > 1 && index == 0 ? right : count > 1 && index == count - 1 ? left : max(left, right)
      add(place, min(max(gap, narrowest), range.width), kernel: observations[index].kernel)
    }
    add(0.5 * (range.low + range.high), range.width, kernel: count)
  }

  private mutating func add(_ centre: Double, _ width: Double, kernel: Int) {
    if centres.last != centre || widths.last != width {
      centres.append(centre)
      widths.append(width)
    }
    entries[kernel] = Int32(centres.count - 1)
  }

  /// A value drawn from a kernel.
  ///
  /// - Parameter share: In (0, 1).
  func sample(kernel: Int, share: Double) -> Double {
    let entry = Int(entries[kernel])
    let (centre, width) = (centres[entry], widths[entry])
    let place = Gaussian.truncatedQuantile(
      share, from: (range.low - centre) / width, to: (range.high - centre) / width)
    return range.value(at: centre + width * place)
  }
}
