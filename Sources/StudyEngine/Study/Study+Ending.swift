import OrderedCollections
import SearchSpace
import Synchronization
import TrialStorage
import Trials

extension Study {
  /// Ends a trial for every process.
  ///
  /// A trial that turns out to have the parameters of a finished one is on record as its replicate: it asked for them one by
  /// one, or another process drew the same at the same time.
  func end(
    _ trial: Trial, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue> = [:]
  ) throws -> EndedTrial {
    let ended = try trial.state.withLock { live in
      var ending = TrialEnd(record: live.record, parameters: live.pending, attributes: [:])
      (ending.record.state, ending.record.values) = (state, values)
      ending.set(attributes)
      let ended = try end(&ending, trial, &live)
      live.record = ended.record
      live.recordedCount = ended.record.parameters.count
      return ended
    }
    heartbeat.end(trial.lease)
    return ended
  }

  private func end(_ ending: inout TrialEnd, _ trial: Trial, _ live: inout Trial.State) throws -> EndedTrial {
    if !ending.mayHaveTwin {
      let ended = try commit(&ending, trial.lease)
      remember(ended.record)
      return ended
    }
    try trial.loadView(&live)
    if live.view != nil {
      ending.note(try twin(of: ending.record, in: &live.view))
      return try commit(&ending, trial.lease)
    }
    // One step for the other jobs, and by the transaction for other processes: of two trials that end at the same time, one
    // finds the other.
    return try known.withLock { known in
      try known.read(from: storage, study: id)
      ending.note(try known.finishedTwin(of: ending.record, in: storage, study: id))
      let ended = try commit(&ending, trial.lease, since: isDeterministic ? nil : known.cursor)
      known.remember(ended.record)
      return ended
    }
  }

  private func commit(
    _ ending: inout TrialEnd, _ lease: TrialLease, since cursor: TrialCursor? = nil
  ) throws -> EndedTrial {
    if isDeterministic { ending.set([FrozenTrial.sealKey: TrialSeal(of: ending.record).json]) }
    let (parameters, attributes) = (ending.parameters, ending.attributes)
    let sync = try storage.commitEnd(
      of: lease, state: ending.record.state, values: ending.record.values, parameters: parameters,
      attributes: attributes, since: cursor
    ) { news in
      ending.note(news.first { $0.hasResult(of: ending.record) })
      return ending.attributes
    }
    ending.record.completed = .now
    return EndedTrial(record: ending.record, sync: sync)
  }
}

/// What is put on record as a trial ends.
private struct TrialEnd {
  var record: FrozenTrial
  /// Those that are not on record yet.
  let parameters: OrderedDictionary<String, FrozenTrial.Parameter>
  private(set) var attributes: OrderedDictionary<String, JSONValue>

  mutating func set(_ new: OrderedDictionary<String, JSONValue>) {
    attributes.update(with: new)
    record.systemAttributes.update(with: new)
  }

  /// Whether the trial may turn out to be a replicate that nobody has noticed.
  var mayHaveTwin: Bool {
    record.state != .failed && record.reused == nil && record.replicated == nil && record.isOfDiscreteSpace
  }

  /// Takes note of a finished trial with the same parameters.
  mutating func note(_ twin: FrozenTrial?) {
    // A trial that runs again may meet one that is its own replicate.
    guard record.replicated == nil, let twin, twin.original != record.number else { return }
    set([FrozenTrial.replicatedKey: .int(twin.original)])
  }
}

/// A trial that has ended for every process, and is on its way to the disk.
struct EndedTrial: Sendable {
  let record: FrozenTrial
  fileprivate let sync: PendingSync

  /// Whether there is no disk to wait for.
  var isSettled: Bool { sync.isDone }

  /// The record, once it survives a power loss.
  func settled() throws -> FrozenTrial {
    try sync.wait()
    return record
  }
}
