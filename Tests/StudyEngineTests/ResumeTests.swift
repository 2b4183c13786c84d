import OrderedCollections
import Pruners
import Samplers
import SearchSpace
import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

/// An objective of several steps, of which each depends on all before it, that keeps checkpoints.
private struct Walk {
  static let steps = 12
  /// The step, and the sum so far in bits.
  var step = 0
  var sum = 0.0

  init() {}

  init(_ bytes: [UInt8]) {
    step = Int(bytes[0])
    sum = Double(bitPattern: bytes[1...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  var bytes: [UInt8] {
    [UInt8(step)] + (0..<8).reversed().map { UInt8(truncatingIfNeeded: sum.bitPattern >> (8 * UInt64($0))) }
  }

  /// Runs what is left of a trial, and counts the steps.
  static func run(_ trial: Trial, steps: borrowing Mutex<[Int]>, beforeStep: (Int) -> Void = { _ in }) throws -> Double
  {
    let x = try trial.suggest(.float("x", -1...1))
    let n = try trial.suggest(.int("n", 1...9))
    var walk = try trial.resume().map(Walk.init) ?? Walk()
    while walk.step < Walk.steps {
      beforeStep(trial.number * Walk.steps + walk.step)
      walk.step += 1
      walk.sum += x * x * Double(n) / Double(walk.step + Int(trial.seed % 7)) - 0.01
      steps.withLock { $0.append(trial.number * Walk.steps + walk.step - 1) }
      if walk.step.isMultiple(of: 3) {
        try trial.keepCheckpoint { walk.bytes }
      } else {
        try trial.report(walk.sum, at: walk.step) { walk.bytes }
      }
    }
    try trial.setUserAttribute("steps", to: .int(walk.step))
    return walk.sum
  }
}

/// What of a study must not depend on interruptions.
private func rows(_ study: Study) throws -> [FrozenTrial] {
  try study.trials.map { trial in
    var trial = trial
    (trial.started, trial.completed) = (nil, nil)
    return trial
  }
}

@Suite("Trials that go on inside")
struct ResumeTests {
  private func makeStudy(
    _ storage: any Storage = InMemoryStorage(), interval: Duration = .zero, objectives: Int = 1
  ) throws -> Study {
    try Study(
      name: "s", directions: Array(repeating: .minimize, count: objectives), sampler: TPESampler(seed: 3),
      pruner: MedianPruner(), storage: storage,
      checkpointInterval: interval)
  }

  private static let trials = 24

  @Test(
    "a study that is stopped at any step ends like one that never was, and does no step twice", arguments: 0..<8, 1...2)
  func equalsUninterrupted(seed: UInt64, objectives: Int) async throws {
    let whole = try makeStudy(objectives: objectives)
    let steps = Mutex<[Int]>([])
    try await whole.optimize(trials: Self.trials) { trial in
      Array(repeating: try Walk.run(trial, steps: steps), count: objectives)
    }
    let expected = try rows(whole)
    #expect(expected.contains { $0.state == .pruned } && expected.contains { $0.state == .complete })

    let storage = InMemoryStorage()
    let again = Mutex<[Int]>([])
    var generator = Draw(seed: seed, number: 0).generator(for: "stops")
    var runs = 0
    func study() throws -> Study { try makeStudy(storage, objectives: objectives) }
    while try storage.studies().isEmpty || rows(study()).count(where: \.state.isFinished) < Self.trials {
      let stop = StopSource()
      let last = again.withLock { $0.last ?? 0 } + generator.uniform(below: 20)
      _ = try await study().optimize(trials: Self.trials, stop: stop) { trial in
        let value = try Walk.run(trial, steps: again) { if $0 >= last { stop.stop(.atNextReport) } }
        return Array(repeating: value, count: objectives)
      }
      runs += 1
    }
    #expect(runs > 5)
    #expect(try rows(study()) == expected)
    #expect(again.withLock { $0 } == steps.withLock { $0 })
  }

  @Test(
    "a trial whose process ended between a report and its consequence is pruned when it is taken up", arguments: 1...2)
  func prunesAtResume(objectives: Int) async throws {
    let storage = InMemoryStorage()
    let study = try makeStudy(storage, objectives: objectives)
    try await study.optimize(trials: 6) { trial -> [Double] in
      for step in 1...3 { try trial.report(0, at: step) }
      return Array(repeating: 0, count: objectives)
    }
    let started = try #require(
      try storage.startTrial(study: 1, owner: .current, limit: nil) { _ in [:] })
    try storage.report(5, step: 1, checkpoint: [1], of: started.lease)
    try storage.requeueTrial(started.lease)
    let isResumed = Atomic(false)
    let summary = try await makeStudy(storage, objectives: objectives).optimize(trials: 7) { trial -> [Double] in
      _ = try trial.resume()
      isResumed.store(true, ordering: .relaxed)
      return Array(repeating: 1, count: objectives)
    }
    #expect(summary.pruned == 1 && summary.complete == 0 && !isResumed.load(ordering: .relaxed))
    #expect(try study.trials[6].values == (objectives == 1 ? [5] : []))
  }

  @Test("checkpoints are made no more often than the interval says, and always when a run is to end")
  func spacesCheckpoints() throws {
    let study = try makeStudy(interval: .seconds(3600))
    let trial = try #require(try study.ask())
    var made = 0
    for step in 1...5 {
      try trial.report(1, at: step) {
        made += 1
        return [1]
      }
      try trial.keepCheckpoint {
        made += 1
        return [1]
      }
    }
    #expect(made == 0)
    #expect(try study.storage.checkpoint(trial: trial.record.id) == nil)
  }

  @Test("an objective that cannot use a checkpoint begins again, and its earlier reports do not count")
  func startsOver() throws {
    let study = try makeStudy()
    let first = try #require(try study.ask())
    try first.report(1, at: 1) { [1] }
    try first.setConstraint("size", to: 3)
    try study.requeue(first)
    let second = try #require(try study.ask())
    #expect(try second.resume() == [1])
    try second.startOver()
    #expect(second.record.intermediateValues.isEmpty)
    try second.report(2, at: 1)
    try second.setConstraint("size", to: -1)
    let finished = try study.tell(second, value: 0)
    #expect(finished.intermediateValues == [.init(step: 1, value: 2)] && finished.constraints == ["size": -1])
    #expect(try rows(study)[0].intermediateValues == finished.intermediateValues)
  }

  @Test("a run whose trial was given to another process goes on without it")
  func losesTrial() async throws {
    let storage = InMemoryStorage()
    let study = try makeStudy(storage)
    let events = Mutex<[Int]>([])
    let summary = try await study.optimize(
      trials: 4,
      observer: { if case .lost(let number) = $0 { events.withLock { $0.append(number) } } },
      objective: { trial -> Double in
        if trial.number == 1, trial.record.userAttributes.isEmpty {
          // Somebody takes this process for dead, and another one finishes the trial.
          try storage.requeueTrial(trial.record.id)
          let other = try #require(
            try storage.startTrial(study: 1, owner: .current, limit: 0) { _ in [:] })
          try storage.finishTrial(other.lease, state: .complete, values: [42], attributes: [:])
        }
        return 1
      })
    #expect(summary.complete == 3 && summary.failed == 0)
    #expect(events.withLock { $0 } == [1])
    #expect(try study.trials.map(\.values) == [[1], [42], [1], [1]])
  }

  @Test("a trial that was ended from outside does not end the run")
  func endedFromOutside() async throws {
    let study = try makeStudy()
    let summary = try await study.optimize(trials: 3) { trial -> Double in
      if trial.number == 0 {
        try study.storage.finishTrial(trial.record.id, state: .failed, values: [], attributes: [:])
      }
      return 1
    }
    #expect(summary.complete == 2)
    #expect(try study.trials.map(\.state) == [.failed, .complete, .complete])
  }
}
