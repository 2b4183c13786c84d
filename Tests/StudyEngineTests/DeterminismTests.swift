import OrderedCollections
import Pruners
import Samplers
import SearchSpace
@testable import StudyEngine
import Synchronization
import Testing
@testable import TrialStorage
import Trials

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
  func anyNumberOfJobs(sampler: SamplerCase, seed: UInt64) async throws {
    var search = Search(sampler: sampler, seed: seed)
    if sampler == .grid { search.trials = 18 }
    let expected = try await rows(search.run(jobs: 1))
    #expect(expected.count == search.trials && expected.contains { $0.state == .complete })
    for jobs in [2, 4, 8, 11] {
      #expect(try await rows(search.run(jobs: jobs)) == expected, "\(jobs) jobs")
    }
  }

  @Test(
    "several objectives are pruned by the first, the same with any number of jobs, and are derived again",
    arguments: [SamplerCase.random, .tpe, .nsga2], 0..<3 as Range<UInt64>)
  func severalObjectives(sampler: SamplerCase, seed: UInt64) async throws {
    let search = Search(sampler: sampler, seed: seed, directions: [.minimize, .maximize])
    let study = try await search.run(jobs: 1)
    let expected = try rows(study)
    #expect(Set(expected.map(\.state)).isSuperset(of: [.complete, .pruned]))
    for trial in expected where trial.state == .pruned {
      #expect(trial.values.isEmpty && !trial.intermediateValues.isEmpty)
    }
    #expect(try study.paretoFront.allSatisfy { $0.state == .complete })
    for jobs in [2, 4, 8] { #expect(try await rows(search.run(jobs: jobs)) == expected, "\(jobs) jobs") }
    let report = try StudyReplay.of(study)
    #expect(report.isSound && report.derived == search.trials, "\(report)")
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

  @Test("trials with the parameters of one beside them are counted and pooled, the same with any number of jobs")
  func besideEachOther() async throws {
    let search = Search(sampler: .random, seed: 5, window: 3, duplicates: .replicate, trials: 12)
    let space = try ParameterSpace([.init("n", .int(try IntDistribution(low: 1, high: 2)))])
    var expected: [Int: Int]?
    for jobs in [1, 2, 3] {
      let study = try search.study(in: InMemoryStorage())
      let summary = try await study.optimize(trials: 12, jobs: jobs) { trial in
        _ = try trial.suggest(space)
        if trial.number == 2 { throw TrialPruned() }
        return Double((trial.number * 7) % 12)
      }
      let trials = try study.trials
      let concurrent = try study.storage.concurrentReplicates(study: study.id)
      for trial in trials {
        let first = try #require(trials.first { $0.parameters == trial.parameters })
        let original = trial.replicated ?? concurrent[trial.number] ?? trial.number
        #expect(original == first.number, "trial \(trial.number)")
      }
      #expect(summary.replicates == 10 && !concurrent.isEmpty)
      #expect(concurrent == expected ?? concurrent)
      expected = concurrent
      let best = try study.bestResult
      let alike = trials.filter { $0.state == .complete && $0.parameters == best.trial.parameters }
      #expect(best.trials.map(\.number) == alike.map(\.number) && best.trials.count > 3)
      #expect(try study.paretoFront.map(\.number) == [best.trial.number])
      let report = try StudyReplay.of(study)
      #expect(report.isSound && report.derived == 12, "\(report)")
      // In a copy, of which nothing is derived again, it is on record.
      let copy = try StudyTransfer(from: study.storage, study: study.storage.existingStudy(named: "s"), place: "here")
        .copy(to: study.storage, name: "copy").study
      let copied = try study.storage.trials(study: copy.id, states: nil)
      #expect(copied.map(\.replicated) == trials.map { $0.replicated ?? concurrent[$0.number] })
      #expect(try study.storage.bestResult(of: copy)?.trials.map(\.number) == best.trials.map(\.number))
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

  @Test(
    "a rule ends the search before the same trial, and those before it run to their end",
    arguments: 0..<40 as Range<UInt64>)
  func stopRules(seed: UInt64) async throws {
    let search = Search(seed: seed, window: 4, trials: 200)
    var results: [[FrozenTrial]] = []
    for jobs in [1, 2, 4, 4] {
      let rule = StagnationRule(patience: 8, directions: [.minimize])
      results.append(try await rows(search.run(jobs: jobs, rules: [rule])))
    }
    #expect((9..<200).contains(results[0].count) && results[0].allSatisfy(\.state.isFinished))
    #expect(results.allSatisfy { $0 == results[0] })
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
