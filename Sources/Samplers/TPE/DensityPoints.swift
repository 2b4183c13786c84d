import Trials

/// Points at which densities over the same parameters are compared, in the form in which they are looked at.
struct DensityPoints {
  /// One parameter of the points.
  enum Dimension {
    /// The places on the line of a continuous range.
    case continuous([Double])
    /// The cells of the distinct values of a stepped range, see `NumericRange.cells(of:step:)`, and the cell of each point.
    case stepped(edges: [Double], lower: [Int32], cellOfPoint: [Int32])
    /// Choices in ascending order, all that points have among them, and which of them each point has.
    case categorical(choices: [Double], choiceOfPoint: [Int32])
  }

  let count: Int
  let dimensions: [Dimension]

  /// - Parameters:
  ///   - points: Internal values by dimension, then by point.
  ///   - kernels: Of the dimensions, in whose ranges the values lie.
  init(_ points: [some RandomAccessCollection<Double>], kernels: [ParzenEstimator.Dimension]) {
    count = points.first?.count ?? 0
    dimensions = zip(kernels, points).map { kernels, values in
      switch kernels {
      case .categorical(let kernels):
        let (choices, choiceOfPoint) =
          kernels.choiceCount <= values.count ? Self.all(kernels.choiceCount, of: values) : Self.distinct(values)
        return .categorical(choices: choices, choiceOfPoint: choiceOfPoint)
      case .numeric(let kernels):
        guard let step = kernels.range.step else { return .continuous(kernels.range.places(of: values)) }
        let (distinct, cellOfPoint) = Self.distinct(values)
        let (edges, lower) = kernels.range.cells(of: distinct, step: step)
        return .stepped(edges: edges, lower: lower, cellOfPoint: cellOfPoint)
      }
    }
  }

  /// All choices, and which of them each point has; with others behind them that fill whole vectors.
  private static func all(
    _ choiceCount: Int, of values: some RandomAccessCollection<Double>
  ) -> (values: [Double], placeOfPoint: [Int32]) {
    var placeOfPoint = [Int32](repeating: 0, count: DensityLoops.padded(values.count))
    for (point, value) in values.enumerated() { placeOfPoint[point] = Int32(value) }
    return ((0..<choiceCount).map(Double.init), placeOfPoint)
  }

  /// The distinct values in ascending order, and which of them each point has; with others behind them that fill whole
  /// vectors.
  private static func distinct(
    _ values: some RandomAccessCollection<Double>
  ) -> (values: [Double], placeOfPoint: [Int32]) {
    let ascending = values.enumerated().sorted { $0.element < $1.element }
    var distinct: [Double] = []
    distinct.reserveCapacity(values.count)
    var placeOfPoint = [Int32](repeating: 0, count: DensityLoops.padded(values.count))
    for (point, value) in ascending {
      if value != distinct.last { distinct.append(value) }
      placeOfPoint[point] = Int32(distinct.count - 1)
    }
    return (distinct, placeOfPoint)
  }
}
