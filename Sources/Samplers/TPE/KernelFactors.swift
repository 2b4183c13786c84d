import CDensities
import RealModule

/// The densities of the kernels of a mixture at some points, gathered parameter by parameter as logarithms in the form
/// in which their sums are cheapest.
struct KernelFactors {
  /// A continuous parameter. Where its numbers begin.
  private struct Continuous {
    /// Centres, then scales, then logarithms of what they are divided by, of the distinct kernels.
    var kernels: Int
    /// How many numbers each of these are.
    var kernelCount: Int
    var places: Int
    var entries: Int
  }

  /// A parameter with few distinct values. Where its numbers begin.
  private struct Tabulated {
    /// Binary logarithms: a row for each distinct kernel, a column for each point.
    var table: Int
    var rowCount: Int
    var entries: Int
  }

  private let weights: [Double]
  /// How many points there are, and with others behind them that fill whole vectors.
  private let pointCount: Int
  private let paddedPointCount: Int
  /// How much greater than the prior's the density of another kernel may be at most, as a logarithm.
  private let excess: Double
  private var constant = 0.0
  private var continuous: [Continuous] = []
  private var tabulated: [Tabulated] = []
  private var buffers = FactorBuffers.take()
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
    paddedPointCount = DensityLoops.padded(pointCount)
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
  }

  /// Leaves the memory to the next density.
  func giveBack() { buffers.giveBack() }

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, places: [Double]) {
    let range = kernels.range
    let count = DensityLoops.padded(kernels.centres.count)
    let start = buffers.add(kernels.centres, filler: range.high)
    _ = buffers.add(kernels.widths, filler: range.width)
    _ = buffers.addNumbers(count)
    let loops = loops
    buffers.withNumbers(at: start) { centres in
      let (scales, logarithms) = (centres + count, centres + 2 * count)
      // Each width is read before its scale takes its place.
      loops.normalizers(centres, scales, range.low, range.high, logarithms, scales, count)
    }
    constant += Gaussian.logDensityAtZero
    continuous.append(
      Continuous(
        kernels: start, kernelCount: count, places: buffers.add(places, filler: range.low),
        entries: buffers.add(kernels.entries)))
  }

  /// Multiplies by the masses of the cells of a stepped range: ln(Φ(right) − Φ(left)) − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, edges: [Double], lower: [Int32], cellOfPoint: [Int32]) {
    let range = kernels.range
    let count = DensityLoops.padded(kernels.centres.count)
    // At most as far as a kernel matters beside the prior's; 40 is where a term is too small to change a sum.
    let reach = (2 * (40 + excess)).squareRoot()
    // Centres, widths and masses within the range of the distinct kernels, then their shares in each cell.
    let start = buffers.add(kernels.centres, filler: range.low)
    _ = buffers.add(kernels.widths, filler: range.width)
    _ = buffers.addNumbers(count * (1 + lower.count))
    let loops = loops
    buffers.withNumbers(at: start) { centres in
      let (widths, whole) = (centres + count, centres + 2 * count)
      loops.intervalMasses(centres, widths, range.low, range.high, whole, count)
      loops.cellShares(centres, widths, whole, edges, lower, lower.count, reach, whole + count, count)
    }
    tabulate(
      from: start + 3 * count, stride: count, kernelCount: kernels.centres.count, rowOfPoint: cellOfPoint,
      entries: kernels.entries)
  }

  /// Multiplies by the probabilities of choices.
  mutating func multiply(_ kernels: CategoricalKernels, choices: [Double], choiceOfPoint: [Int32]) {
    let kernelCount = kernels.choiceCount + 1
    let start = buffers.addNumbers(choices.count * kernelCount)
    let logarithms = kernels.logProbabilities
    buffers.withNumbers(at: start) { place in
      for (row, choice) in choices.enumerated() {
        for observed in 0..<kernelCount {
          place[row * kernelCount + observed] =
            observed == kernels.choiceCount
            ? logarithms.ofPrior : observed == Int(choice) ? logarithms.ofObserved : logarithms.ofOther
        }
      }
    }
    tabulate(
      from: start, stride: kernelCount, kernelCount: kernelCount, rowOfPoint: choiceOfPoint, entries: kernels.observed)
  }

  /// Adds a table from logarithms by distinct value of the points and distinct kernel.
  private mutating func tabulate(
    from rows: Int, stride: Int, kernelCount: Int, rowOfPoint: [Int32], entries: [Int32]
  ) {
    let table = buffers.addNumbers(kernelCount * paddedPointCount)
    let pointCount = paddedPointCount
    buffers.withNumbers(at: 0) { numbers in
      CDensitiesSpread(numbers + rows, kernelCount, stride, rowOfPoint, numbers + table, pointCount)
    }
    tabulated.append(Tabulated(table: table, rowCount: kernelCount, entries: buffers.add(entries)))
  }

  /// The logarithm of the sum over kernels at each point.
  mutating func logSums() -> [Double] {
    if continuous.isEmpty, tabulated.count == 1 { return logSums(of: tabulated[0]) }
    var base = weights.padded(with: 1)
    loops.logarithms(base, &base, base.count)
    let (numbers, indices) = (buffers.numbers, buffers.indices)
    return numbers.withUnsafeBufferPointer { numbers in
      indices.withUnsafeBufferPointer { indices in
        let tables = tabulated.map { factor in
          CDensitiesTable(table: numbers.pointer(at: factor.table), entries: indices.pointer(at: factor.entries))
        }
        let normals = continuous.map { factor in
          CDensitiesNormals(
            centres: numbers.pointer(at: factor.kernels),
            scales: numbers.pointer(at: factor.kernels + factor.kernelCount),
            logarithms: numbers.pointer(at: factor.kernels + 2 * factor.kernelCount),
            entries: indices.pointer(at: factor.entries), places: numbers.pointer(at: factor.places))
        }
        var sums = [Double](repeating: 0, count: paddedPointCount)
        loops.logSums(
          base, weights.count, tables, tables.count, normals, normals.count, &sums, paddedPointCount)
        return sums.prefix(pointCount).map { $0 + constant }
      }
    }
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same row go together.
  private func logSums(of only: Tabulated) -> [Double] {
    var shares = [Double](repeating: 0, count: only.rowCount)
    for (kernel, weight) in weights.enumerated() {
      shares[Int(buffers.indices[only.entries + kernel])] += weight
    }
    let kernels = shares.indices.filter { shares[$0] > 0 }
    var base = kernels.map { shares[$0] }.padded(with: 1)
    loops.logarithms(base, &base, base.count)
    let entries = kernels.map(Int32.init)
    var sums = [Double](repeating: 0, count: paddedPointCount)
    buffers.numbers.withUnsafeBufferPointer { numbers in
      entries.withUnsafeBufferPointer { entries in
        let table = CDensitiesTable(table: numbers.pointer(at: only.table), entries: entries.baseAddress)
        loops.logSums(base, kernels.count, [table], 1, nil, 0, &sums, paddedPointCount)
      }
    }
    return Array(sums.prefix(pointCount))
  }
}

extension UnsafeBufferPointer {
  /// The address of the element at a place, or of the end.
  fileprivate func pointer(at place: Int) -> UnsafePointer<Element>? { baseAddress.map { $0 + place } }
}
