import CDensities
import RealModule
import TestSupport
import Testing

@testable import Samplers

@Suite("Loops over kernels")
struct DensityLoopsTests {
  /// The same bits, also where they are NaN.
  private func bits(_ numbers: [Double]) -> [UInt64] { numbers.map(\.bitPattern) }

  @Test("Every set of instructions gives the same bits")
  func sameBits() {
    var random = SplitMix64(seed: 11)
    let centres = (0..<1024).map { _ in random.uniform() * 4 - 1 }
    let widths = (0..<1024).map { _ in random.uniform() * random.uniform() + 1e-4 }
    var expected: [[UInt64]] = []
    for loops in DensityLoops.all {
      var (masses, base) = ([Double](repeating: 0, count: 1024), [Double](repeating: 0, count: 1024))
      var (scales, logarithms, sums) = (base, base, [Double](repeating: 0, count: 16))
      loops.logarithms(widths, &logarithms, 1024)
      loops.intervalMasses(centres, widths, 0.25, 0.5, &masses, 1024)
      loops.normalizers(centres, widths, 0, 1, &base, &scales, 1024)
      masses.withUnsafeBufferPointer { row in
        centres.withUnsafeBufferPointer { centres in
          scales.withUnsafeBufferPointer { scales in
            loops.logSums(
              base, 1024, Array(repeating: row.baseAddress, count: 16), 1, [centres.baseAddress], [scales.baseAddress],
              (0..<16).map { Double($0) / 8 - 0.5 }, 1, &sums, 16)
          }
        }
      }
      let found = [masses, base, scales, logarithms, sums].map(bits)
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
    loops.logSums(base, base.count, [], 0, [], [], [], 0, &sum, 1)
    let direct = Double.log(base.reduce(0) { $0 + Double.exp($1 + 650) }) - 650
    #expect(abs(sum[0] - direct) <= 1e-13 * abs(direct))
  }

  @Test("An interval without a mass that could be told from 0 has the least mass there is, not NaN")
  func narrowIntervals() {
    var masses = [Double](repeating: 0, count: 8)
    let places = [0, 1, -3, 40, -1e6, 1e-300, 8, -0.5]
    DensityLoops.best.logMasses(places, places, &masses, 8)
    for mass in masses { #expect(mass < -600 && !mass.isNaN) }
  }
}
