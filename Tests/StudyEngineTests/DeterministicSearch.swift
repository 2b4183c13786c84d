import OrderedCollections
import Pruners
import Samplers
import SearchSpace
@testable import StudyEngine
import Synchronization
import Testing
@testable import TrialStorage
import Trials

/// Samplers of every kind, over a space that each of them can serve.
enum SamplerCase: String, CaseIterable, CustomTestStringConvertible {
  case random, tpe, independentTPE, evolution, nsga2, grid

  var testDescription: String { rawValue }

  func sampler(seed: UInt64) throws -> any Sampler {
    switch self {
    case .random: RandomSampler(seed: seed)
    case .tpe: try TPESampler(startupTrials: 4, seed: seed)
    case .independentTPE: try TPESampler(startupTrials: 4, multivariate: false, seed: seed)
    case .evolution: try EvolutionSampler(population: 6, tournament: 3, seed: seed)
    case .nsga2: try NSGA2Sampler(population: 6, seed: seed)
    case .grid: GridSampler(try Grid(space: Search.space(for: self).distributions), seed: seed)
    }
  }
}

/// A search whose trials take a random time that follows from no seed, so that they end in another order each time.
struct Search {
  var sampler = SamplerCase.tpe
  var seed: UInt64 = 0
  var window = 8
  var duplicates = DuplicatePolicy.redraw
  var trials = 40
  var directions: [StudyDirection] = [.minimize]

  static func space(for sampler: SamplerCase) throws -> ParameterSpace {
    var entries: [ParameterSpace.Entry] = [
      .init("n", .int(try IntDistribution(low: 1, high: 6))),
      .init("kind", .categorical(try CategoricalDistribution(["a", "b", "c"]))),
    ]
    if sampler != .grid { entries.append(.init("x", .float(try FloatDistribution(low: -1, high: 1)))) }
    return try ParameterSpace(entries)
  }

  func study(in storage: any Storage) throws -> Study {
    try Study(
      name: "s", directions: directions, sampler: sampler.sampler(seed: seed),
      pruner: MedianPruner(startupTrials: 2), storage: storage, checkpointInterval: .zero, duplicates: duplicates,
      window: window)
  }

  /// Fails for some parameters and reports to the pruner; with a parameter that only some trials have.
  static func evaluate(_ trial: Trial, space: ParameterSpace) throws -> Double {
    let values = try trial.suggest(space)
    idle()
    let n = Double(trial.record.parameters["n"]?.value ?? 0)
    let x = trial.record.parameters["x"]?.value ?? 0.3
    var value = (x - 0.2) * (x - 0.2) + abs(n - 3) / 10
    if values["kind"] == "b", trial.record.parameters["x"] != nil {
      value += try trial.suggest(.float("late", 1e-3...1, log: true))
    }
    if values["kind"] == "c", n == 6 { throw Unlucky() }
    for step in 1...4 {
      idle()
      try trial.report(value + 1 / Double(step * (1 + Int(n))), at: step) { [UInt8(step)] }
    }
    try trial.setConstraint("c", to: x - 0.9)
    return value
  }

  private struct Unlucky: Error {}

  /// Takes up to some hundreds of microseconds.
  private static func idle() {
    var sum: UInt64 = 0
    for _ in 0..<Int.random(in: 0...60_000) { sum = sum &* 6_364_136_223_846_793_005 &+ 1 }
    if sum == 42 { print("") }
  }

  @discardableResult
  func run(
    jobs: Int, in storage: any Storage = InMemoryStorage(), trials: Int? = nil, stop: StopSource = StopSource(),
    rules: [any StopRule] = []
  ) async throws -> Study {
    let study = try study(in: storage)
    let space = try Self.space(for: sampler)
    try await study.optimize(trials: trials ?? self.trials, jobs: jobs, stop: stop, stopRules: rules) { trial in
      let value = try Self.evaluate(trial, space: space)
      // Any other objective is a known cost.
      return [value] + directions.dropFirst().map { _ in trial.record.parameters["n"]?.value ?? 0 }
    }
    return study
  }
}

extension StudyReplay {
  static func of(_ study: Study) throws -> ReplayReport {
    var replay = try StudyReplay(study)
    return try replay.run()
  }
}

extension InMemoryStorage {
  /// Changes the trials of a study as no program does.
  func alter(study: Int64, _ change: (inout [FrozenTrial]) throws -> Void) throws {
    try withStudy(study) { try change(&$0.trials) }
  }
}
