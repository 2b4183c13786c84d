import Foundation
import TestSupport
import Testing

@testable import Training

/// Whole runs as PyTorch's schedulers go through them; `Fixtures/generate_schedules.py` writes the fixture.
@Suite("Learning rate schedules") struct LearningRateScheduleTests {
  struct Fixture: Decodable {
    let rate: Double
    let cases: [String: [Double]]
    let plateaus: [Plateau]

    struct Plateau: Decodable {
      let patience, cooldown: Int
      let mode: String
      let metrics, rates: [Double]
    }
  }

  static func fixture() throws -> Fixture {
    try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: TestSupport.Fixture.url("schedules.json")))
  }

  static let schedules: [(name: String, schedule: LearningRateSchedule, count: Int)] = [
    ("constant", .constant, 60),
    ("step", .init(.step(every: 7, factor: 0.4)), 60),
    ("exponential", .init(.exponential(factor: 0.93)), 60),
    ("cosine", .init(.cosine(minimum: 0.002)), 60),
    ("warmRestarts", .init(.warmRestarts(period: 6, multiplier: 2, minimum: 0.001)), 60),
    ("restarts", .init(.warmRestarts(period: 9, multiplier: 1, minimum: 0)), 60),
    ("oneCycle", .init(.oneCycle(rise: 0.3, divisor: 25, finalDivisor: 1e4)), 61),
    ("warmed cosine", .init(.cosine(minimum: 0.002), warmup: 0.2), 60),
    ("warmed constant", .init(.constant, warmup: 0.2), 60),
    ("warmed step", .init(.step(every: 7, factor: 0.4), warmup: 0.2), 60),
    ("warmed exponential", .init(.exponential(factor: 0.93), warmup: 0.2), 60),
  ]

  @Test("follow PyTorch's over a whole run", arguments: schedules.indices)
  func rates(_ index: Int) throws {
    let fixture = try Self.fixture()
    let (name, schedule, count) = Self.schedules[index]
    let expected = try #require(fixture.cases[name])
    #expect(expected.count == 60)
    for (i, rate) in expected.enumerated() {
      let own = schedule.rate(at: i, of: count, base: fixture.rate)
      #expect(abs(own - rate) <= 1e-12, "\(name) at \(i)")
    }
  }

  @Test("go down where a metric stands still as PyTorch's do") func plateaus() throws {
    let fixture = try Self.fixture()
    #expect(fixture.plateaus.count == 4)
    for plateau in fixture.plateaus {
      let reduction = PlateauReduction(
        factor: 0.5, patience: plateau.patience, cooldown: plateau.cooldown, minimum: 0.01)
      var state = PlateauReduction.State()
      var rate = fixture.rate
      for (epoch, (metric, expected)) in zip(plateau.metrics, plateau.rates).enumerated() {
        rate = reduction.rate(after: metric, isLowBetter: plateau.mode == "min", rate: rate, state: &state)
        #expect(abs(rate - expected) <= 1e-12, "\(plateau.mode), patience \(plateau.patience), epoch \(epoch)")
      }
      #expect(rate < fixture.rate)
    }
  }
}
