import RealModule

/// The densities of the kernels of a mixture at some points, gathered parameter by parameter as logarithms in the form
/// in which their sums are cheapest.
struct KernelFactors {
  /// A continuous parameter: the points, and for each kernel its centre and 1 / (σ√2).
  private struct Continuous {
    var places: [Double]
    var centres: [Double]
    var scales: [Double]
  }

  /// A parameter with few distinct values: for each point the row of a table, for each kernel the column.
  private struct Tabulated {
    var rows: [Int]
    var columns: [Int32]
    var table: [Double]
    var columnCount: Int
  }

  /// As many kernels as stay in the fastest cache with their parameters; a multiple of the lanes of `LogSum`.
  private static let blockSize = 512

  /// What is the same at all points is `constant + logShared[k] + ln shared[k]`: products defer the logarithms.
  private var constant = 0.0
  private var shared: [Double]
  private var logShared: [Double]
  private var continuous: [Continuous] = []
  private var tabulated: [Tabulated] = []

  init(weights: [Double]) {
    shared = weights
    logShared = Array(repeating: 0, count: weights.count)
  }

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double]) {
    let range = kernels.range
    var centres = [Double](repeating: 0, count: shared.count)
    var scales = centres
    for (kernel, entry) in kernels.entries.enumerated() {
      let (centre, width) = (kernels.centres[Int(entry)], kernels.widths[Int(entry)])
      let inverse = 1 / width
      let (from, to) = ((range.low - centre) * inverse, (range.high - centre) * inverse)
      centres[kernel] = centre
      scales[kernel] = inverse * 0.707_106_781_186_547_5
      shared[kernel] *= range.width * inverse
      if from <= 0, to >= 0 {
        shared[kernel] /= Gaussian.centralMass(from: from, to: to)
      } else {
        logShared[kernel] -= Gaussian.logMass(from: from, to: to)
      }
      if shared[kernel] > 1e200 {
        logShared[kernel] += Double.log(shared[kernel])
        shared[kernel] = 1
      }
    }
    constant += Gaussian.logDensityAtZero - Double.log(range.width)
    continuous.append(Continuous(places: values.map(range.place), centres: centres, scales: scales))
  }

  /// Multiplies by the masses of the cells of a stepped range: ln(Φ(right) − Φ(left)) − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double], step: Double) {
    let range = kernels.range
    let (rows, distinct) = Self.distinct(values)
    let cells = distinct.map { range.cell(of: $0, step: step) }
    let columnCount = kernels.centres.count
    var table = [Double](repeating: 0, count: distinct.count * columnCount)
    for column in 0..<columnCount {
      let (centre, width) = (kernels.centres[column], kernels.widths[column])
      let inverse = 1 / width
      let whole = Gaussian.logMass(from: (range.low - centre) * inverse, to: (range.high - centre) * inverse)
      for (row, cell) in cells.enumerated() {
        let mass = Gaussian.logMass(from: (cell.left - centre) * inverse, to: (cell.right - centre) * inverse)
        table[row * columnCount + column] = mass - whole
      }
    }
    tabulated.append(Tabulated(rows: rows, columns: kernels.entries, table: table, columnCount: columnCount))
  }

  /// Multiplies by the probabilities of choices.
  mutating func multiply(_ kernels: CategoricalKernels, values: [Double]) {
    let (rows, distinct) = Self.distinct(values)
    let columnCount = kernels.choiceCount + 1
    var table: [Double] = []
    table.reserveCapacity(distinct.count * columnCount)
    for choice in distinct {
      for observed in 0..<columnCount {
        table.append(Double.log(kernels.probability(of: Int(choice), observed: observed)))
      }
    }
    tabulated.append(Tabulated(rows: rows, columns: kernels.observed, table: table, columnCount: columnCount))
  }

  private static func distinct(_ values: [Double]) -> (places: [Int], values: [Double]) {
    var placeOfValue: [Double: Int] = [:]
    var distinct: [Double] = []
    let places = values.map { value in
      if let place = placeOfValue[value] { return place }
      placeOfValue[value] = distinct.count
      distinct.append(value)
      return distinct.count - 1
    }
    return (places, distinct)
  }

  /// The logarithm of the sum over kernels at each point.
  func logSums(pointCount: Int) -> [Double] {
    if continuous.isEmpty, tabulated.count == 1 { return logSums(of: tabulated[0]) }
    let base = zip(shared, logShared).map { constant + $1 + Double.log($0) }
    var sums = [LogSum](repeating: LogSum(), count: pointCount)
    withUnsafeTemporaryAllocation(of: LogSum.Lanes.self, capacity: Self.blockSize / LogSum.laneCount) { lanes in
      lanes.withMemoryRebound(to: Double.self) { terms in
        for start in stride(from: 0, to: base.count, by: Self.blockSize) {
          let length = min(Self.blockSize, base.count - start)
          let laneCount = (length + LogSum.laneCount - 1) / LogSum.laneCount
          for point in 0..<pointCount {
            for index in 0..<length { terms[index] = base[start + index] }
            for index in length..<(laneCount * LogSum.laneCount) { terms[index] = -.infinity }
            addPart(from: start, length: length, point: point, to: terms)
            sums[point].add(UnsafeBufferPointer(rebasing: lanes[..<laneCount]))
          }
        }
      }
    }
    return sums.map(\.value)
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same column go together.
  private func logSums(of only: Tabulated) -> [Double] {
    var weights = [Double](repeating: 0, count: only.columnCount)
    for (kernel, column) in only.columns.enumerated() { weights[Int(column)] += shared[kernel] }
    let sums = (0..<(only.table.count / max(only.columnCount, 1))).map { row in
      (0..<only.columnCount).reduce(0) { sum, column in
        sum + weights[column] * Double.exp(only.table[row * only.columnCount + column])
      }
    }
    return only.rows.map { Double.log(sums[$0]) }
  }

  private func addPart(from start: Int, length: Int, point: Int, to terms: UnsafeMutableBufferPointer<Double>) {
    let part = start..<(start + length)
    for factor in continuous {
      let place = factor.places[point]
      factor.centres.withUnsafeBufferPointer { centres in
        factor.scales.withUnsafeBufferPointer { scales in
          let (centres, scales) = (
            UnsafeBufferPointer(rebasing: centres[part]), UnsafeBufferPointer(rebasing: scales[part])
          )
          for index in 0..<length {
            let distance = (place - centres[index]) * scales[index]
            terms[index] -= distance * distance
          }
        }
      }
    }
    for factor in tabulated {
      let row = factor.rows[point] * factor.columnCount
      factor.columns.withUnsafeBufferPointer { columns in
        factor.table.withUnsafeBufferPointer { table in
          let columns = UnsafeBufferPointer(rebasing: columns[part])
          let values = UnsafeBufferPointer(rebasing: table[row..<(row + factor.columnCount)])
          for index in 0..<length { terms[index] += values[Int(columns[index])] }
        }
      }
    }
  }
}
