import CDensities
import RealModule

/// The densities of the kernels of a mixture at some points, gathered parameter by parameter as logarithms in the form
/// in which their sums are cheapest.
struct KernelFactors {
  /// A continuous parameter. Where its numbers begin among `numbers` and `indices`.
  private struct Continuous {
    /// Centres, then scales 1 / (σ√2), then logarithms of what they are divided by, of the distinct kernels.
    var kernels: Int
    /// How many numbers each of these are.
    var kernelCount: Int
    var places: Int
    var entries: Int
  }

  /// A parameter with few distinct values. Where its numbers begin among `numbers` and `indices`.
  private struct Tabulated {
    /// Logarithms: a row for each distinct value of the points, a column for each distinct kernel.
    var table: Int
    var rowCount: Int
    var columnCount: Int
    /// The row of each point.
    var rows: Int
    /// The column of each kernel.
    var columns: Int
  }

  private let weights: [Double]
  private let pointCount: Int
  /// How much greater than the prior's the density of another kernel may be at most, as a logarithm.
  private let excess: Double
  private var constant = 0.0
  private var continuous: [Continuous] = []
  private var tabulated: [Tabulated] = []
  private var numbers: [Double]
  private var indices: [Int32]
  private var scratch: [Double]
  private let loops: CDensitiesLoops

  /// - Parameters:
  ///   - weights: Above 0, one a kernel; the prior's is the last.
  ///   - dimensions: Of the kernels, by which they are going to be multiplied.
  init(
    weights: [Double], dimensions: [ParzenEstimator.Dimension], pointCount: Int,
    loops: CDensitiesLoops = DensityLoops.best
  ) {
    self.weights = weights
    self.pointCount = pointCount
    self.loops = loops
    let heaviest = weights.max() ?? 1
    excess = dimensions.reduce(Double.log(heaviest / (weights.last ?? heaviest))) { sum, dimension in
      switch dimension {
      // A kernel is at least a hundredth of the range wide, and more than a third of it lies within where its centre does;
      // the prior's density falls to e^(−1/8) of its greatest.
      case .numeric(let kernels): sum + (kernels.areCentred ? 6 : .infinity)
      case .categorical(let kernels): sum + Double.log(Double(kernels.choiceCount))
      }
    }
    let buffers = FactorBuffers.take()
    (numbers, indices, scratch) = (buffers.numbers, buffers.indices, buffers.scratch)
  }

  /// Leaves the memory to the next density.
  mutating func giveBack() {
    var buffers = FactorBuffers()
    swap(&buffers.numbers, &numbers)
    swap(&buffers.indices, &indices)
    swap(&buffers.scratch, &scratch)
    buffers.numbers.removeAll(keepingCapacity: true)
    buffers.indices.removeAll(keepingCapacity: true)
    buffers.giveBack()
  }

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double]) {
    let range = kernels.range
    let count = DensityLoops.padded(kernels.centres.count)
    let start = numbers.count
    append(kernels.centres, filler: range.high)
    append(kernels.widths, filler: range.width)
    numbers.append(contentsOf: repeatElement(0, count: count))
    numbers.withUnsafeMutableBufferPointer { numbers in
      guard let centres = numbers.baseAddress.map({ $0 + start }) else { return }
      let (scales, logarithms) = (centres + count, centres + 2 * count)
      // Each width is read before its scale takes its place.
      loops.normalizers(centres, scales, range.low, range.high, logarithms, scales, count)
    }
    constant += Gaussian.logDensityAtZero
    continuous.append(
      Continuous(kernels: start, kernelCount: count, places: numbers.count, entries: indices.count))
    numbers.append(contentsOf: values.lazy.map(range.place))
    indices.append(contentsOf: kernels.entries)
  }

  /// Multiplies by the masses of the cells of a stepped range: ln(Φ(right) − Φ(left)) − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, values: [Double], step: Double) {
    let range = kernels.range
    let distinct = appendRows(of: values)
    let columnCount = DensityLoops.padded(kernels.centres.count)
    // At most as far as a kernel matters beside the prior's; 40 is where a term is too small to change a sum.
    let reach = (2 * (40 + excess)).squareRoot()
    let start = numbers.count
    numbers.append(contentsOf: repeatElement(0, count: distinct.count * columnCount))
    let centres = kernels.centres.padded(with: range.low)
    let widths = kernels.widths.padded(with: range.width)
    let whole = [Double](unsafeUninitializedCapacity: columnCount) { whole, count in
      loops.intervalMasses(centres, widths, range.low, range.high, whole.baseAddress, columnCount)
      count = columnCount
    }
    numbers.withUnsafeMutableBufferPointer { numbers in
      guard let table = numbers.baseAddress.map({ $0 + start }) else { return }
      for (row, value) in distinct.enumerated() {
        let cell = range.cell(of: value, step: step)
        loops.cellShares(
          centres, widths, whole, cell.left, cell.right, reach, table + row * columnCount, columnCount)
      }
    }
    tabulate(start, rowCount: distinct.count, columnCount: columnCount, columns: kernels.entries)
  }

  /// Multiplies by the probabilities of choices.
  mutating func multiply(_ kernels: CategoricalKernels, values: [Double]) {
    let distinct = appendRows(of: values)
    let start = numbers.count
    let columnCount = kernels.choiceCount + 1
    for choice in distinct {
      for observed in 0..<columnCount {
        numbers.append(kernels.logProbability(of: Int(choice), observed: observed))
      }
    }
    tabulate(start, rowCount: distinct.count, columnCount: columnCount, columns: kernels.observed)
  }

  /// Adds a table whose numbers and whose rows by point have just been added.
  private mutating func tabulate(_ table: Int, rowCount: Int, columnCount: Int, columns: [Int32]) {
    tabulated.append(
      Tabulated(
        table: table, rowCount: rowCount, columnCount: columnCount, rows: indices.count - pointCount,
        columns: indices.count))
    indices.append(contentsOf: columns)
  }

  /// Adds the place of each value among the distinct ones, which are returned.
  private mutating func appendRows(of values: [Double]) -> [Double] {
    var distinct: [Double] = []
    // There are a few dozen points at most, so that looking through them is faster than a table.
    for value in values {
      let place = distinct.firstIndex(of: value) ?? distinct.count
      if place == distinct.count { distinct.append(value) }
      indices.append(Int32(place))
    }
    return distinct
  }

  private mutating func append(_ values: [Double], filler: Double) {
    numbers.append(contentsOf: values)
    numbers.append(contentsOf: repeatElement(filler, count: DensityLoops.padded(values.count) - values.count))
  }

  /// The logarithm of the sum over kernels at each point.
  mutating func logSums() -> [Double] {
    if continuous.isEmpty, tabulated.count == 1 { return logSums(of: tabulated[0]) }
    var base = weights.padded(with: 1)
    loops.logarithms(base, &base, base.count)
    let rowCount = tabulated.reduce(0) { $0 + $1.rowCount }
    let scratchCount = CDensitiesScratch(rowCount, continuous.count, pointCount)
    if scratch.count < scratchCount {
      scratch.append(contentsOf: repeatElement(0, count: scratchCount - scratch.count))
    }
    let (numbers, indices) = (numbers, indices)
    return numbers.withUnsafeBufferPointer { numbers in
      indices.withUnsafeBufferPointer { indices in
        let tables = tabulated.map { factor in
          CDensitiesTable(
            table: numbers.pointer(at: factor.table), rowCount: factor.rowCount, columnCount: factor.columnCount,
            rows: indices.pointer(at: factor.rows), columns: indices.pointer(at: factor.columns))
        }
        let normals = continuous.map { factor in
          CDensitiesNormals(
            centres: numbers.pointer(at: factor.kernels),
            scales: numbers.pointer(at: factor.kernels + factor.kernelCount),
            logarithms: numbers.pointer(at: factor.kernels + 2 * factor.kernelCount),
            entries: indices.pointer(at: factor.entries), places: numbers.pointer(at: factor.places))
        }
        var pointers = [UnsafePointer<Double>?](repeating: nil, count: tables.count)
        var sums = [Double](repeating: 0, count: pointCount)
        loops.logSums(
          base, weights.count, tables, tables.count, normals, normals.count, &scratch, &pointers, &sums, pointCount)
        return sums.map { $0 + constant }
      }
    }
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same column go together.
  private func logSums(of only: Tabulated) -> [Double] {
    var shares = [Double](repeating: 0, count: only.columnCount)
    for (kernel, weight) in weights.enumerated() { shares[Int(indices[only.columns + kernel])] += weight }
    let sums = (0..<only.rowCount).map { row in
      (0..<only.columnCount).reduce(0) { sum, column in
        sum + shares[column] * Double.exp(numbers[only.table + row * only.columnCount + column])
      }
    }
    return (0..<pointCount).map { Double.log(sums[Int(indices[only.rows + $0])]) }
  }
}

extension UnsafeBufferPointer {
  /// The address of the element at a place, or of the end.
  fileprivate func pointer(at place: Int) -> UnsafePointer<Element>? { baseAddress.map { $0 + place } }
}
