import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing

@testable import ArchitectureSearch

@Suite("Costs and limits")
struct CostTests {
  @Test(
    "Limits are read with their units",
    arguments: [
      ("flash=64kB", ArchitectureCost.flash, 64_000), ("flash=64KiB", .flash, 65_536), ("ram=512", .ram, 512),
      ("macs=2M", .macs, 2e6), ("parameters=1.5k", .parameters, 1500), ("latency=1.5ms", .latency, 1.5e-3),
      ("ram=1 MB", .ram, 1e6),
    ])
  func reading(text: String, cost: ArchitectureCost, most: Double) throws {
    let limit = try CostLimit(parsing: text)
    #expect(limit.cost == cost && abs(limit.most - most) < 1e-12 * most)
    #expect(try CostLimit(parsing: limit.description) == limit)
  }

  @Test(
    "A limit that cannot be read is an error that helps",
    arguments: [
      ("flash", "flash=64kB"), ("flahs=64kB", "did you mean 'flash'"), ("flash=64kb", "kB"), ("flash=-3", "above 0"),
      ("macs=2kB", "the units"), ("ram=", "number"), ("ram=kB", "number"), ("latency=inf", "number"),
    ])
  func mistakes(text: String, hint: String) {
    let error = #expect(throws: ArchitectureError.self) { try CostLimit(parsing: text) }
    #expect(error?.code == .invalidLimit && error?.message.contains(hint) == true, "\(error?.message ?? "")")
  }

  @Test("A limit permits itself and nothing above, and the later one of two counts")
  func keeping() throws {
    let architecture = try PerceptronSpace().architecture(
      Genome(["layer/count": 1, "layer1/units": 16]), featureShape: [4], outputWidth: 2)
    // (4 + 1) · 16 + (16 + 1) · 2 numbers; 4 · 16 + 16 · 2 bytes of weights, and bias and scale of 4 bytes each.
    #expect(architecture.cost(.parameters) == 114)
    #expect(architecture.cost(.flash) == 240)
    #expect(architecture.cost(.macs) == 96)
    #expect(architecture.cost(.ram) == 20)
    #expect(try CostLimits([CostLimit(.flash, most: 240)]).broken(by: architecture) == nil)
    let broken = try CostLimits([CostLimit(.flash, most: 1e6), CostLimit(.flash, most: 239)]).broken(by: architecture)
    #expect(broken?.limit.cost == .flash && broken?.value == 240)
    #expect(try CostLimits([CostLimit(.latency, most: 1e-12)]).broken(by: architecture)?.limit.cost == .latency)
    #expect(try CostLimits([CostLimit(.latency, most: 100)]).broken(by: architecture) == nil)
  }

  @Test("A survey tells what share of a space keeps the limits, and why none does")
  func survey() throws {
    func survey(_ limits: CostLimits) throws -> SpaceSurvey {
      try SpaceSurvey(of: PerceptronSpace(), featureShape: [64], outputWidth: 10, limits: limits, count: 100, seed: 1)
    }
    let all = try survey(CostLimits())
    #expect(all.drawn == 100 && all.fitting == 100)
    let some = try survey(CostLimits([CostLimit(.flash, most: 8000)]))
    #expect((1..<100).contains(some.fitting))
    let impossible = CostLimits([CostLimit(.flash, most: 100)])
    let none = try survey(impossible)
    #expect(none.fitting == 0 && none.reason(of: impossible).contains("flash is at least"))
  }

  @Test("Amounts are written with three digits and a unit")
  func texts() {
    #expect(ArchitectureCost.flash.text(15_360) == "15.4 kB")
    #expect(ArchitectureCost.flash.text(999) == "999 B")
    #expect(ArchitectureCost.macs.text(2e6) == "2 M")
    #expect(ArchitectureCost.latency.text(8.5e-5) == "85 µs")
  }
}
