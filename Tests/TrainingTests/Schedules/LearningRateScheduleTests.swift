import Execution
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
    let warmedPlateau: WarmedPlateau

    struct WarmedPlateau: Decodable {
      let warmup: Int
      let metrics, rates: [Double]
    }

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
    ("warmed warmRestarts", .init(.warmRestarts(period: 6, multiplier: 2, minimum: 0.001), warmup: 0.2), 60),
    ("warmed oneCycle", .init(.oneCycle(rise: 0.3, divisor: 25, finalDivisor: 1e4), warmup: 0.2), 60),
    ("short oneCycle", .init(.oneCycle(rise: 0.5, divisor: 25, finalDivisor: 1e4)), 7),
  ]

  @Test("follow PyTorch's over a whole run", arguments: schedules.indices)
  func rates(_ index: Int) throws {
    let fixture = try Self.fixture()
    let (name, schedule, count) = Self.schedules[index]
    let expected = try #require(fixture.cases[name])
    #expect(expected.count == count)
    for (i, rate) in expected.enumerated() {
      let own = schedule.rate(at: i, of: count, base: fixture.rate)
      #expect(abs(own - rate) <= 1e-12, "\(name) at \(i)")
    }
  }

  @Test("do not count the warm-up's epochs towards a plateau, as where PyTorch's schedulers follow each other")
  func warmedPlateau() throws {
    let fixture = try Self.fixture()
    let expected = fixture.warmedPlateau
    let count = expected.rates.count
    let schedule = LearningRateSchedule(.constant, warmup: Double(expected.warmup) / Double(count))
    let reduction = PlateauReduction(factor: 0.5, patience: 2, minimum: 0.01)
    var state = PlateauReduction.State()
    var base = fixture.rate
    for (index, (metric, rate)) in zip(expected.metrics, expected.rates).enumerated() {
      #expect(abs(schedule.rate(at: index, of: count, base: base) - rate) <= 1e-12, "epoch \(index)")
      if index + 1 <= schedule.warmupCount(of: count) { continue }
      base = reduction.rate(after: metric, isLowBetter: true, rate: base, state: &state)
    }
    #expect(base < fixture.rate)
  }

  @Test("do not count the warm-up's epochs in a training", arguments: [0.5, 0])
  func trainingInWarmup(warmup: Double) throws {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<200)).split(seed: 1).standardized()
    var options = TrainingOptions(optimizer: .gradientDescent(learningRate: 1e-6), batchSize: 32, epochs: 8, seed: 1)
    options.schedule = LearningRateSchedule(.constant, warmup: warmup)
    // Nothing is learned, so that each epoch that counts but the first one lowers the rate.
    options.plateau = PlateauReduction(factor: 0.5, patience: 0)
    let trainer = try Trainer(MultilayerPerceptron(hiddenUnits: []), data: data, options: options)
    var rates: [Double] = []
    _ = try trainer.train { _ in rates.append(trainer.progress.baseRate) }
    let counted = warmup == 0 ? 1 : 5
    #expect(rates.prefix(counted).allSatisfy { $0 == 1e-6 } && rates[counted...].allSatisfy { $0 < 1e-6 }, "\(rates)")
  }

  @Test(
    "with numbers that make no course are refused, and short cycles have finite rates",
    arguments: [
      LearningRateSchedule(.step(every: 0, factor: 0.1)), .init(.step(every: 3, factor: .nan)),
      .init(.exponential(factor: 0)), .init(.cosine(minimum: -1)),
      .init(.warmRestarts(period: 0, multiplier: 2, minimum: 0)),
      .init(.warmRestarts(period: 3, multiplier: 0, minimum: 0)),
      .init(.oneCycle(rise: 1.1, divisor: 25, finalDivisor: 1e4)),
      .init(.oneCycle(rise: 0.3, divisor: 0, finalDivisor: 1)),
      .init(.constant, warmup: 1), .init(.constant, warmup: 0.1, warmupStart: 0),
    ])
  func invalid(_ schedule: LearningRateSchedule) {
    var options = TrainingOptions()
    options.schedule = schedule
    let error = #expect(throws: TrainingError.self) { try options.validate() }
    #expect(error?.code == .invalidOption)
    options.schedule = .constant
    options.plateau = PlateauReduction(factor: 1)
    #expect(throws: TrainingError.self) { try options.validate() }
    for rise in [0, 0.3, 0.5, 1] {
      let cycle = LearningRateSchedule(.oneCycle(rise: rise, divisor: 25, finalDivisor: 1e4))
      for count in 1...7 {
        #expect((0..<count).allSatisfy { cycle.rate(at: $0, of: count, base: 1).isFinite }, "\(rise), \(count)")
      }
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
