import RealModule
public import Trials

/// The result of one configuration: of one trial, or the mean over several that ran it with seeds of their own.
public struct PooledResult: Sendable {
  /// The complete trials by ascending number; the first stands for all.
  public let trials: [FrozenTrial]
  /// The mean of the trials' values, one an objective.
  public let means: [Double]

  init(_ trials: [FrozenTrial]) {
    self.trials = trials
    means = trials[0].values.indices.map { objective in
      trials.reduce(0) { $0 + $1.values[objective] } / Double(trials.count)
    }
  }

  /// The trial that stands for all, the first one.
  public var trial: FrozenTrial { trials[0] }

  /// The mean of the only objective.
  public var value: Double? { means.count == 1 ? means[0] : nil }

  /// The interval that covers the expectation of an objective with a confidence, if the values are normally distributed:
  /// mean ± t·s/√n with n − 1 degrees of freedom; nil for a single trial, and where a value is infinite.
  ///
  /// - Parameters:
  ///   - objective: The place among the objectives.
  ///   - confidence: Above 0 and below 1.
  public func interval(objective: Int = 0, confidence: Double = 0.95) -> ClosedRange<Double>? {
    let interval = MeanInterval(trials.map { $0.values[objective] }, confidence: confidence)
    return interval.margin.map { interval.mean - $0...interval.mean + $0 }
  }
}

extension Array where Element == FrozenTrial {
  /// The results of the complete and feasible trials that count, by ascending number of the first trial of each.
  ///
  /// Trials that are on record as replicates of one are pooled with it. A trial that reuses a result adds none.
  ///
  /// - Parameters:
  ///   - objectives: How many values a complete trial has.
  ///   - concurrent: Replicates that are not on record as such; see `Storage.concurrentReplicates`.
  public func pooled(objectives: Int, concurrent: [Int: Int] = [:]) -> [PooledResult] {
    func original(_ trial: FrozenTrial) -> Int { trial.replicated ?? concurrent[trial.number] ?? trial.number }
    let usable = filter { trial in
      trial.state == .complete && !trial.isExcluded && trial.reused == nil && trial.isFeasible
        && trial.values.count == objectives
    }
    let replicated = Set(usable.compactMap { original($0) == $0.number ? nil : original($0) })
    guard !replicated.isEmpty else { return usable.map { PooledResult([$0]) } }
    var groups: [Int: [FrozenTrial]] = [:]
    for trial in usable where replicated.contains(original(trial)) {
      groups[original(trial), default: []].append(trial)
    }
    return usable.compactMap { trial in
      guard let group = groups[original(trial)] else { return PooledResult([trial]) }
      return group[0].number == trial.number ? PooledResult(group) : nil
    }
  }
}
