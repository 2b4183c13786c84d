import Spelling
public import TrialStorage
public import Trials

extension Study {
  /// All trials by ascending number.
  public var trials: [FrozenTrial] {
    get throws { try storage.trials(study: id, states: nil) }
  }

  /// The best complete and feasible trial that counts, the first of equals. Replicates are compared by their mean, and
  /// the first of them stands for all; see `bestResult`.
  ///
  /// - Throws: `StudyError.noCompleteTrial`; `severalObjectives`, see `paretoFront`.
  public var best: FrozenTrial { get throws { try bestResult.trial } }

  /// The best configuration with the trials that ran it.
  ///
  /// - Throws: as `best` does.
  public var bestResult: PooledResult {
    get throws {
      guard directions.count == 1 else {
        throw StudyError(
          .severalObjectives,
          "the study '\(name.inMessage)' has \(directions.count) objectives, so it has a Pareto front and no best")
      }
      guard let record = try storage.study(named: name), let best = try storage.bestResult(of: record) else {
        throw try storage.noBest(study: id, named: name)
      }
      return best
    }
  }

  /// The complete and feasible trials that count and that no other one beats in every objective, by ascending number; with
  /// one objective the best trials, which are equals. Replicates are compared by their means, and the first stands for all.
  ///
  /// - Complexity: O(*n*) for one objective and O(*n* · *f*) for several, where *f* is the size of the front.
  public var paretoFront: [FrozenTrial] {
    get throws { try storage.bestResults(study: id, directions: directions).map(\.trial) }
  }
}

extension Storage {
  /// The best configuration of a study with one objective, the first of equals; nil where no complete trial that counts
  /// meets its constraints.
  ///
  /// - Complexity: O(*n*) for a study with replicates and for a deterministic one; else near O(1) in an SQLite file.
  public func bestResult(of study: StudyRecord) throws -> PooledResult? {
    let concurrent = try concurrentReplicates(study: study.id)
    if try !concurrent.isEmpty || hasReplicates(study: study.id) {
      return try trials(study: study.id, states: [.complete])
        .bestResults(directions: study.directions, concurrent: concurrent).first
    }
    let order = TrialOrder.value(ascending: study.directions.first != .maximize)
    var limit = 8
    while true {
      let best = try trials(study: study.id, states: [.complete], order: order, limit: limit)
      if let first = best.pooled(objectives: 1).first { return first }
      if best.count < limit { return nil }
      limit *= 8
    }
  }

  /// Why a study has no best trial.
  package func noBest(study id: Int64, named name: String) throws -> StudyError {
    StudyError.noBest(
      study: name, complete: try counts(study: id)[.complete] ?? 0, excluded: try excludedCount(study: id))
  }

  /// The configurations of a study that no other one dominates, in the order of their first trials.
  ///
  /// - Complexity: As of `Study.paretoFront`.
  public func bestResults(study id: Int64, directions: [StudyDirection]) throws -> [PooledResult] {
    try trials(study: id, states: [.complete])
      .bestResults(directions: directions, concurrent: concurrentReplicates(study: id))
  }
}

extension Array where Element == FrozenTrial {
  /// The pooled results that no other one dominates, in the order of their first trials.
  ///
  /// - Parameters:
  ///   - directions: What is better, one an objective.
  ///   - concurrent: As of `pooled`.
  public func bestResults(directions: [StudyDirection], concurrent: [Int: Int] = [:]) -> [PooledResult] {
    var front: [PooledResult] = []
    for result in pooled(objectives: directions.count, concurrent: concurrent) {
      if front.contains(where: { directions.dominates($0.means, result.means) }) { continue }
      front.removeAll { directions.dominates(result.means, $0.means) }
      front.append(result)
    }
    return front
  }
}

extension Array where Element == StudyDirection {
  /// Whether values, one an objective, are nowhere worse than others and somewhere better.
  func dominates(_ values: [Double], _ others: [Double]) -> Bool {
    var isBetter = false
    for (objective, direction) in enumerated() {
      if direction.isBetter(others[objective], than: values[objective]) { return false }
      if direction.isBetter(values[objective], than: others[objective]) { isBetter = true }
    }
    return isBetter
  }
}
