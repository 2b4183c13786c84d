import SearchSpace
import TestSupport
import Trials

@testable import Pruners

/// A history with the reports of some running trials, as `Fixtures/generate_median.py` draws it; both must change
/// together.
struct PrunerCase {
  let pruner: any Pruner
  private(set) var history: TrialHistory
  private(set) var running: [[FrozenTrial.IntermediateValue]] = []

  init(_ index: Int) throws {
    var random = SplitMix64(seed: UInt64(index * 7919 + 3))
    let direction: StudyDirection = random.below(2) == 1 ? .maximize : .minimize
    let percentile = [50, 50, 50, 0, 10, 25, 33.3, 75, 90, 100][random.below(10)]
    let (startup, warmup) = (random.below(7), random.below(4))
    let (interval, minimum) = (1 + random.below(4), 1 + random.below(3))
    pruner =
      percentile == 50
      ? try MedianPruner(
        startupTrials: startup, warmupSteps: warmup, intervalSteps: interval, minimumTrials: minimum)
      : try PercentilePruner(
        percentile, startupTrials: startup, warmupSteps: warmup, intervalSteps: interval, minimumTrials: minimum)
    let isOdd = random.below(3) > 0
    history = TrialHistory(directions: [direction])
    for number in 0..<random.below(40) {
      let state: TrialState =
        switch random.below(9) {
        case ..<6: .complete
        case 6: .pruned
        case 7: .failed
        default: .running
        }
      var trial = FrozenTrial(id: Int64(number), number: number, state: state)
      trial.values = state == .complete ? [0] : []
      trial.intermediateValues = Self.drawReports(&random, isOdd: isOdd)
      history.update(trial)
    }
    for _ in 0..<3 { running.append(Self.drawReports(&random, isOdd: isOdd)) }
  }

  private static func drawReports(_ random: inout SplitMix64, isOdd: Bool) -> [FrozenTrial.IntermediateValue] {
    var reports: [FrozenTrial.IntermediateValue] = []
    var step = -1
    for _ in 0..<random.below(9) {
      step += random.below(6) > 0 ? 1 : 1 + random.below(4)
      let roll = random.below(100)
      var value = random.below(2) == 1 ? Double(random.below(12)) / 4 : random.uniform() * 3
      if isOdd { value = roll < 12 ? .nan : roll < 20 ? .infinity : roll < 28 ? -.infinity : value }
      reports.append(.init(step: step, value: value))
    }
    return reports
  }
}
