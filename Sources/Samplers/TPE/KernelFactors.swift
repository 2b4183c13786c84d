import CDensities
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

    /// How many distinct values the points have.
    var rowCount: Int { table.count / max(columnCount, 1) }
  }

  private let weights: [Double]
  /// What is the same at all points, for each kernel; −∞ behind the last one.
  private var base: [Double]
  private var constant = 0.0
  private var continuous: [Continuous] = []
  private var tabulated: [Tabulated] = []
  private let loops: CDensitiesLoops

  /// - Parameter weights: Above 0, one a kernel.
  init(weights: [Double], loops: CDensitiesLoops = DensityLoops.best) {
    self.weights = weights
    self.loops = loops
    base = weights.padded(with: 1)
    loops.logarithms(base, &base, base.count)
    for index in weights.count..<base.count { base[index] = -.infinity }
  }

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double]) {
    let range = kernels.range
    let centres = kernels.centres.padded(with: range.high)
    let widths = kernels.widths.padded(with: range.width)
    let (scales, logarithms) = Self.twoArrays(count: centres.count) { scales, logarithms in
      loops.normalizers(centres, widths, range.low, range.high, logarithms, scales, centres.count)
    }
    let (spreadCentres, spreadScales) = Self.twoArrays(count: base.count) { spreadCentres, spreadScales in
      loops.gather(centres, kernels.entries, spreadCentres, weights.count)
      loops.gather(scales, kernels.entries, spreadScales, weights.count)
      for kernel in weights.count..<base.count { (spreadCentres[kernel], spreadScales[kernel]) = (0, 0) }
    }
    for kernel in 0..<weights.count { base[kernel] -= logarithms[Int(kernels.entries[kernel])] }
    constant += Gaussian.logDensityAtZero
    continuous.append(
      Continuous(places: values.map(range.place), centres: spreadCentres, scales: spreadScales))
  }

  /// Two arrays of a length that `fill` fills.
  private static func twoArrays(
    count: Int, fill: (UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>) -> Void
  ) -> ([Double], [Double]) {
    var second: [Double] = []
    let first = [Double](unsafeUninitializedCapacity: count) { first, firstCount in
      second = [Double](unsafeUninitializedCapacity: count) { second, secondCount in
        if let first = first.baseAddress, let second = second.baseAddress { fill(first, second) }
        secondCount = count
      }
      firstCount = count
    }
    return (first, second)
  }

  /// Multiplies by the masses of the cells of a stepped range: ln(Φ(right) − Φ(left)) − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double], step: Double) {
    let range = kernels.range
    let (rows, distinct) = Self.distinct(values)
    let centres = kernels.centres.padded(with: range.low)
    let widths = kernels.widths.padded(with: range.width)
    let columnCount = centres.count
    var whole = [Double](repeating: 0, count: columnCount)
    loops.intervalMasses(centres, widths, range.low, range.high, &whole, columnCount)
    var table = [Double](repeating: 0, count: distinct.count * columnCount)
    table.withUnsafeMutableBufferPointer { table in
      for (row, value) in distinct.enumerated() {
        let cell = range.cell(of: value, step: step)
        let masses = UnsafeMutableBufferPointer(rebasing: table[(row * columnCount)..<((row + 1) * columnCount)])
        loops.intervalMasses(centres, widths, cell.left, cell.right, masses.baseAddress, columnCount)
        for column in 0..<columnCount { masses[column] -= whole[column] }
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
        table.append(kernels.logProbability(of: Int(choice), observed: observed))
      }
    }
    tabulated.append(Tabulated(rows: rows, columns: kernels.observed, table: table, columnCount: columnCount))
  }

  private static func distinct(_ values: [Double]) -> (places: [Int], values: [Double]) {
    var distinct: [Double] = []
    // There are a few dozen points at most, so that looking through them is faster than a table.
    let places = values.map { value in
      if let place = distinct.firstIndex(of: value) { return place }
      distinct.append(value)
      return distinct.count - 1
    }
    return (places, distinct)
  }

  /// The logarithm of the sum over kernels at each point.
  func logSums(pointCount: Int) -> [Double] {
    if continuous.isEmpty, tabulated.count == 1 { return logSums(of: tabulated[0]) }
    let places = (0..<pointCount).flatMap { point in continuous.map { $0.places[point] } }
    var sums = [Double](repeating: 0, count: pointCount)
    withRows { firsts in
      let rows = (0..<pointCount).flatMap { point in
        zip(tabulated, firsts).map { table, first in
          Optional(UnsafePointer(first + table.rows[point] * base.count))
        }
      }
      withPointers(to: continuous.map(\.centres)) { centres in
        withPointers(to: continuous.map(\.scales)) { scales in
          loops.logSums(
            base, base.count, rows, tabulated.count, centres, scales, places, continuous.count, &sums, pointCount)
        }
      }
    }
    return sums.map { $0 + constant }
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same column go together.
  private func logSums(of only: Tabulated) -> [Double] {
    var shares = [Double](repeating: 0, count: only.columnCount)
    for (kernel, column) in only.columns.enumerated() { shares[Int(column)] += weights[kernel] }
    let sums = (0..<only.rowCount).map { row in
      (0..<only.columnCount).reduce(0) { sum, column in
        sum + shares[column] * Double.exp(only.table[row * only.columnCount + column])
      }
    }
    return only.rows.map { Double.log(sums[$0]) }
  }

  /// Spreads each row of each table over the kernels, and hands over where the rows of each table begin.
  private func withRows(_ body: ([UnsafeMutablePointer<Double>]) -> Void) {
    let rowCount = tabulated.reduce(0) { $0 + $1.rowCount }
    withUnsafeTemporaryAllocation(of: Double.self, capacity: max(rowCount * base.count, 1)) { buffer in
      guard var next = buffer.baseAddress else { return }
      var firsts: [UnsafeMutablePointer<Double>] = []
      for factor in tabulated {
        firsts.append(next)
        factor.table.withUnsafeBufferPointer { table in
          for row in 0..<factor.rowCount {
            guard let entries = table.baseAddress else { return }
            loops.gather(entries + row * factor.columnCount, factor.columns, next, factor.columns.count)
            for kernel in factor.columns.count..<base.count { next[kernel] = 0 }
            next += base.count
          }
        }
      }
      body(firsts)
    }
  }

  /// Hands over the addresses of arrays.
  private func withPointers(
    to arrays: [[Double]], _ found: [UnsafePointer<Double>?] = [], _ body: ([UnsafePointer<Double>?]) -> Void
  ) {
    guard found.count < arrays.count else { return body(found) }
    arrays[found.count].withUnsafeBufferPointer { withPointers(to: arrays, found + [$0.baseAddress], body) }
  }
}
