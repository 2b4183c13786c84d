import Samplers
import SearchSpace
import OrderedCollections
import Pruners
import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

private func study(_ storage: any Storage = InMemoryStorage(), _ directions: [StudyDirection] = [.minimize]) throws
  -> Study
{
  try Study(
    name: "s", directions: directions, sampler: RandomSampler(seed: 1), pruner: NopPruner(), storage: storage)
}

/// A finished trial with values, nil for a failed one.
private func finished(_ number: Int, _ values: [Double]?) -> FrozenTrial {
  var trial = FrozenTrial(id: Int64(number + 1), number: number, state: values == nil ? .failed : .complete)
  trial.values = values ?? []
  return trial
}

@Suite struct StopRuleTests {
  @Test(
    "a search stagnates after so many finished trials without a better one",
    arguments: [
      (StudyDirection.minimize, [5, 4, 4, 6, 3, 3, 3, 3], 7), (.maximize, [1, 2, 2, 1, 1], 4),
      (.minimize, [3, 2, 1, 0], nil), (.minimize, [nil, nil, nil, nil, nil], nil),
      (.minimize, [nil, 1, nil, nil, nil], 4),
    ] as [(StudyDirection, [Double?], Int?)])
  func stagnation(direction: StudyDirection, values: [Double?], end: Int?) {
    var rule = StagnationRule(patience: 3, directions: [direction])
    let first = values.enumerated().first { number, value in rule.isMet(after: finished(number, value.map { [$0] })) }
    #expect(first?.offset == end)
  }

  @Test("with several objectives a trial improves that no earlier one dominates or equals")
  func severalObjectives() {
    var rule = StagnationRule(patience: 2, directions: [.minimize, .maximize])
    let values: [[Double]] = [[1, 1], [2, 2], [0, 0], [2, 2], [3, 3], [1, 0], [3, 2]]
    let met = values.enumerated().map { number, values in rule.isMet(after: finished(number, values)) }
    #expect(met == [false, false, false, false, false, false, true])
  }

  @Test("an infeasible trial is no improvement")
  func infeasible() {
    var rule = StagnationRule(patience: 1, directions: [.minimize])
    let first = rule.isMet(after: finished(0, [1]))
    var better = finished(1, [0])
    better.systemAttributes = ["constraints:size": 1]
    let second = rule.isMet(after: better)
    #expect(!first && second)
  }

  @Test("a callback ends the search, and running trials go on to their end", arguments: [1, 3])
  func callback(jobs: Int) async throws {
    let study = try study()
    let seen = Mutex<[Int]>([])
    let rule = StopCallback("enough") { trial in
      seen.withLock { $0.append(trial.number) }
      return trial.number >= 6
    }
    let summary = try await study.optimize(trials: 100, jobs: jobs, stopRules: [rule]) { _ in 1 }
    // A trial that had only just started when the rule was met counts among those that run.
    #expect(summary.stopReason == "enough" && summary.interrupted.isEmpty)
    #expect((7..<7 + 2 * jobs).contains(summary.finished) && (jobs > 1 || summary.finished == 7))
    let numbers = seen.withLock { $0 }
    #expect(Set(numbers).count == numbers.count && numbers.contains { $0 >= 6 })
    let states = try study.trials.map(\.state)
    #expect(states.count == summary.finished && states.allSatisfy { $0 == .complete })
  }

  @Test("a search that is begun again goes by all finished trials, and does not start where a rule is met")
  func resumes() async throws {
    let study = try study()
    let rules = [StagnationRule(patience: 5, directions: [.minimize])]
    let objective: @Sendable (Trial) -> Double = { $0.number == 2 ? 0 : 1 }
    try await study.optimize(trials: 5, stopRules: rules, objective: objective)
    let summary = try await study.optimize(trials: 100, stopRules: rules, objective: objective)
    #expect(summary.finished == 3 && summary.stopReason == "no improvement in the last 5 finished trials")
    #expect(try await study.optimize(trials: 100, stopRules: rules, objective: objective).finished == 0)
    #expect(try study.trials.count == 8)
  }

  @Test("an excluded trial is not shown to a rule")
  func excluded() async throws {
    let study = try study()
    try await study.optimize(trials: 3) { Double($0.number) }
    try study.storage.setExclusion("", trial: study.trials[0].id)
    let rule = StopCallback("never") { $0.number == 0 }
    #expect(try await study.optimize(trials: 4, stopRules: [rule]) { Double($0.number) }.finished == 2)
  }

  @Test("what a rule throws ends the run with that error, and every trial is on record")
  func throwing() async throws {
    struct Broken: Error {}
    let study = try study()
    let rule = StopCallback("never") { trial in if trial.number == 2 { throw Broken() } else { false } }
    await #expect(throws: Broken.self) { try await study.optimize(trials: 9, stopRules: [rule]) { _ in 1 } }
    #expect(try study.trials.map(\.state) == [.complete, .complete, .complete])
  }

  @Test("a time limit ends running trials at their next report, and they wait with their parameters")
  func timeout() async throws {
    let study = try study()
    let summary = try await study.optimize(trials: 100, timeout: .milliseconds(1), jobs: 2) { trial -> Double in
      let x = try trial.suggest(.float("x", 0...1))
      // Until the time is over.
      var step = 0
      while true {
        try trial.report(x, at: step)
        step += 1
      }
    }
    #expect(summary.stopReason == "the time is over" && summary.finished == 0)
    let trials = try study.trials
    #expect(trials.allSatisfy { $0.state == .waiting && $0.intermediateValues.isEmpty })
    #expect(trials.map(\.number) == summary.interrupted)
  }

  @Test("an excluded trial makes room in a total, and a repeated one keeps it")
  func budget() async throws {
    let study = try study()
    try await study.optimize(trials: 5) { Double($0.number) }
    try study.storage.setExclusion("", trial: study.trials[1].id)
    #expect(try await study.optimize(trials: 5) { Double($0.number) }.finished == 1)
    _ = try study.storage.repeatTrial(study.trials[0].id) { _ in "" }
    #expect(try await study.optimize(trials: 5) { Double($0.number) }.finished == 1)
    #expect(try study.trials.count { !$0.isExcluded } == 5)
    #expect(try study.best.number == 2)
  }
}
