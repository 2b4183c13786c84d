import OrderedCollections
import SearchSpace
public import TrialStorage
public import Trials

extension Study {
  /// An earlier trial with the parameters of a running one: a complete or pruned one, else another running one.
  ///
  /// - Parameter view: What the trial sees, in a deterministic study.
  func twin(of trial: FrozenTrial, in view: inout TrialView?) throws -> FrozenTrial? {
    let fixed = trial.fixedParameters
    // Draws from a continuum do not repeat, and looking costs an index of the study.
    let isContinuous = trial.parameters.contains { name, parameter in
      parameter.distribution.isContinuous && fixed[name] == nil
    }
    guard !isContinuous, !trial.parameters.isEmpty else { return nil }
    if let seen = view?.seen {
      withOrderedTrials { $0.needsIndex = true }
      let numbers = try view?.history.numbers(withParametersOf: trial) { body in
        try storage.forEachTrial(study: id) { if seen.contains($0.number) { body($0.included) } }
      }
      for number in numbers ?? [] where number != trial.number {
        let other = try storage.trial(number: number, study: id)
        if other.hasParameters(of: trial) { return other }
      }
      return nil
    }
    let (finished, running) = try withKnownHistory { history in
      (
        try history.numbers(withParametersOf: trial) { try storage.forEachTrial(study: id, $0) },
        history.running.first { $0.number != trial.number && $0.hasParameters(of: trial) }
      )
    }
    for number in finished where number != trial.number {
      let other = try storage.trial(number: number, study: id)
      if other.hasParameters(of: trial), !other.isExcluded { return other }
    }
    return running
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

extension Distribution {
  /// Whether a draw has as many possible values as there are doubles.
  fileprivate var isContinuous: Bool {
    if case .float(let range) = self { range.step == nil && range.low < range.high } else { false }
  }
}
