/// Truncated normal kernels of one number: one for each observation, and the prior's as the last.
struct NumericKernels {
  /// The observations on the line of the range, by ascending place, equal ones by ascending kernel.
  struct Observations {
    var places: [Double] = []
    /// The place of each among the kernels of the estimator; they are 0..<count in some order.
    var kernels: [Int32] = []

    init(capacity: Int) {
      places.reserveCapacity(capacity)
      kernels.reserveCapacity(capacity)
    }

    mutating func append(_ place: Double, kernel: Int32) {
      places.append(place)
      kernels.append(kernel)
    }
  }

  let range: NumericRange
  /// The means and standard deviations of the distinct kernels, by ascending mean but for the prior's, which is the last.
  private(set) var centres: [Double] = []
  private(set) var widths: [Double] = []
  /// The entry in `centres` and `widths` of each kernel: equal ones share one, since a stepped range has few of them.
  private(set) var entries: [Int32]

  /// A width is the greater of the distances to both neighbours, limited to range / min(100, n + 2)...range; the outermost
  /// of several observations look inwards only.
  init(range: NumericRange, observations: Observations) {
    self.range = range
    let count = observations.places.count
    entries = Array(repeating: 0, count: count + 1)
    centres.reserveCapacity(count + 1)
    widths.reserveCapacity(count + 1)
    let (low, high, widest) = (range.low, range.high, range.width)
    let narrowest = widest / min(100, Double(count + 2))
    var (lastCentre, lastWidth, lastEntry) = (Double.nan, Double.nan, Int32(-1))
    observations.places.withUnsafeBufferPointer { places in
      observations.kernels.withUnsafeBufferPointer { kernels in
        var before = count > 1 ? 0 : places.first.map { $0 - low } ?? 0
        for index in 0..<count {
          let place = places[index]
          let after = index + 1 < count ? places[index + 1] - place : count > 1 ? 0 : high - place
          let width = min(max(max(before, after), narrowest), widest)
          if place != lastCentre || width != lastWidth {
            centres.append(place)
            widths.append(width)
            (lastCentre, lastWidth, lastEntry) = (place, width, lastEntry + 1)
          }
          entries[Int(kernels[index])] = lastEntry
          before = after
        }
      }
    }
    centres.append(0.5 * (low + high))
    widths.append(widest)
    entries[count] = lastEntry + 1
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
