import OrderedCollections
import Pruners
import Samplers
import SearchSpace
@testable import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

private func space(_ choices: Int) throws -> ParameterSpace {
  try ParameterSpace([.init("c", .categorical(CategoricalDistribution((0..<choices).map { .int($0) })))])
}

private func study(
  _ policy: DuplicatePolicy, sampler: any Sampler = RandomSampler(seed: 3), storage: any Storage = InMemoryStorage()
) throws -> Study {
  try Study(
    name: "s", directions: [.minimize], sampler: sampler, pruner: NopPruner(), storage: storage, duplicates: policy)
}

extension FrozenTrial {
  fileprivate var choice: Choice? { parameters["c"]?.external }
}

@Suite struct DuplicateTests {
  @Test("redraw tries every configuration before it repeats one, and then runs replicates", arguments: [true, false])
  func redraws(byTPE: Bool) async throws {
    let study = try study(.redraw, sampler: byTPE ? TPESampler(seed: 3) : RandomSampler(seed: 3))
    let space = try space(8)
    let summary = try await study.optimize(trials: 11) { trial in
      _ = try trial.suggest(space)
      return 1
    }
    let trials = try study.trials
    #expect(Set(trials[..<8].compactMap(\.choice)).count == 8)
    #expect(trials[..<8].allSatisfy { $0.replicated == nil } && trials[..<8].contains { $0.redraws > 0 })
    for trial in trials[8...] { #expect(trials[try #require(trial.replicated)].choice == trial.choice) }
    #expect(summary.replicates == 3 && summary.redrawn >= 3 && summary.complete == 11)
  }

  @Test("a continuous parameter is drawn once")
  func continuous() async throws {
    let study = try study(.redraw)
    let space = try ParameterSpace([.init("x", .float(FloatDistribution(low: 0, high: 1)))])
    let summary = try await study.optimize(trials: 20) { trial in
      _ = try trial.suggest(space)
      return 1
    }
    #expect(summary.redrawn == 0 && summary.replicates == 0)
  }

  @Test("reuse evaluates each configuration once and gives the others its result")
  func reuses() async throws {
    let study = try study(.reuse)
    let space = try space(3)
    let calls = Mutex(0)
    let summary = try await study.optimize(trials: 20) { trial in
      let choice = try trial.suggest(space)["c"]
      calls.withLock { $0 += 1 }
      try trial.setUserAttribute("epoch", to: 7)
      if choice == 2 {
        try trial.report(5, at: 1)
        throw TrialPruned()
      }
      return choice?.numericValue ?? .nan
    }
    let trials = try study.trials
    #expect(calls.withLock { $0 } == 3 && summary.reused == 17 && summary.finished == 20)
    for trial in trials {
      guard let number = trial.reused else { continue }
      #expect(number < trial.number && trials[number].reused == nil && trials[number].choice == trial.choice)
      #expect(trials[number].state == trial.state && trials[number].values == trial.values)
      #expect(trial.userAttributes["epoch"] == 7)
    }
    let results = try study.withHistory { $0.rows.count }
    #expect(results == 3, "samplers see each result once")
  }

  @Test("replicate runs each again with a seed of its own, and best goes by the mean")
  func replicates() async throws {
    let study = try study(.replicate)
    let space = try space(3)
    let seeds = Mutex<Set<UInt64>>([])
    // Choice 0 has the best single value, choice 1 the best mean.
    let values: [[Double]] = [[0, 9, 9, 9], [2, 3, 2, 3], [5, 5, 5, 5]]
    let counts = Mutex([0, 0, 0])
    for choice in [0, 1, 2, 0, 1, 2, 0, 1] { try study.enqueue(["c": .int(choice)]) }
    let summary = try await study.optimize(trials: 8) { trial in
      guard let choice = try trial.suggest(space)["c"]?.wholeNumber else { return .nan }
      seeds.withLock { _ = $0.insert(trial.seed) }
      return counts.withLock { counts in
        counts[choice] += 1
        return values[choice][counts[choice] - 1]
      }
    }
    #expect(summary.replicates == 5 && seeds.withLock(\.count) == 8)
    #expect(try study.trials.map(\.replicated) == [nil, nil, nil, 0, 1, 2, 0, 1])
    let best = try study.bestResult
    #expect(best.trials.map(\.number) == [1, 4, 7] && best.trial.number == 1)
    #expect(abs(try #require(best.value) - 7.0 / 3) < 1e-12)
    #expect(try study.best.number == 1)
    // The first of a group may be excluded; the others still belong together.
    try study.storage.setExclusion("", trial: study.trials[1].id)
    #expect(try study.bestResult.trials.map(\.number) == [4, 7])
  }

  @Test(
    "a trial that asks for its parameters one by one is found to be a replicate as it ends",
    arguments: DuplicatePolicy.allCases)
  func defineByRun(policy: DuplicatePolicy) async throws {
    let study = try study(policy)
    try await study.optimize(trials: 4) { trial in
      _ = try trial.suggest(.choice("c", ["a", "b"]))
      _ = try trial.suggest(.int("n", 1...1))
      return 1
    }
    let trials = try study.trials
    for trial in trials {
      let first = trials.first { $0.parameters == trial.parameters }?.number
      #expect(trial.replicated == (first == trial.number ? nil : first))
    }
  }

  @Test("a number that the index has, and no trial any more, is passed over")
  func staleNumber() throws {
    let storage = InMemoryStorage()
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let choices: Distribution = .categorical(try CategoricalDistribution([0, 1]))
    func trial(_ number: Int, choice: Double) -> FrozenTrial {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      trial.values = [1]
      trial.parameters["c"] = .init(distribution: choices, value: choice)
      return trial
    }
    _ = try storage.addTrial(trial(0, choice: 0), study: study)
    var known = KnownTrials(directions: [.minimize])
    try known.read(from: storage, study: study)
    known.history.indexConfigurations { index in
      [trial(0, choice: 0), trial(7, choice: 1)].compactMap(HashedConfiguration.init).forEach(index)
    }
    #expect(try known.finishedTwin(of: trial(9, choice: 1), in: storage, study: study) == nil)
    #expect(try known.finishedTwin(of: trial(9, choice: 0), in: storage, study: study)?.number == 0)
  }

  @Test("a failed trial has no duplicate, nor has an excluded one")
  func failures() async throws {
    let study = try study(.reuse)
    let space = try space(1)
    for number in 0..<4 {
      try await study.optimize(trials: number + 1) { trial in
        _ = try trial.suggest(space)
        return trial.number == 0 ? .nan : 1
      }
      if number == 1 { try study.storage.setExclusion("", trial: study.trials[1].id) }
    }
    #expect(try study.trials.map(\.reused) == [nil, nil, nil, 2, 2])
  }

  @Test("parameters that are given, and points of a grid, are not drawn again")
  func given() async throws {
    let grid = try Grid(["c": [0, 1, 2]])
    let study = try study(.redraw, sampler: GridSampler(grid, seed: 1))
    let space = try space(3)
    try study.enqueue(["c": 1])
    try study.enqueue(["c": 1])
    let summary = try await study.optimize(trials: 50) { trial in
      _ = try trial.suggest(space)
      return 1
    }
    #expect(summary.redrawn == 0 && summary.finished == 5)
    #expect(try study.trials[1].replicated == 0)
  }

  @Test("an interrupted trial is no duplicate of itself")
  func interrupted() async throws {
    let study = try study(.redraw)
    let space = try space(1)
    let stop = StopSource()
    try await study.optimize(trials: 1, stop: stop) { trial in
      _ = try trial.suggest(space)
      stop.stop(.atNextReport)
      try trial.report(1, at: 0)
      return 1
    }
    try await study.optimize(trials: 1) { trial in
      _ = try trial.suggest(space)
      return 1
    }
    let trial = try study.trials[0]
    #expect(trial.state == .complete && trial.replicated == nil && trial.redraws == 0)
  }
}

@Suite struct PooledResultTests {
  private func pool(_ values: [Double]) -> PooledResult {
    PooledResult(
      values.enumerated().map { number, value in
        var trial = FrozenTrial(id: Int64(number), number: number, state: .complete)
        trial.values = [value]
        return trial
      })
  }

  // scipy.stats.t.interval(c, n - 1, mean, scipy.stats.sem(values)), SciPy 1.17.
  @Test(
    "the interval is Student's",
    arguments: [
      ([1, 2], 0.95, -4.853102368087347, 7.853102368087347),
      ([0.91, 0.93, 0.92], 0.95, 0.8951586228824967, 0.9448413771175034),
      ([3, 1, 4, 1, 5, 9, 2, 6], 0.99, 0.4745601136751425, 7.2754398863248575),
    ] as [([Double], Double, Double, Double)])
  func interval(values: [Double], confidence: Double, low: Double, high: Double) throws {
    let interval = try #require(pool(values).interval(confidence: confidence))
    #expect(abs(interval.lowerBound - low) < 1e-8 && abs(interval.upperBound - high) < 1e-8, "\(interval)")
  }

  @Test("a single value and an infinite one have no interval")
  func noInterval() {
    #expect(pool([1]).interval() == nil && pool([1, .infinity]).interval() == nil)
    #expect(pool([1, 1]).interval() == 1...1)
  }

  // scipy.stats.t.ppf(p, n), SciPy 1.17.
  @Test(
    "quantiles are SciPy's",
    arguments: [
      (1, 0.975, 12.706204736174694), (2, 0.975, 4.302652729749462), (5, 0.9, 1.4758840488244815),
      (30, 0.995, 2.7499956535672254), (1000, 0.975, 1.9623390808264083), (3, 0.5, 0),
    ] as [(Double, Double, Double)])
  func quantiles(degrees: Double, share: Double, expected: Double) {
    #expect(abs(StudentT(degreesOfFreedom: degrees).quantile(share) - expected) < 1e-9)
  }
}
