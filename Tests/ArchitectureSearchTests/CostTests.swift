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

  @Test("A survey draws until an architecture keeps the limits, and tells why none does")
  func survey() throws {
    func survey(_ limits: CostLimits, attempts: Int = 300) throws -> SpaceSurvey {
      try SpaceSurvey(
        of: PerceptronSpace(), featureShape: [64], outputWidth: 10, limits: limits, attempts: attempts, seed: 1)
    }
    let any = try survey(CostLimits())
    #expect(any.drawn == 1 && any.isFitting)
    // The smallest of all networks is found late.
    let least = try #require(try survey(CostLimits([CostLimit(.flash, most: 1)])).ranges[.flash]?.lowerBound)
    let few = try survey(CostLimits([CostLimit(.flash, most: least)]))
    #expect(few.drawn > 10 && few.drawn <= 300 && few.isFitting)
    let impossible = CostLimits([CostLimit(.flash, most: 100)])
    let none = try survey(impossible)
    #expect(none.drawn == 300 && !none.isFitting && none.reason(of: impossible).contains("flash is at least"))
  }

  @Test("The latency of an architecture is measured once")
  func latencyOnce() throws {
    let architecture = try PerceptronSpace().architecture(
      Genome(["layer/count": 1, "layer1/units": 16]), featureShape: [4], outputWidth: 2)
    var costs = MeasuredCosts(of: architecture)
    let limits = CostLimits([CostLimit(.latency, most: 100)])
    #expect(costs.latency == nil)
    #expect(try limits.broken(by: &costs) == nil)
    let measured = try #require(costs.latency)
    #expect(try costs.value(of: .latency) == measured && costs.value(of: .flash) == 240)
    // What was measured before is not measured again.
    var kept = MeasuredCosts(of: architecture, latency: 1000)
    #expect(try limits.broken(by: &kept)?.value == 1000)
  }

  @Test("A limit beyond all numbers or below one is refused, and none crashes as it is written")
  func extremeLimits() {
    for text in ["flash=1e300", "flash=1e16", "flash=0.5", "ram=0.0001kB", "macs=1e305G", "latency=1e300s"] {
      let error = #expect(throws: ArchitectureError.self, "\(text)") { try CostLimit(parsing: text) }
      #expect(error?.code == .invalidLimit)
    }
    for number in [1e300, 0.5, .infinity, -1, .nan] as [Double] {
      for cost in ArchitectureCost.allCases {
        #expect(!CostLimit(cost, most: number).description.isEmpty && !cost.text(number).isEmpty)
      }
    }
    #expect(CostLimit(.flash, most: 1.5).description == "flash=1.5")
    #expect((try? CostLimit(parsing: "flash=1.5")) == CostLimit(.flash, most: 1.5))
  }

  @Test("Amounts are written with three digits and a unit")
  func texts() {
    #expect(ArchitectureCost.flash.text(15_360) == "15.4 kB")
    #expect(ArchitectureCost.flash.text(999) == "999 B")
    #expect(ArchitectureCost.macs.text(2e6) == "2 M")
    #expect(ArchitectureCost.latency.text(8.5e-5) == "85 µs")
  }
}
