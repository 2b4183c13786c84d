import OrderedCollections
import RealModule
import SearchSpace
import Testing
import Trials

import TestSupport
@testable import Samplers

@Suite("TPE sampler")
struct TPESamplerTests {
  private let space: OrderedDictionary<String, Distribution>

  init() throws {
    space = [
      "a": .float(try FloatDistribution(low: -5, high: 10)),
      "b": .float(try FloatDistribution(low: 1e-5, high: 1, log: true)),
      "c": .float(try FloatDistribution(low: 0, high: 1, step: 0.1)), "d": .int(try IntDistribution(low: 1, high: 9)),
      "e": .int(try IntDistribution(low: -10, high: 90, step: 7)),
      "f": .int(try IntDistribution(low: 1, high: 1000, log: true)),
      "g": .categorical(try CategoricalDistribution(["x", "y", "z"])),
    ]
  }

  /// The internal values of one trial, as the engine asks for them.
  private func suggest(
    _ number: Int, space: OrderedDictionary<String, Distribution>, sampler: some Sampler, history: TrialHistory,
    seed: UInt64
  ) throws -> OrderedDictionary<String, Double> {
    let draw = Draw(seed: seed, number: number)
    var values = sampler.sampleRelative(sampler.relativeSpace(history), draw: draw, history: history)
    for (name, distribution) in space where values[name] == nil {
      values[name] = try sampler.sampleIndependent(name, distribution, draw: draw, history: history)
    }
    return values
  }

  /// The losses of a study.
  private func study(
    trials: Int, space: OrderedDictionary<String, Distribution>, sampler: some Sampler, seed: UInt64,
    each: (OrderedDictionary<String, Double>) -> Void = { _ in },
    objective: (OrderedDictionary<String, Double>) -> Double
  ) throws -> [Double] {
    var history = TrialHistory(directions: [.minimize])
    return try (0..<trials).map { number in
      let values = try suggest(number, space: space, sampler: sampler, history: history, seed: seed)
      each(values)
      var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
      for (name, distribution) in space {
        trial.parameters[name] = .init(distribution: distribution, value: values[name] ?? .nan)
      }
      trial.values = [objective(values)]
      history.update(trial)
      return trial.values[0]
    }
  }

  @Test("Draws stay in range for every kind of distribution", arguments: [true, false])
  func ranges(multivariate: Bool) throws {
    let sampler = try TPESampler(multivariate: multivariate)
    for seed in 0..<15 {
      _ = try study(
        trials: 60, space: space, sampler: sampler, seed: UInt64(seed),
        each: { values in
          for (name, distribution) in space {
            let value = values[name] ?? .nan
            #expect(distribution.contains(internal: value), "\(name) = \(value)")
          }
        },
        objective: { values in values.values.reduce(0) { $0 + ($1 * 12.9898).truncatingRemainder(dividingBy: 1) } })
    }
  }

  @Test("A range whose width is no number is drawn by chance, beside others that are not", arguments: [true, false])
  func widest(multivariate: Bool) throws {
    let wide = try FloatDistribution(low: -1.7e308, high: 1.7e308)
    var drawn: [Double] = []
    _ = try study(
      trials: 60, space: ["a": .float(try FloatDistribution(low: 0, high: 1)), "wide": .float(wide)],
      sampler: try TPESampler(multivariate: multivariate), seed: 1,
      each: { values in
        drawn.append(values["wide"] ?? .nan)
        #expect(wide.contains(values["wide"] ?? .nan) && (0...1).contains(values["a"] ?? .nan), "\(values)")
      },
      objective: { $0["a"] ?? .nan })
    #expect(Set(drawn).count == 60 && drawn.contains { $0 < -1e308 } && drawn.contains { $0 > 1e308 })
  }

  @Test("The same seed draws the same study, another seed another one")
  func repeatability() throws {
    func losses(_ seed: UInt64) throws -> [Double] {
      try study(trials: 40, space: space, sampler: TPESampler(), seed: seed) { $0.values.reduce(0) { $0 + $1 * $1 } }
    }
    #expect(try losses(1) == losses(1))
    #expect(try losses(1) != losses(2))
  }

  @Test("A suggestion does not depend on the order in which trials finished")
  func arrivalOrder() throws {
    let sampler = TPESampler()
    for index in 0..<40 {
      let random = try RandomHistory(case: index)
      var ascending = TrialHistory(directions: random.directions)
      for trial in random.trials { ascending.update(trial) }
      let asked = try OrderedDictionary(
        uniqueKeysWithValues: random.parameters.map { ($0.name, try $0.distribution(wide: false)) })
      let first = try suggest(999, space: asked, sampler: sampler, history: ascending, seed: 3)
      #expect(try suggest(999, space: asked, sampler: sampler, history: random.history(), seed: 3) == first)
    }
  }

  @Test("Candidates are drawn as the density says", arguments: [true, false])
  func drawsMatchDensity(isBelow: Bool) throws {
    var history = TrialHistory(directions: [.minimize])
    var random = SplitMix64(seed: 12)
    for number in 0..<40 {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      for (name, distribution) in space {
        let value = distribution.value(atQuantile: random.uniform() * random.uniform())
        trial.parameters[name] = .init(distribution: distribution, value: value)
      }
      trial.values = [random.uniform()]
      history.update(trial)
    }
    let count = 40_000
    for (name, distribution) in space {
      let pair = TPESampler().estimators(for: [name: distribution], history: history, number: 1000)
      let estimator = isBelow ? pair.below : pair.above
      var generator = Draw(seed: 1, number: 1).generator(for: name)
      let draws = estimator.sample(count: count, using: &generator)[0]
      if let points = distribution.gridValues(limit: 100) {
        let values = try points.map(distribution.internal)
        let shares = estimator.logDensities(at: [values]).map(Double.exp)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-9, "the shares of \(name)")
        let counts = values.map { value in draws.count { abs($0 - value) < 1e-6 } }
        #expect(counts.reduce(0, +) == count)
        let limit = Double(values.count) + 5 * (2 * Double(values.count)).squareRoot()
        #expect(chiSquare(counts, shares: shares) < limit, "\(name)")
      } else if let range = NumericRange(distribution) {
        // Bins on the scale of the range, with the density integrated by the midpoint rule.
        let (bins, parts) = (12, 400)
        let width = range.width / Double(bins * parts)
        let places = (0..<(bins * parts)).map { range.low + (Double($0) + 0.5) * width }
        let densities = estimator.logDensities(at: [places.map { range.isLogarithmic ? Double.exp($0) : $0 }])
        var shares = [Double](repeating: 0, count: bins)
        if case .int = distribution {
          // The masses of the cells, each at its place.
          shares = [Double](repeating: 0, count: bins)
          let values = (1...1000).map(Double.init)
          for (value, density) in zip(values, estimator.logDensities(at: [values])) {
            shares[bin(of: value, range: range, count: bins)] += Double.exp(density)
          }
        } else {
          for (index, density) in densities.enumerated() { shares[index / parts] += Double.exp(density) * width }
        }
        #expect(abs(shares.reduce(0, +) - 1) < 1e-5, "the density of \(name)")
        var counts = [Int](repeating: 0, count: bins)
        for draw in draws { counts[bin(of: draw, range: range, count: bins)] += 1 }
        #expect(chiSquare(counts, shares: shares) < 31.3, "\(name), 11 degrees of freedom, one in a thousand")
      }
    }
  }

  private func bin(of value: Double, range: NumericRange, count: Int) -> Int {
    min(Int((range.place(of: value) - range.low) / range.width * Double(count)), count - 1)
  }

  @Test("Pruned trials without a report come behind those that reported anything, even NaN or infinity")
  func prunedWithoutReport() throws {
    for value in [Double.nan, .infinity, 5] {
      var history = TrialHistory(directions: [.minimize])
      for number in 0..<10 {
        var trial = FrozenTrial(id: 0, number: number, state: .pruned)
        if number == 7 { trial.intermediateValues = [.init(step: 0, value: value)] }
        history.update(trial)
      }
      #expect(TPESplit.of(history).below == [7])
    }
  }

  @Test("The good part grows by a tenth, rounded up, to 25 with one objective and without a limit with several")
  func belowCount() {
    #expect(
      [0, 1, 10, 11, 20, 21, 249, 251, 1000].map { TPESplit.belowCount(of: $0, objectives: 1) }
        == [0, 1, 1, 2, 2, 3, 25, 25, 25])
    #expect([10, 251, 1000].map { TPESplit.belowCount(of: $0, objectives: 2) } == [1, 26, 100])
  }

  @Test("A joint density is a density")
  func jointDensity() throws {
    let random = try RandomHistory(case: 3)
    let joint: OrderedDictionary<String, Distribution> = [
      "c": .categorical(try CategoricalDistribution(["x", "y", "z"])), "i": .int(try IntDistribution(low: 1, high: 6)),
      "s": .float(try FloatDistribution(low: 0, high: 1, step: 0.25)),
    ]
    var history = TrialHistory(directions: [.minimize])
    var generator = SplitMix64(seed: random.points)
    for number in 0..<30 {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      for (name, distribution) in joint {
        trial.parameters[name] = .init(
          distribution: distribution, value: distribution.value(atQuantile: generator.uniform()))
      }
      trial.values = [generator.uniform()]
      history.update(trial)
    }
    var points: [[Double]] = [[], [], []]
    for choice in 0..<3 {
      for number in 1...6 {
        for step in 0..<5 {
          points[0].append(Double(choice))
          points[1].append(Double(number))
          points[2].append(Double(step) * 0.25)
        }
      }
    }
    let pair = TPESampler().estimators(for: joint, history: history, number: 99)
    for estimator in [pair.below, pair.above] {
      #expect(abs(estimator.logDensities(at: points).map(Double.exp).reduce(0, +) - 1) < 1e-12)
    }
  }

  @Test("TPE finds better points than random draws do", arguments: ["sphere", "valley", "mixed"])
  func quality(function: String) throws {
    let line = Distribution.float(try FloatDistribution(low: -5, high: 5))
    let (space, objective): (OrderedDictionary<String, Distribution>, (OrderedDictionary<String, Double>) -> Double) =
      switch function {
      case "sphere":
        (["x": line, "y": line, "z": line], { $0.values.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } })
      case "valley":
        (
          ["x": line, "y": line],
          { values in
            let (x, y) = (values["x"] ?? 0, values["y"] ?? 0)
            return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x)
          }
        )
      default:
        (
          self.space,
          { values in
            let rate = Double.log10(values["b"] ?? 1) + 3
            let units = Double.log((values["f"] ?? 1) / 60)
            return rate * rate + units * units + abs((values["d"] ?? 0) - 4) + (values["g"] == 1 ? 0 : 1)
              + abs(values["c"] ?? 0) + abs(values["a"] ?? 0) / 5
          }
        )
      }
    func median(_ sampler: some Sampler) throws -> Double {
      let bests = try (0..<15).map { seed in
        try study(trials: 60, space: space, sampler: sampler, seed: UInt64(seed), objective: objective).min() ?? .nan
      }
      return bests.sorted()[7]
    }
    let (tpe, random) = (try median(TPESampler()), try median(RandomSampler()))
    #expect(tpe < random, "TPE \(tpe), random \(random)")
  }

  @Test("Two running trials keep a third one away from their point")
  func constantLiar() throws {
    let one: OrderedDictionary = ["x": Distribution.float(try FloatDistribution(low: 0, high: 1))]
    var history = TrialHistory(directions: [.minimize])
    for number in 0..<20 {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      let value = (Double(number) + 0.5) / 20
      trial.parameters["x"] = .init(distribution: one["x"]!, value: value)
      trial.values = [abs(value - 0.4)]
      history.update(trial)
    }
    func density(_ sampler: TPESampler) throws -> Double {
      sampler.estimators(for: one, history: history, number: 21).above.logDensities(at: [[0.4]])[0]
    }
    let (liar, honest) = (TPESampler(), try TPESampler(constantLiar: false))
    let before = try density(liar)
    #expect(try before == density(honest))
    for number in [20, 21] {
      var trial = FrozenTrial(id: 0, number: number, state: .running)
      trial.systemAttributes = liar.relativeAttributes(for: ["x": 0.4], in: one)
      history.update(trial)
    }
    #expect(try density(honest) == before)
    #expect(try density(liar) > before)
  }

  @Test("Relative samples are announced in pieces and read back")
  func relativeAttributes() throws {
    let long = (0..<300).map { "parameter-\($0)-ü" }
    let many = OrderedDictionary(uniqueKeys: long, values: long.map { _ in space["a"]! })
    let sample = OrderedDictionary(uniqueKeys: long, values: long.indices.map { Double($0) / 7 })
    var trial = FrozenTrial(id: 0, number: 0, state: .running)
    trial.systemAttributes = TPESampler().relativeAttributes(for: sample, in: many)
    #expect(trial.systemAttributes.count > 3)
    #expect(trial.systemAttributes.values.allSatisfy { ($0.stringValue?.utf8.count ?? 0) <= 2045 })
    #expect(trial.jointSample.compactMapValues(\.json.doubleValue) == sample)
    trial.systemAttributes["tpe:relative_params:1"] = nil
    #expect(trial.jointSample.isEmpty)
    #expect(try TPESampler(constantLiar: false).relativeAttributes(for: sample, in: many).isEmpty)
  }

  @Test("Options outside their ranges are refused")
  func options() {
    #expect(throws: SamplerError.self) { try TPESampler(startupTrials: -1) }
    #expect(throws: SamplerError.self) { try TPESampler(candidates: 0) }
  }
}
