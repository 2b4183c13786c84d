import CDensities
import RealModule
import TestSupport
import Testing

@testable import Samplers

@Suite("Loops over kernels")
struct DensityLoopsTests {
  /// The same bits, also where they are NaN.
  private func bits(_ numbers: [Double]) -> [UInt64] { numbers.map(\.bitPattern) }

  /// The sums over kernels with tables of one row, and with one continuous parameter where there are places.
  private func logSums(
    _ loops: CDensitiesLoops, base: [Double], tables: [(values: [Double], count: Int)], columns: [Int32],
    centres: [Double], scales: [Double], places: [Double], _ sums: inout [Double]
  ) {
    let logarithms = [Double](repeating: 0, count: centres.count)
    let entries = columns
    let rows = [Int32](repeating: 0, count: sums.count)
    let normalCount = places.isEmpty ? 0 : 1
    var scratch = [Double](repeating: 0, count: CDensitiesScratch(tables.count, normalCount, sums.count))
    var pointers = [UnsafePointer<Double>?](repeating: nil, count: tables.count)
    let numbers = tables.flatMap(\.values) + centres + scales + logarithms + places
    numbers.withUnsafeBufferPointer { numbers in
      columns.withUnsafeBufferPointer { columns in
        entries.withUnsafeBufferPointer { entries in
          rows.withUnsafeBufferPointer { rows in
            guard let start = numbers.baseAddress ?? UnsafePointer(bitPattern: 8) else { return }
            var first = start
            let factors = tables.map { table in
              defer { first += table.values.count }
              return CDensitiesTable(
                table: first, rowCount: 1, columnCount: table.count, rows: rows.baseAddress,
                columns: columns.baseAddress)
            }
            let normal = CDensitiesNormals(
              centres: first, scales: first + centres.count, logarithms: first + 2 * centres.count,
              entries: entries.baseAddress, places: first + 3 * centres.count)
            loops.logSums(
              base, base.count, factors, factors.count, [normal], normalCount, &scratch, &pointers, &sums, sums.count)
          }
        }
      }
    }
  }

  @Test("Every set of instructions gives the same bits")
  func sameBits() {
    var random = SplitMix64(seed: 11)
    let centres = (0..<1024).map { _ in random.uniform() * 4 - 1 }
    let widths = (0..<1024).map { _ in random.uniform() * random.uniform() + 1e-4 }
    var expected: [[UInt64]] = []
    for loops in DensityLoops.all {
      var (masses, base) = ([Double](repeating: 0, count: 1024), [Double](repeating: 0, count: 1024))
      var (scales, logarithms, shares, sums) = (base, base, base, [Double](repeating: 0, count: 16))
      loops.logarithms(widths, &logarithms, 1024)
      loops.intervalMasses(centres, widths, 0.25, 0.5, &masses, 1024)
      loops.normalizers(centres, widths, 0, 1, &base, &scales, 1024)
      loops.cellShares(centres, widths, masses, 0.25, 0.3, 12, &shares, 1024)
      // A count that fills neither blocks nor vectors.
      logSums(
        loops, base: Array(base.prefix(1003)), tables: [(masses, 1024)], columns: Array(0..<1003), centres: centres,
        scales: scales, places: (0..<16).map { Double($0) / 8 - 0.5 }, &sums)
      let found = [masses, base, scales, logarithms, shares, sums].map(bits)
      if expected.isEmpty { expected = found }
      #expect(found == expected)
    }
  }

  @Test("Logarithms and sums of exponentials agree with the library's")
  func elementary() {
    var random = SplitMix64(seed: 12)
    let loops = DensityLoops.best
    let numbers = (0..<4096).map { _ in Double.exp(random.uniform() * 1000 - 500) }
    var logarithms = numbers
    loops.logarithms(numbers, &logarithms, numbers.count)
    for (number, logarithm) in zip(numbers, logarithms) {
      #expect(abs(logarithm - Double.log(number)) <= 4e-16 * max(1, abs(Double.log(number))), "ln \(number)")
    }
    let base =
      (0..<2048).map { _ in random.uniform() * 30 - 700 } + [-1000, -.infinity] + [Double](repeating: -650, count: 6)
    var sum = [0.0]
    logSums(loops, base: base, tables: [], columns: [], centres: [], scales: [], places: [], &sum)
    let direct = Double.log(base.reduce(0) { $0 + Double.exp($1 + 650) }) - 650
    #expect(abs(sum[0] - direct) <= 1e-13 * abs(direct))
  }

  @Test("The share of a kernel in a cell is left out only where the cell is out of reach")
  func reach() {
    var random = SplitMix64(seed: 13)
    let centres = (0..<256).map { _ in random.uniform() }
    let widths = (0..<256).map { _ in 0.01 + 0.05 * random.uniform() }
    let loops = DensityLoops.best
    var (whole, masses, shares) = ([Double](repeating: 0, count: 256), [0.0], [0.0])
    (masses, shares) = (whole, whole)
    loops.intervalMasses(centres, widths, 0, 1, &whole, 256)
    loops.intervalMasses(centres, widths, 0.5, 0.6, &masses, 256)
    loops.cellShares(centres, widths, whole, 0.5, 0.6, 9, &shares, 256)
    for index in centres.indices {
      let distance = max(0.5 - centres[index], centres[index] - 0.6) / widths[index]
      let share = distance > 9 ? -Double.infinity : masses[index] - whole[index]
      #expect(shares[index] == share)
    }
    #expect(shares.contains(-.infinity) && shares.contains { $0 > -.infinity })
  }

  @Test("An interval without a mass that could be told from 0 has the least mass there is, not NaN")
  func narrowIntervals() {
    var masses = [Double](repeating: 0, count: 8)
    let places = [0, 1, -3, 40, -1e6, 1e-300, 8, -0.5]
    DensityLoops.best.logMasses(places, places, &masses, 8)
    for mass in masses { #expect(mass < -600 && !mass.isNaN) }
  }
}
