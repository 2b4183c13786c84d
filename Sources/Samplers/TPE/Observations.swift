import CDensities

/// The observations of a number on the line of its range, by ascending place, equal ones by ascending kernel.
struct Observations {
  /// The places, with one more number before them and at least one behind, for the neighbours of the outermost, and
  /// whole vectors between these.
  private(set) var padded: [Double]
  /// The place of each among the kernels of the estimator; they are 0..<count in some order.
  private(set) var kernels: [Int32]
  private(set) var count = 0

  /// - Parameter capacity: How many there may be.
  init(capacity: Int) {
    padded = Array(repeating: 0, count: 2 + DensityLoops.padded(capacity))
    kernels = Array(repeating: 0, count: capacity)
  }

  /// Takes one observation after the other.
  struct Filler {
    fileprivate let places: UnsafeMutablePointer<Double>
    fileprivate let kernels: UnsafeMutableBufferPointer<Int32>
    fileprivate var count: Int

    mutating func append(_ place: Double, kernel: Int32) {
      places[count] = place
      kernels[count] = kernel
      count += 1
    }
  }

  /// Adds observations behind those that are there.
  mutating func fill(_ body: (inout Filler) -> Void) {
    let first = count
    count = padded.withUnsafeMutableBufferPointer { padded in
      kernels.withUnsafeMutableBufferPointer { kernels in
        guard let base = padded.baseAddress else { return first }
        var filler = Filler(places: base + 1, kernels: kernels, count: first)
        body(&filler)
        precondition(filler.count <= kernels.count, "there are more observations than expected")
        return filler.count
      }
    }
  }

  /// Hands over the padded places, which are then gone from here.
  mutating func takePlaces() -> [Double] {
    var places: [Double] = []
    swap(&places, &padded)
    return places
  }

  /// The widths of the kernels: the greater of the distances to both neighbours, limited to range / min(100, n + 2)...range;
  /// the outermost of several observations look inwards only. Whole vectors of them.
  mutating func widths(in range: NumericRange) -> [Double] {
    guard count > 0 else { return [] }
    (padded[0], padded[count + 1]) = count > 1 ? (padded[1], padded[count]) : (range.low, range.high)
    let narrowest = range.width / min(100, Double(count + 2))
    let length = DensityLoops.padded(count)
    return padded.withUnsafeBufferPointer { padded in
      [Double](unsafeUninitializedCapacity: length) { widths, initialized in
        guard let base = padded.baseAddress else { return }
        DensityLoops.best.kernelWidths(base + 1, narrowest, range.width, widths.baseAddress, length)
        initialized = length
      }
    }
  }
}
