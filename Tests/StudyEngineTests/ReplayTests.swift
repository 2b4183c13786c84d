import OrderedCollections
import Pruners
import Samplers
import SearchSpace
@testable import StudyEngine
import Synchronization
import Testing
@testable import TrialStorage
import Trials

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
  func sound(sampler: SamplerCase, run: (seed: UInt64, window: Int)) async throws {
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

  @Test("a trial of several objectives that should have been pruned is found")
  func unprunedTrial() async throws {
    let storage = InMemoryStorage()
    var search = Search(sampler: .nsga2, seed: 1, window: 1)
    search.directions = [.minimize, .minimize]
    let study = try await search.run(jobs: 1, in: storage)
    let number = try #require(try study.trials.last { $0.state == .complete }?.number)
    try storage.alter(study: study.id) { trials in
      trials[number].intermediateValues[0].value = 1e9
      trials[number].systemAttributes[FrozenTrial.sealKey] = TrialSeal(of: trials[number]).json
    }
    let report = try StudyReplay.of(study)
    let difference = try #require(report.differences.first { $0.kind == .pruning })
    #expect(difference.trial == number && difference.expected == "pruned at step 1", "\(report)")
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
