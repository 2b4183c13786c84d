import OrderedCollections
import SearchSpace
import Synchronization
public import TrialStorage
public import Trials

extension Study {
  /// Looks for another trial with the parameters of a running one: a complete or pruned one, else another running one.
  /// Where there is none, the parameters are this trial's, for all jobs of the process: looking and claiming are one step.
  ///
  /// - Parameters:
  ///   - trial: The trial, with all its parameters.
  ///   - view: What the trial sees, in a deterministic study, in which nothing is claimed.
  func claimParameters(of trial: FrozenTrial, in view: inout TrialView?) throws -> FrozenTrial? {
    guard trial.isOfDiscreteSpace else { return nil }
    if view != nil { return try twin(of: trial, in: &view) }
    return try known.withLock { known in
      if let twin = try known.finishedTwin(of: trial, in: storage, study: id) ?? known.runningTwin(of: trial) {
        return twin
      }
      if !isDeterministic { known.remember(trial) }
      return nil
    }
  }

  /// A finished trial that a trial of a deterministic study sees, and that has the same parameters.
  func twin(of trial: FrozenTrial, in view: inout TrialView?) throws -> FrozenTrial? {
    guard let seen = view?.seen else { return nil }
    withOrderedTrials { $0.needsIndex = true }
    try view?.history.indexConfigurations { body in
      try storage.forEachConfiguration(study: id) { if seen.contains($0.number) { body($0.included) } }
    }
    return try view?.history.first(withParametersOf: trial) { number in
      guard number != trial.number else { return nil }
      let other = try storage.trialIfPresent(number: number, study: id)
      return other?.hasParameters(of: trial) == true ? other : nil
    }
  }

  /// Ends a trial with the result of an earlier one of the same parameters, whose user attributes it gets, too.
  ///
  /// - Throws: `StudyError.invalidArgument` unless the earlier one is complete or pruned.
  @discardableResult
  public func tell(_ trial: Trial, reusing number: Int) throws -> FrozenTrial {
    try end(trial, reusing: number).settled()
  }

  func end(_ trial: Trial, reusing number: Int) throws -> EndedTrial {
    let earlier = try storage.trial(number: number, study: id)
    guard earlier.state == .complete || earlier.state == .pruned else {
      throw StudyError(.invalidArgument, "trial \(number) is \(earlier.state.rawValue), it has no result to reuse")
    }
    for (key, value) in earlier.userAttributes where trial.record.userAttributes[key] == nil {
      try trial.setUserAttribute(key, to: value)
    }
    return try end(
      trial, state: earlier.state, values: earlier.values,
      attributes: [FrozenTrial.reusedKey: .int(earlier.original)])
  }
}

extension Storage {
  /// Hands all trials of a study to `body`, reading some at a time, since there may be very many.
  func forEachTrial(study: Int64, _ body: (FrozenTrial) -> Void) throws {
    try forEachBatch(study: study) { $0.forEach(body) }
  }

  /// A trial, or nil where another program has deleted it.
  fileprivate func trialIfPresent(number: Int, study: Int64) throws -> FrozenTrial? {
    do {
      return try trial(number: number, study: study)
    } catch let error as StorageError where error.code == .trialNotFound {
      return nil
    }
  }

  /// The trials of a deterministic study that turned out to have the parameters of one which ran beside them: by the number
  /// of each, that of the first one. Such trials are replicates as well, though not on record as such. Empty for a study
  /// whose trials saw all trials before them.
  ///
  /// - Complexity: O(*n*) for a deterministic study with a window above 1; else O(1).
  public func concurrentReplicates(study: Int64) throws -> [Int: Int] {
    guard let window = try document(.window, study: study).flatMap({ Int($0) }), window > 1 else { return [:] }
    var duplicates = ConcurrentDuplicates()
    try forEachTrial(study: study) { duplicates.add($0) }
    return duplicates.originals
  }
}

extension FrozenTrial {
  /// The trial as whoever counts it sees it.
  var included: FrozenTrial {
    var copy = self
    copy.exclusion = nil
    return copy
  }
}

extension HashedConfiguration {
  /// The configuration as whoever counts its trial sees it.
  var included: HashedConfiguration {
    var copy = self
    copy.isExcluded = false
    return copy
  }
}

extension KnownTrials {
  /// A finished trial with a result and with the parameters of another one.
  mutating func finishedTwin(
    of trial: FrozenTrial, in storage: any Storage, study: Int64
  ) throws -> FrozenTrial? {
    if !history.isIndexed {
      try history.indexConfigurations { try storage.forEachConfiguration(study: study, $0) }
      // The next process is spared that.
      try keep(in: storage, study: study, after: nil)
    }
    return try history.first(withParametersOf: trial) { number in
      guard number != trial.number else { return nil }
      let other = try storage.trialIfPresent(number: number, study: study)
      return other?.hasResult(of: trial) == true ? other : nil
    }
  }
}

extension FrozenTrial {
  /// Whether the trial counts, and tells the value of another one's parameters.
  func hasResult(of other: FrozenTrial) -> Bool {
    (state == .complete || state == .pruned) && !isExcluded && reused == nil && number != other.number
      && hasParameters(of: other)
  }

  /// Whether another trial may have the same parameters: draws from a continuum do not repeat, and looking costs an index of
  /// the study.
  var isOfDiscreteSpace: Bool {
    let fixed = fixedParameters
    return !parameters.isEmpty
      && !parameters.contains { name, parameter in parameter.distribution.isContinuous && fixed[name] == nil }
  }
}

extension Distribution {
  /// Whether a draw has as many possible values as there are doubles.
  fileprivate var isContinuous: Bool {
    if case .float(let range) = self { range.step == nil && range.low < range.high } else { false }
  }
}
