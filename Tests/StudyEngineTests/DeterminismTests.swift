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
private enum SamplerCase: String, CaseIterable, CustomTestStringConvertible {
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
private struct Search {
  var sampler = SamplerCase.tpe
  var seed: UInt64 = 0
  var window = 8
  var duplicates = DuplicatePolicy.redraw
  var trials = 40

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
      name: "s", directions: [.minimize], sampler: sampler.sampler(seed: seed),
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
    try await study.optimize(trials: trials ?? self.trials, jobs: jobs, stop: stop, stopRules: rules) {
      try Self.evaluate($0, space: space)
    }
    return study
  }
}

/// What of a study must not depend on times.
private func rows(_ study: Study) throws -> [FrozenTrial] {
  try study.trials.map { trial in
    var trial = trial
    (trial.id, trial.started, trial.completed) = (0, nil, nil)
    return trial
  }
}

@Suite("Deterministic searches")
struct DeterminismTests {
  @Test(
    "the same seed yields the same study with 1, 2, 4 and 8 jobs", arguments: SamplerCase.allCases,
    0..<5 as Range<UInt64>)
  fileprivate func anyNumberOfJobs(sampler: SamplerCase, seed: UInt64) async throws {
    var search = Search(sampler: sampler, seed: seed)
    if sampler == .grid { search.trials = 18 }
    let expected = try await rows(search.run(jobs: 1))
    #expect(expected.count == search.trials && expected.contains { $0.state == .complete })
    for jobs in [2, 4, 8, 11] {
      #expect(try await rows(search.run(jobs: jobs)) == expected, "\(jobs) jobs")
    }
  }

  @Test("the window matters, and the studies of the seeds differ")
  func windowMatters() async throws {
    var seen: Set<[FrozenTrial]> = []
    for window in [1, 2, 8] {
      for seed in 0..<3 as Range<UInt64> {
        seen.insert(try await rows(Search(seed: seed, window: window).run(jobs: window)))
      }
    }
    #expect(seen.count == 9)
  }

  @Test("trials are pruned, fail and are drawn again in these searches")
  func isExercised() async throws {
    let states = try await rows(Search(seed: 1).run(jobs: 4)).map(\.state)
    #expect(Set(states) == [.complete, .pruned, .failed])
  }

  @Test("duplicates become the same whatever the policy", arguments: DuplicatePolicy.allCases)
  func duplicates(policy: DuplicatePolicy) async throws {
    var search = Search(sampler: .grid, seed: 2, window: 3, duplicates: policy, trials: 30)
    search.sampler = .random
    let space = try Search.space(for: .grid)
    var results: [[FrozenTrial]] = []
    for jobs in [1, 3, 3] {
      let study = try search.study(in: InMemoryStorage())
      try await study.optimize(trials: 30, jobs: jobs) { try Search.evaluate($0, space: space) }
      results.append(try rows(study))
    }
    #expect(results[0] == results[1] && results[0] == results[2])
    switch policy {
    case .redraw: #expect(results[0].contains { $0.redraws > 0 })
    case .reuse: #expect(results[0].contains { $0.reused != nil })
    case .replicate: #expect(results[0].contains { $0.replicated != nil })
    }
  }

  @Test("a search that is stopped again and again ends like one that never was", arguments: 0..<6 as Range<UInt64>)
  func interrupted(seed: UInt64) async throws {
    let search = Search(seed: seed, window: 4)
    let expected = try await rows(search.run(jobs: 1))
    let storage = InMemoryStorage()
    var generator = Draw(seed: seed, number: 0).generator(for: "stops")
    var runs = 0
    while try rows(search.study(in: storage)).count(where: \.state.isFinished) < search.trials {
      let stop = StopSource()
      let countdown = Mutex(1 + generator.uniform(below: 12))
      let study = try search.study(in: storage)
      let space = try Search.space(for: search.sampler)
      try await study.optimize(trials: search.trials, jobs: 1 + generator.uniform(below: 4), stop: stop) { trial in
        let isLast = countdown.withLock { count in
          count -= 1
          return count <= 0
        }
        if isLast { stop.stop(.atNextReport) }
        return try Search.evaluate(trial, space: space)
      }
      runs += 1
    }
    #expect(runs > 3)
    #expect(try rows(search.study(in: storage)) == expected)
  }

  @Test("several processes share a search, and one that dies is replaced")
  func severalProcesses() async throws {
    let search = Search(seed: 5, window: 4)
    let expected = try await rows(search.run(jobs: 1))
    let storage = InMemoryStorage()
    // Each study object knows only what it reads, as a process does.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await search.run(jobs: 2, in: storage) } }
      try await group.waitForAll()
    }
    #expect(try rows(search.study(in: storage)) == expected)
  }

  @Test("enqueued trials take part, and are pruned by what they see", arguments: [1, 4])
  func enqueued(jobs: Int) async throws {
    func run(jobs: Int) async throws -> [FrozenTrial] {
      let storage = InMemoryStorage()
      let search = Search(seed: 3, window: 4)
      try await search.run(jobs: jobs, in: storage, trials: 10)
      let study = try search.study(in: storage)
      for n in 1...6 { try study.enqueue(["n": .int(n)]) }
      try study.enqueue([:])
      return try await rows(search.run(jobs: jobs, in: storage))
    }
    let expected = try await run(jobs: 2)
    #expect(try await run(jobs: jobs) == expected)
    #expect(expected[10..<16].map { $0.parameters["n"]?.value } == [1, 2, 3, 4, 5, 6])
  }

  @Test("a rule ends the search before the same trial")
  func stopRules() async throws {
    let search = Search(seed: 4, window: 4, trials: 200)
    var counts: [Int] = []
    for jobs in [1, 2, 4] {
      let rule = StagnationRule(patience: 8, directions: [.minimize])
      counts.append(try await search.run(jobs: jobs, rules: [rule]).trials.count)
    }
    #expect(Set(counts).count == 1 && counts[0] > 12 && counts[0] < 200, "\(counts)")
  }

  @Test("an exclusion counts from the next trial on, for those that go on later as well")
  func exclusions() async throws {
    let search = Search(seed: 6, window: 2)
    let storage = InMemoryStorage()
    let study = try await search.run(jobs: 2, in: storage, trials: 20)
    let third = try storage.trial(number: 3, study: study.id)
    try storage.setExclusion("by hand", trial: third.id)
    let after = try await search.run(jobs: 2, in: storage, trials: 30)
    #expect(try after.trials[20...].allSatisfy { $0.seen?.without == [3] })
    try storage.setExclusion(nil, trial: third.id)
    let last = try await search.run(jobs: 1, in: storage, trials: 34)
    // Of the 30 that were asked for the excluded one did not count, so that there were 31.
    #expect(try last.trials.count == 34 && last.trials[31...].allSatisfy { $0.seen?.without == [] })
    #expect(try StudyReplay.of(last).isSound)
  }

  @Test("a trial that nobody has told is waited for, and who asks is told so")
  func asking() throws {
    let search = Search(window: 2)
    let study = try search.study(in: InMemoryStorage())
    let first = try #require(try study.ask())
    let second = try #require(try study.ask())
    let error = #expect(throws: StudyError.self) { try study.ask() }
    #expect(error?.code == .mustWait && error?.message.contains("waits for trial 0") == true)
    try study.tell(second, value: 1)
    #expect(throws: StudyError.self) { try study.ask() }
    try study.tell(first, value: 2)
    #expect(try study.ask()?.number == 2)
  }

  @Test("a study keeps its window")
  func keepsWindow() throws {
    let storage = InMemoryStorage()
    _ = try Search(window: 3).study(in: storage)
    let error = #expect(throws: StudyError.self) { try Search(window: 4).study(in: storage) }
    #expect(error?.code == .windowDiffers)
    let study = try Study(
      name: "s", directions: [.minimize], sampler: RandomSampler(), pruner: NopPruner(), storage: storage)
    #expect(study.window == 3 && study.isDeterministic)
  }
}

extension StudyReplay {
  fileprivate static func of(_ study: Study) throws -> ReplayReport {
    var replay = try StudyReplay(study)
    return try replay.run()
  }
}

// MARK: - Replay

@Suite("Replays of studies")
struct ReplayTests {
  /// A finished study of which trials can be changed behind its back.
  private func altered(
    _ search: Search, in storage: InMemoryStorage = InMemoryStorage(), _ change: (inout [FrozenTrial]) throws -> Void
  ) async throws -> ReplayReport {
    let study = try await search.run(jobs: search.window, in: storage)
    try storage.alter(study: study.id, change)
    var replay = try StudyReplay(search.study(in: storage), space: Search.space(for: search.sampler))
    return try replay.run()
  }

  @Test(
    "a study that nobody altered is derived whole", arguments: SamplerCase.allCases,
    [(UInt64(0), 1), (1, 4), (2, 8)])
  fileprivate func sound(sampler: SamplerCase, run: (seed: UInt64, window: Int)) async throws {
    var search = Search(sampler: sampler, seed: run.seed, window: run.window)
    if sampler == .grid { search.trials = 18 }
    let report = try await altered(search) { _ in }
    #expect(report.isSound, "\(report)")
    #expect(report.derived == search.trials && report.window == run.window)
  }

  @Test("redrawn duplicates are derived as well")
  func redraws() async throws {
    let search = Search(sampler: .random, seed: 2, window: 3)
    let study = try search.study(in: InMemoryStorage())
    let space = try Search.space(for: .grid)
    try await study.optimize(trials: 25, jobs: 3) { try Search.evaluate($0, space: space) }
    #expect(try study.trials.contains { $0.redraws > DuplicatePolicy.samplerDraws })
    let report = try StudyReplay.of(study)
    #expect(report.isSound && report.derived == 25, "\(report)")
  }

  @Test("each alteration is found and named", arguments: [0, 7, 20, 39])
  func alterations(number: Int) async throws {
    let search = Search(seed: 1, window: 4)
    func expect(
      _ kind: ReplayReport.Difference.Kind, name: String? = nil, expected: String? = nil, found: String? = nil,
      _ change: (inout FrozenTrial) throws -> Void
    ) async throws {
      let report = try await altered(search) { try change(&$0[number]) }
      let difference = try #require(report.differences.first, "\(kind)")
      #expect(!report.isSound)
      #expect(difference.trial == number && difference.kind == kind && difference.name == name, "\(report)")
      if let expected { #expect(difference.expected == expected) }
      if let found { #expect(difference.found == found) }
      #expect(Set(report.differences.map(\.trial)) == [number], "\(report)")
    }
    let original = try await search.run(jobs: 4).trials[number]
    let x = try #require(original.parameters["x"])
    try await expect(.parameter, name: "x", expected: "\(x.value)", found: "0.125") {
      $0.parameters["x"]?.value = 0.125
    }
    try await expect(.parameter, name: "n") { $0.parameters["n"] = nil }
    try await expect(.report) { $0.intermediateValues.append(.init(step: 99, value: 0)) }
    try await expect(.value, expected: original.values.isEmpty ? "none" : "\(original.values[0])", found: "-1.0") {
      $0.values = [-1]
    }
    let other = original.state == .failed ? TrialState.complete : .failed
    try await expect(.state, expected: original.state.rawValue, found: other.rawValue) { $0.state = other }
    try await expect(.attribute) { $0.systemAttributes[FrozenTrial.constraintPrefix + "c"] = 5.0 }
    try await expect(.attribute, name: FrozenTrial.sealKey) {
      $0.systemAttributes[FrozenTrial.sealKey] = nil
      if $0.state == .failed { $0.state = .complete }
    }
  }

  @Test("a change that nobody sealed is found by the next trial that saw it")
  func seenTrials() async throws {
    let report = try await altered(Search(seed: 1, window: 4)) { trials in
      trials[7].values = [-1]
      trials[7].systemAttributes[FrozenTrial.sealKey] = TrialSeal(of: trials[7]).json
    }
    let difference = try #require(report.differences.first)
    #expect(difference.kind == .seenTrials && difference.trial == 11 && difference.expected == "trial 7 as it was")
    #expect(report.derived == 11)
    #expect(report.skipped == 29)
  }

  @Test("a study of one job is derived without having been deterministic, and one of several is not")
  func ordinaryStudies() async throws {
    func run(jobs: Int) async throws -> (InMemoryStorage, Study) {
      let storage = InMemoryStorage()
      let study = try Study(
        name: "s", directions: [.minimize], sampler: TPESampler(startupTrials: 4, seed: 1),
        pruner: MedianPruner(startupTrials: 2), storage: storage)
      let space = try Search.space(for: .tpe)
      let latch = Mutex(0)
      try await study.optimize(trials: 30, jobs: jobs) { trial in
        // All jobs are at work before the first one ends.
        latch.withLock { $0 += 1 }
        while latch.withLock({ $0 }) < jobs {}
        return try Search.evaluate(trial, space: space)
      }
      return (storage, study)
    }
    let (storage, study) = try await run(jobs: 1)
    let report = try StudyReplay.of(study)
    #expect(report.isSound && report.derived == 30 && report.window == nil, "\(report)")
    try storage.alter(study: study.id) { $0[12].parameters["x"]?.value = 0.5 }
    let found = try StudyReplay.of(study)
    #expect(found.differences.first?.trial == 12 && found.differences.first?.name == "x")
    let several = try await StudyReplay.of(run(jobs: 2).1)
    #expect(!several.isSound && several.differences.isEmpty, "\(several)")
    #expect(several.notes.first?.contains("several trials ran at once") == true, "\(several)")
  }
}

extension InMemoryStorage {
  /// Changes the trials of a study as no program does.
  fileprivate func alter(study: Int64, _ change: (inout [FrozenTrial]) throws -> Void) throws {
    try withStudy(study) { try change(&$0.trials) }
  }
}
