import CDensities
import RealModule
import TestSupport
import Testing

@testable import Samplers

@Suite("Loops over kernels")
struct DensityLoopsTests {
  /// The same bits, also where they are NaN.
  private func bits(_ numbers: [Double]) -> [UInt64] { numbers.map(\.bitPattern) }

  /// The sums over kernels with tables, of which each kernel has a row, and with the continuous parameters of each.
  private func logSums(
    _ loops: CDensitiesLoops, base: [Double], tables: [[Double]] = [], entries: [Int32] = [],
    normals: [CDensitiesNormal] = [], places: [Double] = [], _ sums: inout [Double]
  ) {
    var (rows, first): ([Int32], Int32) = ([], 0)
    let firstRows = tables.map { table in
      defer { first += Int32(table.count / sums.count) }
      return first
    }
    for kernel in base.indices { rows += firstRows.map { $0 + entries[kernel] } }
    tables.flatMap(\.self).withUnsafeBufferPointer { table in
      rows.withUnsafeBufferPointer { rows in
        normals.withUnsafeBufferPointer { normals in
          base.withUnsafeBufferPointer { base in
            places.withUnsafeBufferPointer { places in
              var kernels = CDensitiesKernels(
                logarithms: base.baseAddress, table: table.baseAddress, rows: rows.baseAddress,
                tableCount: tables.count, normals: normals.baseAddress, normalCount: normals.count / base.count,
                places: places.baseAddress)
              loops.logSums(&kernels, base.count, &sums, sums.count)
            }
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
      var (scales, logarithms, shares, sums) = (base, base, base, [Double](repeating: 0, count: 32))
      loops.logarithms(widths, &logarithms, 1024)
      loops.intervalMasses(centres, widths, 0.25, 0.5, &masses, 1024)
      loops.normalizers(centres, widths, 0, 1, &base, &scales, 1024)
      var far = [Double](repeating: 0, count: 3 * 1024)
      shares = far
      let (edges, lower) = ([0.25, 0.3, 0.35, 0.5, 0.7], [0, 1, 3] as [Int32])
      loops.cellShares(centres, widths, masses, edges, lower, 3, 12, &shares, 1024)
      loops.cellShares(centres, widths, masses, edges, lower, 3, .infinity, &far, 1024)
      var (powers, quantiles, draws) = (masses, masses, masses)
      loops.exponentials(masses, &powers, 1024)
      let inside = widths.map { $0 / 1.1 }
      loops.quantiles(inside, centres.map { $0 * 30 - 60 }, centres.map { $0 * 30 }, &quantiles, 1024)
      loops.draws(centres, widths, 0, 1, inside, &draws, 1024)
      // Counts that do not fill blocks of kernels, nor groups of points.
      let table = (0..<(1003 * 32)).map { Double($0 % 1009) / -64 }
      logSums(
        loops, base: Array(base.prefix(1003)), tables: [table], entries: Array(0..<1003),
        normals: zip(centres, scales).prefix(1003).map { CDensitiesNormal(centre: $0, scale: $1) },
        places: (0..<32).map { Double($0) / 8 - 0.5 }, &sums)
      let found = [masses, base, scales, logarithms, shares, far, powers, quantiles, draws, sums].map(bits)
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
    var sums = [Double](repeating: 0, count: 8)
    logSums(loops, base: base, &sums)
    let direct = Double.log(base.reduce(0) { $0 + Double.exp($1 + 650) }) - 650
    for sum in sums { #expect(abs(sum - direct) <= 1e-13 * abs(direct)) }
  }

  @Test("Kernels that are left out beside a wide one change no sum")
  func distantKernels() {
    var random = SplitMix64(seed: 15)
    // Narrow kernels, of which most are far from all points, and a wide one as the last.
    let count = 700
    let centres = (0..<count).map { $0 == count - 1 ? 0.5 : random.uniform() }
    let scales = (0..<count).map { $0 == count - 1 ? 0.85 : 50 + 100 * random.uniform() }
    let base = (0..<count).map { _ in random.uniform() * 3 - 8 }
    for loops in DensityLoops.all {
      for (points, low) in [(8, 0.3), (24, 0.3), (40, -4)] {
        let places = (0..<points).map { low + 0.1 * Double($0) / Double(points) }
        let table = (0..<(count * points)).map { Double($0 % 997) / -80 }
        var sums = [Double](repeating: 0, count: points)
        logSums(
          loops, base: base, tables: [table, table], entries: (0..<count).map(Int32.init),
          normals: zip(centres, scales).map { CDensitiesNormal(centre: $0, scale: $1) }, places: places, &sums)
        for (point, sum) in sums.enumerated() {
          let terms = (0..<count).map { kernel in
            let distance = (places[point] - centres[kernel]) * scales[kernel]
            return base[kernel] + (2 * table[kernel * points + point] - distance * distance) * Double.log(2)
          }
          let greatest = terms.max() ?? 0
          let direct = greatest + Double.log(terms.reduce(0) { $0 + Double.exp($1 - greatest) })
          #expect(abs(sum - direct) <= 1e-13 * max(1, abs(direct)), "point \(point) of \(points)")
        }
      }
    }
  }

  @Test("Sums of any number of kernels, of two continuous parameters, some of which leave kernels out")
  func countsOfKernels() {
    var random = SplitMix64(seed: 16)
    let points = 32
    for loops in DensityLoops.all {
      for count in [1, 2, 63, 64, 65, 66, 129, 200] {
        let base = (0..<count).map { _ in random.uniform() * 4 - 8 }
        let normals = (0..<(2 * count)).map { _ in
          CDensitiesNormal(centre: random.uniform(), scale: 1 + 40 * random.uniform())
        }
        let places = (0..<(2 * points)).map { _ in random.uniform() }
        // Every third point of every other kernel, the last one's among them, has no density, but that of the first.
        let table = (0..<(count * points)).map { element in
          let (kernel, point) = (element / points, element % points)
          return kernel > 0 && (count - kernel) % 2 == 1 && point % 3 == 0 ? -.infinity : -3 * random.uniform()
        }
        var sums = [Double](repeating: 0, count: points)
        logSums(
          loops, base: base, tables: [table], entries: (0..<count).map(Int32.init), normals: normals, places: places,
          &sums)
        for (point, sum) in sums.enumerated() {
          let terms = (0..<count).map { kernel in
            let exponents = (0..<2).map { parameter in
              let normal = normals[2 * kernel + parameter]
              let distance = (places[parameter * points + point] - normal.centre) * normal.scale
              return -distance * distance
            }
            return base[kernel] + (table[kernel * points + point] + exponents[0] + exponents[1]) * Double.log(2)
          }
          let greatest = terms.max() ?? 0
          let direct = greatest + Double.log(terms.reduce(0) { $0 + Double.exp($1 - greatest) })
          #expect(abs(sum - direct) <= 1e-13 * max(1, abs(direct)), "point \(point) of \(count) kernels")
        }
      }
    }
  }

  @Test("Exponentials agree with the library's, from 0 over the smallest numbers to infinity")
  func exponentials() {
    var random = SplitMix64(seed: 14)
    let exponents =
      (0..<4096).map { _ in random.uniform() * 1600 - 800 } + [-.infinity, .infinity, 0, -745, -708, 709.7, 1, -1]
    for loops in DensityLoops.all {
      var powers = exponents
      loops.exponentials(exponents, &powers, exponents.count)
      for (exponent, power) in zip(exponents, powers) {
        let expected = Double.exp(exponent)
        let tolerance = max(8e-16 * expected, .leastNonzeroMagnitude)
        #expect(power == expected || abs(power - expected) <= tolerance, "e^\(exponent)")
      }
    }
  }

  @Test("The share of a kernel in a cell is left out only where the cell is out of reach")
  func reach() {
    var random = SplitMix64(seed: 13)
    let centres = (0..<256).map { _ in random.uniform() }
    let widths = (0..<256).map { _ in 0.01 + 0.05 * random.uniform() }
    let loops = DensityLoops.best
    let count = centres.count
    var (whole, masses) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    // More cells than are taken together, of which some do not touch.
    let cells = (0..<50).map { $0 + $0 / 7 }
    let edges = (0..<58).map { Double($0) / 64 + 0.05 }
    var shares = [Double](repeating: 0, count: count * cells.count)
    loops.intervalMasses(centres, widths, 0, 1, &whole, count)
    loops.cellShares(centres, widths, whole, edges, cells.map(Int32.init), cells.count, 9, &shares, count)
    for (row, cell) in cells.enumerated() {
      let (low, high) = (edges[cell], edges[cell + 1])
      loops.intervalMasses(centres, widths, low, high, &masses, count)
      for index in 0..<count {
        let distance = max(low - centres[index], centres[index] - high) / widths[index]
        let (found, share) = (shares[row * count + index], masses[index] - whole[index])
        #expect(distance > 9 ? found == -.infinity : abs(found - share) <= 1e-12 * max(1, abs(share)))
      }
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
