import CDensities
import RealModule

/// The densities of the kernels of a mixture at some points, gathered parameter by parameter as logarithms in the form
/// in which their sums are cheapest.
struct KernelFactors: ~Copyable {
  private let weights: ArenaArray<Double>
  /// How many points there are, and with others behind them that fill whole vectors.
  private let pointCount: Int
  private let paddedPointCount: Int
  /// How much greater than the prior's the density of another kernel may be at most, as a logarithm.
  private let excess: Double
  private var constant = 0.0
  /// What each kernel is multiplied by.
  private let logarithms: ArenaArray<Double>
  /// The continuous parameters: those of each kernel together, where the points lie in each, how many parameters there
  /// are, and how many have been entered.
  private let normals: ArenaArray<CDensitiesNormal>
  private let places: ArenaArray<Double>
  private let normalCount: Int
  private var nextNormal = 0
  /// What a continuous parameter is computed in before it is entered.
  private let divisors: ArenaArray<Double>
  private let scales: ArenaArray<Double>
  /// The parameters with few distinct values: the table, the rows of each kernel together, how many parameters there are,
  /// and how many of them and of the table's rows have been entered.
  private let table: ArenaArray<Double>
  private let rows: ArenaArray<Int32>
  private let tableCount: Int
  private var nextTable = 0
  private var rowCount = 0
  private let loops: CDensitiesLoops

  private var arena: KernelArena { weights.arena }

  /// - Parameters:
  ///   - weights: Above 0, one a kernel; the prior's is the last.
  ///   - dimensions: Of the kernels, by each of which they are going to be multiplied once.
  init(
    weights: ArenaArray<Double>, dimensions: [ParzenEstimator.Dimension], pointCount: Int,
    loops: CDensitiesLoops = DensityLoops.best
  ) {
    self.weights = weights
    self.pointCount = pointCount
    paddedPointCount = DensityLoops.padded(pointCount)
    self.loops = loops
    let heaviest = weights.max() ?? 1
    var excess = Double.log(heaviest / (weights.last ?? heaviest))
    var (rowCount, tableCount) = (0, 0)
    for dimension in dimensions {
      switch dimension {
      case .numeric(let kernels):
        // A kernel is at least a hundredth of the range wide, and more than a third of it lies within where its centre
        // does; the prior's density falls to e^(−1/8) of its greatest.
        excess += kernels.areCentred ? 6 : .infinity
        guard kernels.range.step != nil else { continue }
        rowCount += kernels.centres.count
      case .categorical(let kernels):
        excess += Double.log(Double(kernels.choiceCount))
        rowCount += kernels.choiceCount + 1
      }
      tableCount += 1
    }
    self.excess = excess
    self.tableCount = tableCount
    normalCount = dimensions.count - tableCount
    let arena = weights.arena
    table = arena.array(rowCount * paddedPointCount)
    rows = arena.array(weights.count * tableCount)
    normals = arena.array(weights.count * normalCount)
    places = arena.array(normalCount * paddedPointCount)
    divisors = arena.array(normalCount > 0 ? weights.count : 0)
    scales = arena.array(normalCount > 0 ? weights.count : 0)
    logarithms = arena.array(weights, filler: 1)
    loops.logarithms(logarithms.start, logarithms.start, DensityLoops.padded(weights.count))
  }

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, places: [Double]) {
    precondition(
      nextNormal < normalCount && places.count == pointCount && kernels.centres.count == weights.count
        && kernels.entries.count == weights.count, "there are other dimensions than expected")
    let range = kernels.range
    loops.normalizers(
      kernels.centres.start, kernels.widths.start, range.low, range.high, divisors.start, scales.start,
      DensityLoops.padded(weights.count))
    constant += Gaussian.logDensityAtZero
    CDensitiesEnterNormals(
      kernels.centres.start, scales.start, divisors.start, kernels.entries.start, weights.count,
      normals.start + nextNormal, normalCount, logarithms.start)
    let column = self.places.start + nextNormal * paddedPointCount
    for point in 0..<paddedPointCount { column[point] = point < pointCount ? places[point] : range.low }
    nextNormal += 1
  }

  /// Multiplies by the masses of the cells of a stepped range: ln(Φ(right) − Φ(left)) − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, edges: [Double], lower: [Int32], cellOfPoint: [Int32]) {
    let (range, count) = (kernels.range, DensityLoops.padded(kernels.centres.count))
    // At most as far as a kernel matters beside the prior's; 40 is where a term is too small to change a sum.
    let reach = (2 * (40 + excess)).squareRoot()
    let (whole, shares): (ArenaArray<Double>, ArenaArray<Double>) = (
      arena.array(count), arena.array(count * lower.count)
    )
    let (centres, widths) = (kernels.centres.start, kernels.widths.start)
    loops.intervalMasses(centres, widths, range.low, range.high, whole.start, count)
    loops.cellShares(centres, widths, whole.start, edges, lower, lower.count, reach, shares.start, count)
    tabulate(
      shares, stride: count, kernelCount: kernels.centres.count, rowOfPoint: cellOfPoint, entries: kernels.entries)
  }

  /// Multiplies by the probabilities of choices.
  mutating func multiply(_ kernels: CategoricalKernels, choices: [Double], choiceOfPoint: [Int32]) {
    let kernelCount = kernels.choiceCount + 1
    let probabilities: ArenaArray<Double> = arena.array(choices.count * kernelCount)
    let logarithms = kernels.logProbabilities
    for (row, choice) in choices.enumerated() {
      for observed in 0..<kernelCount {
        probabilities[row * kernelCount + observed] =
          observed == kernels.choiceCount
          ? logarithms.ofPrior : observed == Int(choice) ? logarithms.ofObserved : logarithms.ofOther
      }
    }
    tabulate(
      probabilities, stride: kernelCount, kernelCount: kernelCount, rowOfPoint: choiceOfPoint,
      entries: kernels.observed)
  }

  /// Adds rows to the table from logarithms by distinct value of the points and distinct kernel: binary ones, a row for each
  /// distinct kernel, a column for each point.
  private mutating func tabulate(
    _ shares: ArenaArray<Double>, stride: Int, kernelCount: Int, rowOfPoint: [Int32], entries: ArenaArray<Int32>
  ) {
    precondition(
      nextTable < tableCount && (rowCount + kernelCount) * paddedPointCount <= table.count
        && entries.count == weights.count, "there are other dimensions than expected")
    CDensitiesSpread(
      shares.start, kernelCount, stride, rowOfPoint, table.start + rowCount * paddedPointCount, paddedPointCount)
    CDensitiesEnterRows(entries.start, weights.count, Int32(rowCount), rows.start + nextTable, tableCount)
    rowCount += kernelCount
    nextTable += 1
  }

  /// The logarithm of the sum over kernels at each point.
  func logSums() -> [Double] {
    precondition(nextTable == tableCount && nextNormal == normalCount, "there are fewer dimensions than expected")
    return normalCount == 0 && tableCount == 1
      ? logSumsByRow() : logSums(of: weights.count, logarithms: logarithms, rows: rows)
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same row go together.
  private func logSumsByRow() -> [Double] {
    var shares = [Double](repeating: 0, count: rowCount)
    for (row, weight) in zip(rows, weights) { shares[Int(row)] += weight }
    let present = shares.indices.filter { shares[$0] > 0 }
    let presentRows: ArenaArray<Int32> = arena.array(present.count)
    for (place, row) in present.enumerated() { presentRows[place] = Int32(row) }
    let logarithms = arena.array(present.map { shares[$0] }, filler: 1)
    loops.logarithms(logarithms.start, logarithms.start, DensityLoops.padded(present.count))
    return logSums(of: present.count, logarithms: logarithms, rows: presentRows)
  }

  private func logSums(of count: Int, logarithms: ArenaArray<Double>, rows: ArenaArray<Int32>) -> [Double] {
    precondition(count > 0, "a mixture has a kernel")
    var kernels = CDensitiesKernels(
      logarithms: logarithms.start, table: table.start, rows: rows.start, tableCount: tableCount,
      normals: normals.start, normalCount: normalCount, places: places.start)
    var sums = [Double](repeating: 0, count: paddedPointCount)
    withExtendedLifetime(arena) { loops.logSums(&kernels, count, &sums, paddedPointCount) }
    sums.removeLast(paddedPointCount - pointCount)
    for point in sums.indices { sums[point] += constant }
    return sums
  }
}
