import OrderedCollections
import SearchSpace
import Testing
import Trials

@testable import Samplers

@Suite("Evolution and NSGA-II")
struct EvolutionTests {
  private let space: OrderedDictionary<String, Distribution>

  init() throws {
    space = [
      "a": .float(try FloatDistribution(low: -5, high: 10)),
      "b": .float(try FloatDistribution(low: 1e-5, high: 1, log: true)),
      "c": .float(try FloatDistribution(low: 0, high: 1, step: 0.1)), "d": .int(try IntDistribution(low: 1, high: 9)),
      "e": .int(try IntDistribution(low: -10, high: 990, step: 7)),
      "f": .int(try IntDistribution(low: 1, high: 1000, log: true)),
      "g": .categorical(try CategoricalDistribution(["x", "y", "z"])),
    ]
  }

  /// Runs trials of all parameters; `values` gives the objectives of a trial.
  @discardableResult
  private func study(
    _ sampler: some Sampler, trials: Int, directions: [StudyDirection] = [.minimize], seed: UInt64 = 1,
    constraint: (OrderedDictionary<String, Double>) -> Double? = { _ in nil },
    values: (OrderedDictionary<String, Double>) -> [Double]
  ) throws -> [FrozenTrial] {
    var history = TrialHistory(directions: directions)
    return try (0..<trials).map { number in
      let draw = Draw(seed: seed, number: number)
      let relative = sampler.relativeSpace(history)
      let joint = relative.isEmpty ? [:] : sampler.sampleRelative(relative, draw: draw, history: history)
      var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
      var drawn: OrderedDictionary<String, Double> = [:]
      for (name, distribution) in space {
        let value =
          try joint[name] ?? sampler.sampleIndependent(name, distribution, draw: draw, history: history)
        #expect(distribution.contains(internal: value), "\(name) = \(value)")
        drawn[name] = value
        trial.parameters[name] = .init(distribution: distribution, value: value)
      }
      trial.values = values(drawn)
      if let constraint = constraint(drawn) { trial.systemAttributes["constraints:c"] = .double(constraint) }
      history.update(trial)
      return trial
    }
  }

  private func distance(_ drawn: OrderedDictionary<String, Double>) -> Double {
    let a = ((drawn["a"] ?? 0) - 2) / 15
    let d = ((drawn["d"] ?? 0) - 3) / 8
    return a * a + d * d + (drawn["g"] == 1 ? 0 : 1)
  }

  @Test("After the first generation each trial differs from one of the population in a single parameter")
  func singleEdit() throws {
    let trials = try study(EvolutionSampler(population: 10, tournament: 3), trials: 60) { [distance($0)] }
    for child in trials.dropFirst(10) {
      let population = trials[(child.number - 10)..<child.number]
      let edits = population.map { parent in space.keys.count { parent.parameters[$0] != child.parameters[$0] } }
      #expect(edits.contains(1), "trial \(child.number) differs in \(edits)")
    }
  }

  @Test("A parent dies of age: trials before the population leave no children")
  func ageing() throws {
    // The best value is in the first generation and never again, so that its line ends with it.
    var count = 0
    let trials = try study(EvolutionSampler(population: 5, tournament: 5), trials: 40) { _ in
      count += 1
      return [Double(count)]
    }
    for child in trials.dropFirst(5) {
      let edits = trials[(child.number - 5)..<child.number].map { parent in
        space.keys.count { parent.parameters[$0] != child.parameters[$0] }
      }
      #expect(edits.contains(1))
    }
  }

  @Test("Both find more than random draws do", arguments: 0..<3)
  func progress(seed: UInt64) throws {
    func best(_ sampler: some Sampler) throws -> Double {
      try study(sampler, trials: 120, seed: seed) { [distance($0)] }.map { $0.values[0] }.min() ?? .infinity
    }
    let random = try best(RandomSampler())
    #expect(try best(EvolutionSampler()) < random)
    #expect(try best(NSGA2Sampler()) < random)
  }

  @Test("The same seed draws the same study, another seed another one")
  func repeatability() throws {
    func drawn(_ sampler: some Sampler, _ seed: UInt64) throws -> [FrozenTrial] {
      try study(sampler, trials: 50, seed: seed) { [distance($0)] }
    }
    #expect(try drawn(EvolutionSampler(), 1) == drawn(EvolutionSampler(), 1))
    #expect(try drawn(EvolutionSampler(), 1) != drawn(EvolutionSampler(), 2))
    #expect(try drawn(NSGA2Sampler(), 1) == drawn(NSGA2Sampler(), 1))
  }

  @Test("A neighbour is another value of the distribution, for every kind")
  func neighbours() throws {
    for (name, distribution) in space {
      var generator = Draw(seed: 3, number: 0).generator(for: name)
      for place in 0..<200 {
        let value = distribution.value(atQuantile: Double(place) / 200)
        let neighbour = distribution.neighbour(of: value, using: &generator)
        #expect(neighbour != value && distribution.contains(internal: neighbour), "\(name): \(value) -> \(neighbour)")
      }
    }
  }

  @Test("A parameter that only one parent has stays, those of both come from either")
  func crossover() {
    var (left, right) = (Genes(), Genes())
    left.values = ["a": 1, "b": 1, "c": 1]
    right.values = ["b": 2, "c": 2, "d": 2]
    var seen: Set<[Double]> = []
    for number in 0..<50 {
      var generator = Draw(seed: 1, number: number).generator(for: "test")
      let child = left.crossed(with: right, swapProbability: 0.5, using: &generator).values
      #expect(child["a"] == 1 && child["d"] == 2 && child.count == 4)
      seen.insert([child["b"] ?? 0, child["c"] ?? 0])
    }
    #expect(seen == [[1, 1], [1, 2], [2, 1], [2, 2]])
  }

  @Test("Crowding distances are those of the paper, and repeated points have no room")
  func crowding() {
    let points = [[0.0, 10], [2, 6], [5, 5], [10, 0], [2, 6]]
    let distances = RankedPopulation.crowdingDistances(of: points)
    #expect(distances[0] == .infinity && distances[3] == .infinity)
    // (5 - 0) / 10 + (10 - 5) / 10, and (10 - 2) / 10 + (6 - 0) / 10.
    #expect(abs(distances[1] - 1) < 1e-12 && abs(distances[2] - 1.4) < 1e-12)
    #expect(distances[4] == 0)
  }

  @Test("Feasible trials come before infeasible ones, those before worse infeasible ones")
  func constraints() throws {
    var history = TrialHistory(directions: [.minimize, .minimize])
    // Values, violation: the dominating ones are infeasible.
    for (number, (values, violation)) in [([0.0, 0.0], 2.0), ([1, 1], 0), ([2, 2], 0), ([0, 0], 1)].enumerated() {
      var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
      trial.values = values
      trial.systemAttributes["constraints:c"] = .double(violation)
      history.update(trial)
    }
    #expect(RankedPopulation.of(history, count: 4).members.map(\.row) == [1, 2, 3, 0])
    #expect(RankedPopulation.of(history, count: 2).members.map(\.row) == [1, 2])
  }

  @Test("Evolution serves one objective and says so")
  func objectives() throws {
    let error = #expect(throws: SamplerError.self) {
      try study(EvolutionSampler(), trials: 3, directions: [.minimize, .minimize]) { _ in [1, 1] }
    }
    #expect(error?.message.contains("nsga2") == true)
  }

  @Test("Options out of range are errors")
  func options() {
    #expect(throws: SamplerError.self) { try EvolutionSampler(population: 1) }
    #expect(throws: SamplerError.self) { try EvolutionSampler(population: 4, tournament: 5) }
    #expect(throws: SamplerError.self) { try NSGA2Sampler(population: 1) }
    #expect(throws: SamplerError.self) { try NSGA2Sampler(population: 8, swapProbability: 1.5) }
  }
}
