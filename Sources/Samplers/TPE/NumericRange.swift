import CDensities
import RealModule
import SearchSpace

/// The line on which the kernels of a number live: the number itself or its logarithm, with bounds that are widened by
/// half a step where there is one.
struct NumericRange {
  /// The bounds on the line.
  let low: Double
  let high: Double
  let isLogarithmic: Bool
  /// The distance of two neighbours; nil for a continuous range.
  let step: Double?
  /// The bounds of the values.
  private let lowest: Double
  private let highest: Double

  /// Nil for a choice.
  init?(_ distribution: Distribution) {
    switch distribution {
    case .categorical: return nil
    case .float(let range): (lowest, highest, step) = (range.low, range.high, range.step)
    case .int(let range): (lowest, highest, step) = (Double(range.low), Double(range.high), Double(range.step))
    }
    isLogarithmic = distribution.isLogarithmic
    let margin = (step ?? 0) / 2
    low = isLogarithmic ? Double.log(lowest - margin) : lowest - margin
    high = isLogarithmic ? Double.log(highest + margin) : highest + margin
  }

  var width: Double { high - low }

  /// The place of a value on the line.
  func place(of value: Double) -> Double { isLogarithmic ? Double.log(value) : value }

  /// The places of some values.
  func places(of values: some RandomAccessCollection<Double>) -> [Double] {
    // The loops take no numbers that are smaller than the normal ones.
    guard isLogarithmic, lowest - (step ?? 0) / 2 >= .leastNormalMagnitude else { return values.map(place) }
    var places = Array(values).padded(with: highest)
    DensityLoops.best.logarithms(places, &places, places.count)
    places.removeLast(places.count - values.count)
    return places
  }

  /// The value at a place, on the grid and within the bounds.
  func value(at place: Double) -> Double { nearest(to: isLogarithmic ? Double.exp(place) : place) }

  /// The value on the grid and within the bounds that is nearest to one that may be neither.
  func nearest(to value: Double) -> Double {
    var value = value
    if let step { value = lowest + ((value - lowest) / step).rounded(.toNearestOrEven) * step }
    return min(max(value, lowest), highest)
  }

  /// The ends of the cell that belongs to a value of a stepped range.
  func cell(of value: Double, step: Double) -> (left: Double, right: Double) {
    (place(of: value - step / 2), place(of: value + step / 2))
  }

  /// The edges of the cells of values that ascend, by ascending place, and the number of each cell's lower edge, which the
  /// upper one follows. Neighbours share theirs.
  func cells(of values: [Double], step: Double) -> (edges: [Double], lower: [Int32]) {
    var edges: [Double] = []
    var lower: [Int32] = []
    edges.reserveCapacity(2 * values.count)
    lower.reserveCapacity(values.count)
    var last = -Double.infinity
    for value in values {
      let left = value - step / 2
      // The ends of two neighbours may differ in their last digit.
      if !(abs(left - last) <= 1e-12 * step) { edges.append(left) }
      lower.append(Int32(edges.count - 1))
      last = value + step / 2
      edges.append(last)
    }
    return (places(of: edges), lower)
  }
}
