import SearchSpace
import TestSupport
import Testing
import Trials

@testable import Pruners

@Suite("Median and percentile pruners")
struct PercentilePrunerTests {
  @Test("Decisions agree with Optuna 5.0.0 on random histories")
  func agreement() throws {
    let cases = try Fixture.json("median.json").arrayValue?.compactMap(\.stringValue) ?? []
    #expect(cases.count >= 2000)
    for (index, expected) in cases.enumerated() {
      let random = try PrunerCase(index)
      let decisions = random.running.map { reports in
        (0...reports.count).map { end in
          random.pruner.shouldPrune(reports: Array(reports.prefix(end)), history: random.history) ? "1" : "0"
        }
        .joined()
      }
      .joined(separator: " ")
      #expect(decisions == expected, "case \(index)")
    }
  }

  private func history(_ direction: StudyDirection, finals: [Double], at step: Int = 0) -> TrialHistory {
    var history = TrialHistory(directions: [direction])
    for (number, value) in finals.enumerated() {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      trial.values = [value]
      trial.intermediateValues = [.init(step: step, value: value)]
      history.update(trial)
    }
    return history
  }

  @Test("A trial goes on where its best value equals the median, and ends just beyond")
  func strictness() throws {
    let pruner = MedianPruner()
    let smaller = history(.minimize, finals: [1, 2, 3, 4, 5])
    #expect(!pruner.shouldPrune(reports: [.init(step: 0, value: 3)], history: smaller))
    #expect(pruner.shouldPrune(reports: [.init(step: 0, value: 3.0.nextUp)], history: smaller))
    let larger = history(.maximize, finals: [1, 2, 3, 4, 5])
    #expect(!pruner.shouldPrune(reports: [.init(step: 0, value: 3)], history: larger))
    #expect(pruner.shouldPrune(reports: [.init(step: 0, value: 3.0.nextDown)], history: larger))
  }

  @Test("Of several objectives the first is judged, in its direction", arguments: [StudyDirection.minimize, .maximize])
  func severalObjectives(first: StudyDirection) {
    let one = history(first, finals: [1, 2, 3, 4, 5])
    for second in [StudyDirection.minimize, .maximize] {
      var several = TrialHistory(directions: [first, second])
      for (number, value) in [1.0, 2, 3, 4, 5].enumerated() {
        var trial = FrozenTrial(id: 0, number: number, state: .complete)
        trial.values = [value, 100 - value]
        trial.intermediateValues = [.init(step: 0, value: value)]
        several.update(trial)
      }
      for value in [2.0, 3.0.nextDown, 3, 3.0.nextUp, 4] {
        let reports = [FrozenTrial.IntermediateValue(step: 0, value: value)]
        let isPruned = MedianPruner().shouldPrune(reports: reports, history: several)
        #expect(isPruned == MedianPruner().shouldPrune(reports: reports, history: one), "\(value)")
      }
    }
  }

  @Test("Only complete trials count, and only from the startup on")
  func startup() throws {
    var four = history(.minimize, finals: [1, 1, 1, 1])
    let bad = [FrozenTrial.IntermediateValue(step: 0, value: 9)]
    var pruned = FrozenTrial(id: 0, number: 10, state: .pruned)
    pruned.intermediateValues = [.init(step: 0, value: 1)]
    four.update(pruned)
    #expect(!(MedianPruner().shouldPrune(reports: bad, history: four)))
    #expect(try MedianPruner(startupTrials: 4).shouldPrune(reports: bad, history: four))
    #expect(!NopPruner().shouldPrune(reports: bad, history: four))
  }

  @Test("Options outside their ranges are refused")
  func options() {
    #expect(throws: PrunerError.self) { try PercentilePruner(-0.1) }
    #expect(throws: PrunerError.self) { try PercentilePruner(100.1) }
    #expect(throws: PrunerError.self) { try PercentilePruner(.nan) }
    #expect(throws: PrunerError.self) { try MedianPruner(startupTrials: -1) }
    #expect(throws: PrunerError.self) { try MedianPruner(warmupSteps: -1) }
    #expect(throws: PrunerError.self) { try MedianPruner(intervalSteps: 0) }
    #expect(throws: PrunerError.self) { try MedianPruner(minimumTrials: 0) }
  }
}
