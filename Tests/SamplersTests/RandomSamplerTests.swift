import RealModule
import SearchSpace
import Testing
import Trials

@testable import Samplers

@Suite("Random sampler")
struct RandomSamplerTests {
  private let history = TrialHistory(directions: [.minimize])

  private func draws(_ distribution: Distribution, count: Int = 20_000) throws -> [Double] {
    try (0..<count).map {
      try RandomSampler().sampleIndependent("x", distribution, draw: Draw(seed: 11, number: $0), history: history)
    }
  }

  @Test("The points of a stepped range are equally likely, the ends included")
  func steps() throws {
    let tenths = try draws(.float(FloatDistribution(low: -0.3, high: 0.7, step: 0.1)))
    var counts = [Int](repeating: 0, count: 11)
    for value in tenths { counts[Int(((value + 0.3) / 0.1).rounded())] += 1 }
    #expect(chiSquare(counts) < 29.6, "10 degrees of freedom, one in a thousand")
    let sevens = try draws(.int(IntDistribution(low: -5, high: 30, step: 7)))
    #expect(Set(sevens) == [-5, 2, 9, 16, 23, 30])
    #expect(chiSquare([-5, 2, 9, 16, 23, 30].map { point in sevens.count { $0 == point } }) < 20.5)
  }

  @Test("Choices are equally likely")
  func choices() throws {
    let draws = try draws(.categorical(CategoricalDistribution(["a", "b", "c"])))
    #expect(chiSquare((0..<3).map { index in draws.count { $0 == Double(index) } }) < 13.8)
  }

  @Test("Whole numbers on a logarithmic scale are as likely as their cells are wide")
  func logarithmicInts() throws {
    let draws = try draws(.int(IntDistribution(low: 1, high: 8, log: true)))
    let shares = (1...8).map { Double.log((Double($0) + 0.5) / (Double($0) - 0.5)) / Double.log(17) }
    #expect(chiSquare((1...8).map { point in draws.count { $0 == Double(point) } }, shares: shares) < 24.3)
  }

  @Test("Continuous ranges are even on their scale and exclude the upper end")
  func continuous() throws {
    let linear = try draws(.float(FloatDistribution(low: -2, high: 3)))
    #expect(chiSquare((0..<10).map { bin in linear.count { Int(($0 + 2) * 2) == bin } }) < 27.9)
    let scale = try draws(.float(FloatDistribution(low: 1e-5, high: 1, log: true)))
    #expect(chiSquare((0..<10).map { bin in scale.count { Int((Double.log10($0) + 5) * 2) == bin } }) < 27.9)
    #expect((linear + scale).allSatisfy { $0 < 3 })
    #expect(scale.allSatisfy { (1e-5..<1).contains($0) })
  }

  @Test("Quantiles next to 0 and 1 reach the ends of every kind of range and stay within")
  func edges() throws {
    let last = 1 - 0x1p-53
    for distribution in [
      Distribution.int(try IntDistribution(low: -3, high: 9, step: 3)),
      .int(try IntDistribution(low: 1, high: 9, log: true)),
      .float(try FloatDistribution(low: 0, high: 1, step: 0.1)),
      .float(try FloatDistribution(low: 1, high: 2, step: 0.3)),
      .categorical(try CategoricalDistribution(["a", "b", "c", "d"])),
    ] {
      let (low, high) = (distribution.value(atQuantile: 0), distribution.value(atQuantile: last))
      #expect(distribution.contains(internal: low) && distribution.contains(internal: high))
      switch distribution {
      case .int(let range): #expect(low == Double(range.low) && high == Double(range.high))
      case .float(let range): #expect(low == range.low && high == range.high)
      case .categorical(let range): #expect(low == 0 && high == Double(range.choices.count - 1))
      }
    }
    let all = Distribution.int(try IntDistribution(low: -(1 << 53), high: 1 << 53))
    #expect(all.contains(internal: all.value(atQuantile: 0)) && all.contains(internal: all.value(atQuantile: last)))
    let wide = Distribution.float(try FloatDistribution(low: -1.7e308, high: 1.7e308))
    #expect(wide.value(atQuantile: 0) == -1.7e308)
    #expect(wide.value(atQuantile: last) < 1.7e308)
    #expect(abs(wide.value(atQuantile: 0.5)) < 1e293)
    let scale = Distribution.float(try FloatDistribution(low: 1e-300, high: 1e300, log: true))
    #expect((1e-300..<1e300).contains(scale.value(atQuantile: last)))
  }

  @Test("The same trial gets the same value, whatever happened between")
  func repeatability() throws {
    let distribution = Distribution.float(try FloatDistribution(low: 0, high: 1))
    var later = history
    later.update(FrozenTrial(id: 0, number: 0, state: .failed))
    let draw = Draw(seed: 1, number: 5)
    let first = try RandomSampler().sampleIndependent("x", distribution, draw: draw, history: history)
    #expect(try RandomSampler().sampleIndependent("x", distribution, draw: draw, history: later) == first)
    #expect(try RandomSampler().sampleIndependent("y", distribution, draw: draw, history: history) != first)
  }
}
