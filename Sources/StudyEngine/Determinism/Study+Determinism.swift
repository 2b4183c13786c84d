import OrderedCollections
import Pruners
import Samplers
import SearchSpace
import Synchronization
import TrialStorage
public import Trials

extension Study {
  /// Whether what a trial is suggested follows from its number and the record, however many trials run at once.
  public var isDeterministic: Bool { window != nil }

  /// Starts the trial whose turn it is, once the trials that it sees are finished.
  ///
  /// - Parameter rules: What may end the search before it.
  func startInOrder(
    limit: Int?, owner: ProcessIdentity, stop: StopSource?, rules: StopWatch?, _ ordered: inout OrderedTrials
  ) throws -> TrialStart {
    var refused: Int?
    while true {
      try ordered.read(from: storage, study: id)
      let (number, waiting) = ordered.next
      // What was refused though nothing has changed is over a limit that the storage knows better.
      guard number != refused else { return .nothingLeft }
      if waiting == nil, let limit, number - ordered.excludedCount >= limit { return .nothingLeft }
      if let blocker = ordered.blocker(of: number) { return .mustWait(number: number, for: blocker) }
      let seen: SeenTrials
      if let earlier = waiting?.seen {
        seen = earlier
      } else {
        seen = try ordered.seen(by: number, search: searchChecksum(), storage: storage, study: id)
        if let reason = try rules?.look(below: seen.count) { return .ended(reason: reason) }
      }
      var view = try ordered.view(of: seen, by: number, storage: storage, study: id)
      if waiting == nil, sampler.isExhausted(view.history) { return .nothingLeft }
      let started = try storage.startTrial(study: id, owner: owner, limit: limit, number: number) { trial in
        guard trial.seen == nil else { return [:] }
        view.history.update(trial)
        let isDrawn = trial.fixedParameters.isEmpty && trial.parameters.isEmpty
        var attributes =
          isDrawn ? sampler.assignment(for: Draw(seed: seed, number: number), history: view.history) : [:]
        attributes[FrozenTrial.seenKey] = seen.json
        return attributes
      }
      if let started {
        view.history.update(started.record)
        return .started(
          Trial(started, draw: Draw(seed: seed, number: number), study: self, stop: stop, view: view))
      }
      refused = number
    }
  }

  /// The history as a trial of a deterministic study sees it; nil where it is not on record what that is.
  func view(of trial: FrozenTrial) throws -> TrialView? {
    guard let seen = trial.seen else { return nil }
    return try withOrderedTrials { ordered in
      try ordered.read(from: storage, study: id)
      var view = try ordered.view(of: seen, by: trial.number, storage: storage, study: id)
      view.history.update(trial)
      return view
    }
  }

  /// What the search is described by.
  func searchChecksum() throws -> Checksum {
    try searchDescription.withLock { known in
      if let known { return known }
      let documents = try [StudyDocument.configuration, .search].map { try storage.document($0, study: id) ?? "" }
      let checksum = Checksum(
        of: [type(of: sampler).name, type(of: pruner).name, duplicates.rawValue, String(seed)] + documents)
      known = checksum
      return checksum
    }
  }
}

extension Trial {
  /// The other trials of the study by ascending number; in a deterministic study those that this one sees.
  public var others: [FrozenTrial] {
    get throws {
      let seen = record.seen
      return try study.trials.filter { seen?.contains($0.number) ?? ($0.number != number) }
    }
  }
}
