import CDensities
import RealModule

/// The densities of the kernels of a mixture at some points, gathered parameter by parameter as logarithms in the form
/// in which their sums are cheapest.
struct KernelFactors {
  private let weights: ArenaArray<Double>
  /// How many points there are, and with others behind them that fill whole vectors.
  private let pointCount: Int
  private let paddedPointCount: Int
  /// How much greater than the prior's the density of another kernel may be at most, as a logarithm.
  private let excess: Double
  private var constant = 0.0
  /// The continuous parameters.
  private var normals: [CDensitiesNormals] = []
  /// The parameters with few distinct values, and how many distinct kernels each has.
  private var tables: [(table: CDensitiesTable, rowCount: Int)] = []
  /// Where the tables and all else lie.
  private let arena: KernelArena
  private let loops: CDensitiesLoops

  /// - Parameters:
  ///   - weights: Above 0, one a kernel; the prior's is the last.
  ///   - dimensions: Of the kernels, by which they are going to be multiplied.
  init(
    weights: ArenaArray<Double>, dimensions: [ParzenEstimator.Dimension], pointCount: Int,
    loops: CDensitiesLoops = DensityLoops.best
  ) {
    self.weights = weights
    arena = weights.arena
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

  /// Multiplies by truncated normal densities: ln φ(z) − ln σ − ln(Φ(b) − Φ(a)).
  mutating func multiply(_ kernels: NumericKernels, places: [Double]) {
    let (range, count) = (kernels.range, kernels.centres.count)
    let (logarithms, scales): (ArenaArray<Double>, ArenaArray<Double>) = (arena.array(count), arena.array(count))
    loops.normalizers(
      kernels.centres.start, kernels.widths.start, range.low, range.high, logarithms.start, scales.start,
      DensityLoops.padded(count))
    constant += Gaussian.logDensityAtZero
    normals.append(
      CDensitiesNormals(
        centres: kernels.centres.start, scales: scales.start, logarithms: logarithms.start,
        entries: kernels.entries.start, places: arena.array(places, filler: range.low).start))
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

  /// Adds a table from logarithms by distinct value of the points and distinct kernel: binary ones, a row for each distinct
  /// kernel, a column for each point.
  private mutating func tabulate(
    _ rows: ArenaArray<Double>, stride: Int, kernelCount: Int, rowOfPoint: [Int32], entries: ArenaArray<Int32>
  ) {
    let table: ArenaArray<Double> = arena.array(kernelCount * paddedPointCount)
    CDensitiesSpread(rows.start, kernelCount, stride, rowOfPoint, table.start, paddedPointCount)
    tables.append((CDensitiesTable(table: table.start, entries: entries.start), kernelCount))
  }

  /// The logarithm of the sum over kernels at each point.
  func logSums() -> [Double] {
    if normals.isEmpty, tables.count == 1 { return logSums(of: tables[0]) }
    return logSums(of: weights.count, base: logarithms(of: weights), tables: tables.map(\.table))
  }

  /// The sums where there is one parameter with few distinct values: kernels in the same row go together.
  private func logSums(of only: (table: CDensitiesTable, rowCount: Int)) -> [Double] {
    var shares = [Double](repeating: 0, count: only.rowCount)
    for (kernel, weight) in weights.enumerated() { shares[Int(only.table.entries[kernel])] += weight }
    let kernels = shares.indices.filter { shares[$0] > 0 }
    let entries: ArenaArray<Int32> = arena.array(kernels.count)
    for (place, kernel) in kernels.enumerated() { entries[place] = Int32(kernel) }
    return logSums(
      of: kernels.count, base: logarithms(of: kernels.map { shares[$0] }),
      tables: [CDensitiesTable(table: only.table.table, entries: entries.start)])
  }

  private func logarithms(of weights: some Collection<Double>) -> ArenaArray<Double> {
    let logarithms = arena.array(weights, filler: 1)
    loops.logarithms(logarithms.start, logarithms.start, DensityLoops.padded(logarithms.count))
    return logarithms
  }

  private func logSums(of kernelCount: Int, base: ArenaArray<Double>, tables: [CDensitiesTable]) -> [Double] {
    var sums = [Double](repeating: 0, count: paddedPointCount)
    withExtendedLifetime(arena) {
      loops.logSums(base.start, kernelCount, tables, tables.count, normals, normals.count, &sums, paddedPointCount)
    }
    sums.removeLast(paddedPointCount - pointCount)
    for point in sums.indices { sums[point] += constant }
    return sums
  }
}
