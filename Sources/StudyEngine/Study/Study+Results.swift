import TrialStorage
public import Trials

extension Study {
  /// All trials by ascending number.
  public var trials: [FrozenTrial] {
    get throws { try storage.trials(study: id, states: nil) }
  }

  /// The best complete and feasible trial, the first of equals.
  ///
  /// - Throws: `StudyError.noCompleteTrial`; `severalObjectives`, see `paretoFront`.
  public var best: FrozenTrial {
    get throws {
      guard directions.count == 1 else {
        throw StudyError(
          .severalObjectives,
          "the study '\(name)' has \(directions.count) objectives, so it has a Pareto front and no best")
      }
      guard let best = try paretoFront.first else {
        throw StudyError(.noCompleteTrial, "the study '\(name)' has no complete trial that meets its constraints yet")
      }
      return best
    }
  }

  /// The complete and feasible trials that no other one beats in every objective, by ascending number; with one
  /// objective the best trials, which are equals.
  ///
  /// - Complexity: O(*n*) for one objective and O(*n* · *f*) for several, where *f* is the size of the front.
  public var paretoFront: [FrozenTrial] {
    get throws { try storage.trials(study: id, states: [.complete]).paretoFront(directions: directions) }
  }
}

extension Array where Element == FrozenTrial {
  /// The feasible complete trials that no other one dominates, in their order.
  public func paretoFront(directions: [StudyDirection]) -> [FrozenTrial] {
    var front: [FrozenTrial] = []
    for trial in self where trial.state == .complete && trial.isFeasible && trial.values.count == directions.count {
      if front.contains(where: { $0.dominates(trial, directions: directions) }) { continue }
      front.removeAll { trial.dominates($0, directions: directions) }
      front.append(trial)
    }
    return front
  }
}

extension FrozenTrial {
  /// Whether the trial is nowhere worse than another one and somewhere better.
  func dominates(_ other: FrozenTrial, directions: [StudyDirection]) -> Bool {
    var isBetter = false
    for (objective, direction) in directions.enumerated() {
      if direction.isBetter(other.values[objective], than: values[objective]) { return false }
      if direction.isBetter(values[objective], than: other.values[objective]) { isBetter = true }
    }
    return isBetter
  }
}
