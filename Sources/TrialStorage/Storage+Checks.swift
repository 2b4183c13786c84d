import OrderedCollections
package import SearchSpace
import Spelling
package import Trials

/// The checks that every storage makes before it writes.
package enum StorageChecks {
  /// - Throws: `StorageError.invalidValue` for a name of no or more than 512 characters.
  package static func name(_ name: String, of what: String) throws {
    guard !name.isEmpty else { throw StorageError(.invalidValue, "the name of \(what) is empty") }
    guard !name.unicodeScalars.contains("\0") else {
      throw StorageError(.invalidValue, "the name of \(what), \(name.debugDescription), contains a NUL character")
    }
    guard name.unicodeScalars.count <= StudyRecord.longestName else {
      throw StorageError(
        .invalidValue,
        "the name of \(what), '\(name.prefix(40))…', is longer than \(StudyRecord.longestName) characters")
    }
  }

  /// - Throws: `StorageError.invalidValue` where the name of a parameter or an attribute is none.
  package static func names(of trial: FrozenTrial) throws {
    for name in trial.parameters.keys { try Self.name(name, of: "a parameter") }
    for key in trial.userAttributes.keys { try name(key, of: "an attribute") }
    for key in trial.systemAttributes.keys { try name(key, of: "an attribute") }
  }

  /// - Throws: `StorageError.invalidValue` where a copy of the trial would lack something.
  package static func isWhole(_ trial: FrozenTrial) throws {
    try isWhole("trial \(trial.number)", omissions: trial.omissions)
  }

  /// - Throws: `StorageError.invalidValue` where a copy of the study would lack something.
  package static func isWhole(_ study: StudyRecord) throws {
    try isWhole("the study '\(study.name.inMessage)'", omissions: study.omissions)
  }

  private static func isWhole(_ subject: String, omissions: [String]) throws {
    guard let omission = omissions.first else { return }
    throw StorageError(
      .invalidValue,
      "\(subject) cannot be copied whole: \(omission); 'hpo doctor FILE' lists all such places and says what helps")
  }

  /// - Throws: `StorageError.invalidValue` where there is none.
  package static func directions(_ directions: [StudyDirection], study: String) throws {
    guard !directions.isEmpty else {
      throw StorageError(.invalidValue, "the study '\(study.inMessage)' has no direction")
    }
  }

  /// - Throws: `StorageError.invalidValue` unless the values fit the state and the objectives.
  package static func result(state: TrialState, values: [Double], objectives: Int, number: Int) throws {
    func fail(_ reason: String) -> StorageError {
      StorageError(.invalidValue, "trial \(number) cannot end as \(state.rawValue): \(reason)")
    }
    guard state.isFinished else { throw fail("that is no end") }
    guard !values.contains(where: \.isNaN) else { throw fail("a value is NaN") }
    let permitted =
      switch state {
      case .complete: values.count == objectives
      case .pruned: values.isEmpty || values.count == objectives
      default: values.isEmpty
      }
    guard permitted else {
      throw fail(
        "it has \(values.count) value\(values.count == 1 ? "" : "s") for \(objectives) objective\(objectives == 1 ? "" : "s")"
      )
    }
  }

  /// - Throws: `StorageError.invalidValue` unless a trial can be added as it is.
  package static func addition(_ trial: FrozenTrial, objectives: Int, number: Int) throws {
    if trial.state != .waiting {
      return try result(state: trial.state, values: trial.values, objectives: objectives, number: number)
    }
    guard trial.values.isEmpty, trial.parameters.isEmpty, trial.intermediateValues.isEmpty else {
      throw StorageError(.invalidValue, "trial \(number) cannot wait: it has results or parameters already")
    }
  }

  /// - Throws: `StorageError.wrongState` unless the trial is finished.
  package static func finished(_ state: TrialState, number: Int, to action: String) throws {
    guard state.isFinished else {
      throw StorageError(
        .wrongState, "trial \(number) is \(state.rawValue); only a finished trial can be \(action)")
    }
  }

  /// - Throws: `StorageError.wrongState` unless the trial is in one of the states.
  package static func state(_ state: TrialState, isIn permitted: TrialState..., number: Int, to action: String) throws {
    guard permitted.contains(state) else {
      throw StorageError(
        .wrongState, "trial \(number) is \(state.rawValue), it is too late or too early to \(action) it")
    }
  }

  /// - Parameters:
  ///   - lease: The run that writes.
  ///   - starts: How often the trial has been started.
  ///   - isOwned: Whether its run is hpo's.
  /// - Throws: `StorageError.trialLost` where the run of the lease is over, though the trial is not finished.
  package static func lease(
    _ lease: TrialLease, state: TrialState, starts: Int, isOwned: Bool, number: Int
  ) throws {
    guard let start = lease.start, start != starts || isOwned != lease.isOwned && !state.isFinished else { return }
    let event =
      starts > start || state == .running
      ? "was taken up again, since this one seemed to have ended" : "waits to be run again"
    throw StorageError(.trialLost, "trial \(number) is not this run's any more: it \(event)")
  }

  /// - Throws: `StorageError.invalidValue` for a checkpoint that is too large.
  package static func checkpoint(_ bytes: [UInt8], number: Int) throws {
    guard bytes.count > InMemoryStorage.largestCheckpoint else { return }
    throw StorageError(
      .invalidValue,
      "the checkpoint of trial \(number) has \(bytes.count) bytes; at most \(InMemoryStorage.largestCheckpoint) are kept"
    )
  }

  /// - Throws: `StorageError.incompatibleParameter` where a later distribution contradicts an earlier one.
  package static func compatibility(of later: Distribution, with earlier: Distribution?, name: String) throws {
    do throws(SearchSpaceError) {
      try earlier?.checkCompatibility(with: later, name: name)
    } catch {
      throw StorageError(.incompatibleParameter, error.message)
    }
  }

  /// A finished trial whose repetition has not been run yet.
  package static func repeated(number: Int, as copy: Int, state: TrialState) -> StorageError {
    StorageError(
      .wrongState,
      "trial \(number) \(state == .waiting ? "waits to run again" : "runs again") as trial \(copy) already; nothing was added"
    )
  }

  package static func exists(study name: String) -> StorageError {
    StorageError(
      .studyExists, "there is a study '\(name.inMessage)' already; choose another name, or go on with that one")
  }

  package static func notFound(study id: Int64) -> StorageError {
    StorageError(.studyNotFound, "there is no study of id \(id); it may have been deleted")
  }

  /// - Parameter count: How many numbers the study has given out.
  package static func notFound(number: Int, count: Int) -> StorageError {
    let hint =
      switch count {
      case 0: "the study has none yet"
      case 1: "the study has only trial 0"
      default: "the study has the trials 0 to \(count - 1)"
      }
    return StorageError(.trialNotFound, "there is no trial \(number); \(hint)")
  }

  package static func notFound(trial id: Int64) -> StorageError {
    StorageError(.trialNotFound, "there is no trial of id \(id); its study may have been deleted")
  }
}
