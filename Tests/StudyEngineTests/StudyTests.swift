import Foundation
import OrderedCollections
import Pruners
import Samplers
import SearchSpace
import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

/// Prunes whatever reports a value above a bound.
private struct BoundPruner: Pruner {
  static let name = "bound"
  let bound: Double

  func shouldPrune(reports: [FrozenTrial.IntermediateValue], history: TrialHistory) -> Bool {
    reports.last.map { $0.value > bound } ?? false
  }
}

private func makeStudy(
  _ storage: any Storage = InMemoryStorage(), directions: [StudyDirection] = [.minimize], bound: Double = .infinity,
  seed: UInt64? = 1
) throws -> Study {
  try Study(
    name: "s", directions: directions, sampler: RandomSampler(seed: seed), pruner: BoundPruner(bound: bound),
    storage: storage)
}

/// The task of a run, for its objective.
private final class RunningTask: Sendable {
  let task = Mutex<Task<OptimizationSummary, any Error>?>(nil)

  func cancel() {
    while task.withLock({ $0 }) == nil { usleep(100) }
    task.withLock { $0 }?.cancel()
  }
}

@Suite struct StudyTests {
  @Test("a run stops at the total and a second run has nothing to do", arguments: [1, 3])
  func totals(jobs: Int) async throws {
    let study = try makeStudy()
    for expected in [20, 20, 25] {
      try await study.optimize(trials: expected, jobs: jobs) { trial in try trial.suggest(.float("x", -1...1)) }
      let trials = try study.trials
      #expect(trials.map(\.number) == Array(0..<expected))
      #expect(trials.allSatisfy { $0.state == .complete && $0.value == $0.parameters["x"]?.value })
    }
  }

  @Test("a task that is cancelled ends its run, and the trial that ran waits")
  func cancelled() async throws {
    let study = try makeStudy()
    let running = RunningTask()
    let task = Task {
      try await study.optimize(trials: 1000) { trial in
        // From within, since a test that waits may be resumed behind all others.
        if trial.number == 5 { running.cancel() }
        try trial.report(0, at: 0)
        return 1
      }
    }
    running.task.withLock { $0 = task }
    let summary = try await task.value
    #expect(summary.stopReason == "the task was cancelled" && summary.interrupted == [5])
    #expect(try study.trials.map(\.state) == Array(repeating: .complete, count: 5) + [.waiting])
  }

  @Test("the same seed draws the same parameters, whatever the number of jobs")
  func seeds() async throws {
    func draw(seed: UInt64, jobs: Int) async throws -> [Choice?] {
      let study = try makeStudy(seed: seed)
      try await study.optimize(trials: 30, jobs: jobs) { trial in try trial.suggest(.float("x", -1...1)) }
      return try study.trials.map { $0.parameters["x"]?.external }
    }
    let first = try await draw(seed: 5, jobs: 1)
    #expect(try await draw(seed: 5, jobs: 4) == first)
    #expect(try await draw(seed: 6, jobs: 1) != first)
  }

  @Test("a study reopened without a seed goes on with the one it has")
  func storedSeed() throws {
    let storage = InMemoryStorage()
    let first = try makeStudy(storage, seed: nil)
    #expect(try makeStudy(storage, seed: nil).seed == first.seed)
    #expect(try makeStudy(storage, seed: 3).seed == 3)
  }

  @Test("an objective's error fails its trial with the reason and the search goes on")
  func failures() async throws {
    struct Broken: Error, CustomStringConvertible { let description = "no data" }
    let study = try makeStudy()
    let summary = try await study.optimize(trials: 6) { trial -> Double in
      if trial.number == 1 { throw Broken() }
      if trial.number == 2 { return .nan }
      return 1
    }
    #expect(summary.failed == 2 && summary.complete == 4)
    let trials = try study.trials
    #expect(trials[1].state == .failed && trials[1].failure == "no data")
    #expect(trials[2].failure == "the value is NaN" && trials[2].values.isEmpty)
  }

  @Test("a wrong count of values fails the trial")
  func wrongCount() async throws {
    let study = try makeStudy(directions: [.minimize, .maximize])
    try await study.optimize(trials: 2) { trial -> [Double] in trial.number == 0 ? [1] : [1, 2] }
    #expect(try study.trials.map(\.state) == [.failed, .complete])
    #expect(try study.paretoFront.map(\.number) == [1])
  }

  @Test("a pruned trial has its last report as value, and none after NaN")
  func pruning() async throws {
    let study = try makeStudy(bound: 10)
    try await study.optimize(trials: 2) { trial -> Double in
      try trial.report(1, at: 0)
      try trial.report(trial.number == 0 ? 11 : .nan, at: 1)
      throw TrialPruned()
    }
    let trials = try study.trials
    #expect(trials.map(\.state) == [.pruned, .pruned])
    #expect(trials.map(\.values) == [[11], []])
    #expect(trials[0].intermediateValues == [.init(step: 0, value: 1), .init(step: 1, value: 11)])
  }

  @Test("only the first report of a step counts")
  func repeatedReports() throws {
    let study = try makeStudy()
    let trial = try #require(try study.ask())
    try trial.report(1, at: 3)
    try trial.report(2, at: 3)
    try trial.report(0, at: 1)
    #expect(trial.record.intermediateValues == [.init(step: 1, value: 0), .init(step: 3, value: 1)])
    #expect(try study.trials[0].intermediateValues == trial.record.intermediateValues)
  }

  @Test("an interrupted trial runs again under its number with its parameters")
  func interruption() async throws {
    let study = try makeStudy()
    let seen = Mutex<[Int: Set<Double>]>([:])
    let stop = StopSource()
    let objective: @Sendable (Trial) throws -> Double = { trial in
      let x = try trial.suggest(.float("x", 0...1))
      seen.withLock { _ = $0[trial.number, default: []].insert(x) }
      if trial.number == 4 { stop.stop(.atNextReport) }
      try trial.report(x, at: 0)
      return x
    }
    let summary = try await study.optimize(trials: 10, jobs: 2, stop: stop, objective: objective)
    #expect(summary.interrupted.contains(4))
    let waiting = try study.storage.trials(study: study.id, states: [.waiting])
    #expect(waiting.map(\.number) == summary.interrupted)
    #expect(waiting.allSatisfy { $0.intermediateValues.isEmpty && $0.started == nil })
    #expect(try study.storage.trials(study: study.id, states: [.running]).isEmpty)

    try await study.optimize(trials: 10, objective: objective)
    let trials = try study.trials
    #expect(trials.map(\.number) == Array(0..<10) && trials.allSatisfy { $0.state == .complete })
    #expect(seen.withLock { seen in seen.values.allSatisfy { $0.count == 1 } }, "the parameters must be the same again")
  }

  @Test("an enqueued trial runs with what it was given and samples the rest")
  func enqueued() async throws {
    let study = try makeStudy()
    try study.enqueue(["x": 0.25, "act": "tanh"])
    try await study.optimize(trials: 3) { trial -> Double in
      let x = try trial.suggest(.float("x", 0...1))
      let act = try trial.suggest(.choice("act", ["relu", "tanh"]))
      let n = try trial.suggest(.int("n", 1...9))
      if trial.number == 0 { #expect(x == 0.25 && act == "tanh" && (1...9).contains(n)) }
      return x
    }
    #expect(try study.trials.count == 3)
  }

  @Test("a trial is not enqueued with what its parameter cannot be, and fails with it where nobody could know")
  func enqueuedImpossible() async throws {
    let study = try makeStudy()
    try study.enqueue(["x": .double(.infinity), "norm": .double(.infinity)])
    try await study.optimize(trials: 2) { trial in
      _ = try trial.suggest(.choice("norm", [1, .double(.infinity)]))
      return try trial.suggest(.float("x", 0...1))
    }
    let trials = try study.trials
    #expect(trials.map(\.state) == [.failed, .complete] && trials[0].parameters["x"] == nil)
    #expect(trials[0].failure?.contains("is not a value of a parameter, which is a finite number") == true)
    for value: Choice in [.double(.infinity), .double(-.infinity), .double(.nan), "high"] {
      let error = #expect(throws: StudyError.self) { try study.enqueue(["x": value]) }
      #expect(error?.code == .invalidArgument && error?.message.contains("no trial can run with x = \(value)") == true)
    }
    // A choice may be infinite.
    try study.enqueue(["x": 7, "norm": .double(.infinity)])
    #expect(try study.trials.count == 3)
  }

  @Test("a name that changes its kind of distribution fails the trial and records nothing of it")
  func incompatible() async throws {
    let study = try makeStudy()
    try await study.optimize(trials: 1) { trial -> Double in try trial.suggest(.float("x", 0...1)) }
    let trial = try #require(try study.ask())
    #expect { try trial.suggest(.int("x", 0...1)) } throws: { ($0 as? StorageError)?.code == .incompatibleParameter }
    #expect(trial.record.parameters.isEmpty)
    #expect(try trial.suggest(.float("x", 0...2)) <= 2)
  }

  @Test("a parameter asked for twice has the same value")
  func repeatedSuggestion() throws {
    let trial = try #require(try makeStudy().ask())
    let first = try trial.suggest(.float("x", 0...1))
    #expect(try trial.suggest(.float("x", 0...1)) == first)
    #expect(trial.record.parameters.count == 1)
  }

  @Test("a finished trial takes no second result")
  func finishedTwice() throws {
    let study = try makeStudy()
    let trial = try #require(try study.ask())
    try study.tell(trial, value: 1)
    #expect { try study.tell(trial, value: 2) } throws: { ($0 as? StorageError)?.code == .wrongState }
    #expect(try study.best.value == 1)
  }

  @Test("the best trial is the first of equals that meets its constraints")
  func best() async throws {
    let study = try makeStudy(directions: [.maximize])
    #expect { try study.best } throws: { ($0 as? StudyError)?.code == .noCompleteTrial }
    try await study.optimize(trials: 6) { trial -> Double in
      try trial.setConstraint("size", to: trial.number == 5 ? 1 : 0)
      return [0, 2, 7, 7, 1, 9][trial.number]
    }
    #expect(try study.best.number == 2)
  }

  @Test("a study of other directions is refused")
  func otherDirections() throws {
    let storage = InMemoryStorage()
    _ = try makeStudy(storage)
    #expect { try makeStudy(storage, directions: [.maximize]) } throws: {
      ($0 as? StudyError)?.code == .directionsDiffer
    }
  }

  @Test("a callback may stop the run while other trials end as usual")
  func stopAfterRunning() async throws {
    let study = try makeStudy()
    let stop = StopSource()
    let summary = try await study.optimize(
      jobs: 2, stop: stop,
      observer: { event in
        if case .finished(let trial) = event, trial.number == 5 { stop.stop(.afterRunningTrials) }
      },
      objective: { trial -> Double in try trial.suggest(.float("x", 0...1)) })
    // The other job may have started a trial that it had not begun to evaluate: that one is given back.
    #expect(summary.finished + summary.interrupted.count >= 6 && summary.interrupted.count <= 1)
    #expect(try study.storage.counts(study: study.id)[.running] == nil)
  }

  @Test("a grid's trial that was interrupted before it had a parameter keeps its point")
  func gridAfterInterruption() async throws {
    let storage = InMemoryStorage()
    let study = try Study(
      name: "grid", directions: [.minimize], sampler: GridSampler(try Grid(["a": [1, 2, 3]]), seed: 3),
      pruner: NopPruner(), storage: storage)
    let trial = try #require(try study.ask())
    try study.requeue(trial)
    #expect(try study.trials.map(\.state) == [.waiting])
    try await study.optimize { trial in Double(try trial.suggest(.int("a", 1...3))) }
    #expect(try Set(study.trials.compactMap(\.value)) == [1, 2, 3])
    #expect(try study.trials.count == 3)
  }

  @Test("a run that was interrupted leaves no constraint behind")
  func constraintsOfInterruptedRun() throws {
    let study = try makeStudy()
    let first = try #require(try study.ask())
    try first.setConstraint("size", to: 4)
    try study.requeue(first)
    let second = try #require(try study.ask())
    #expect(second.number == 0 && second.record.constraints.isEmpty)
    try second.setConstraint("size", to: -1)
    try study.tell(second, value: 1)
    #expect(try study.best.constraints == ["size": -1])
  }

  @Test("one source stops two runs")
  func sharedStop() async throws {
    let stop = StopSource()
    let (one, other) = (try makeStudy(), try makeStudy())
    async let first = one.optimize(stop: stop) { trial -> Double in
      try trial.report(0, at: 0)
      return 0
    }
    let second = try await other.optimize(stop: stop) { trial -> Double in
      if trial.number == 20 { stop.stop(.atNextReport) }
      try trial.report(0, at: 0)
      return 0
    }
    #expect(second.interrupted == [20])
    #expect(try await first.finished >= 0)
    #expect(try one.storage.counts(study: one.id)[.running] == nil)
  }

  @Test("an error of the user's in a suggestion fails the trial and not the run")
  func incompatibleInRun() async throws {
    let study = try makeStudy()
    let summary = try await study.optimize(trials: 3) { trial -> Double in
      if trial.number == 1 { return Double(try trial.suggest(.int("x", 1...2))) }
      return try trial.suggest(.float("x", 0...1))
    }
    #expect(summary.failed == 1 && summary.complete == 2)
    #expect(try study.trials[1].failure?.contains("'x'") == true)
  }

  @Test("a step below 0 is refused")
  func negativeStep() throws {
    let trial = try #require(try makeStudy().ask())
    #expect { try trial.report(1, at: -1) } throws: { ($0 as? StudyError)?.code == .invalidArgument }
  }

  @Test("a grid is tried once in every point and then the study ends", arguments: [1, 2, 5])
  func grid(jobs: Int) async throws {
    let sampler = GridSampler(try Grid(["a": [1, 2, 3], "b": ["x", "y"]]), seed: 3)
    let study = try Study(
      name: "grid", directions: [.minimize], sampler: sampler, pruner: BoundPruner(bound: .infinity),
      storage: InMemoryStorage())
    try await study.optimize(jobs: jobs) { trial -> Double in
      let a = try trial.suggest(.int("a", 1...3))
      let b = try trial.suggest(.choice("b", ["x", "y"]))
      if a == 2 && b == "x" { return .nan }
      return Double(a)
    }
    let points = try study.trials.map { "\($0.externalParameters.values.map(\.description))" }
    #expect(points.count == 6 && Set(points).count == 6)
  }
}
