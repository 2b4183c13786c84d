import OrderedCollections
import Pruners
import Synchronization
import TrialStorage
import Trials

extension Trial {
  /// Reports how far the objective has come, for the pruner and for whoever watches; of several objectives the first.
  ///
  /// Only the first report of a step counts. With a checkpoint an interrupted trial goes on behind this report:
  ///
  ///     var model = try trial.resume().map(Model.init(decoding:)) ?? Model()
  ///     while model.epoch < 100 {
  ///       model.trainOneEpoch()
  ///       try trial.report(model.loss, at: model.epoch) { model.encoded() }
  ///     }
  ///
  /// - Parameters:
  ///   - value: Any double; NaN says that the objective has no value there.
  ///   - step: For instance the epoch.
  ///   - checkpoint: Everything that the objective needs to go on from here, at most `largestCheckpoint` bytes. Called where
  ///     the study's `checkpointInterval` is over, or the run is to end now; kept in one transaction with the report.
  /// - Throws: `TrialPruned` where the trial is to end now, `TrialInterrupted` where the run is to end now;
  ///   `StudyError.invalidArgument` for a step below 0; `StorageError`, of code `trialLost` where another process has taken
  ///   the trial up; what `checkpoint` throws.
  public func report(_ value: Double, at step: Int, checkpoint: (() throws -> [UInt8])? = nil) throws {
    guard step >= 0 else { throw StudyError(.invalidArgument, "a report's step is \(step); it must be 0 or more") }
    let isEnding = stop?.mode == .atNextReport
    try recordParameters()
    let start = ContinuousClock.now
    let bytes = isCheckpointDue(isEnding, at: start) ? try checkpoint?() : nil
    try study.storage.report(value, step: step, checkpoint: bytes, of: lease)
    if bytes != nil { noteCheckpoint(since: start) }
    let reports = state.withLock { state in
      let earlier = state.record.intermediateValues
      // Steps mostly ascend.
      let place = (earlier.last?.step ?? -1) < step ? earlier.count : earlier.firstIndex { $0.step >= step } ?? 0
      if place == earlier.count || earlier[place].step != step {
        state.record.intermediateValues.insert(.init(step: step, value: value), at: place)
      }
      return state.record.intermediateValues
    }
    if isEnding { throw TrialInterrupted() }
    if try isToBePruned(reports) { throw TrialPruned() }
  }

  /// Whether a report of a step is on record, so that a further one does not count.
  package func hasReport(at step: Int) -> Bool {
    state.withLock { state in
      let reports = state.record.intermediateValues
      return (reports.last?.step ?? -1) >= step && reports.contains { $0.step == step }
    }
  }

  private func isToBePruned(_ reports: [FrozenTrial.IntermediateValue]) throws -> Bool {
    if study.pruner is NopPruner { return false }
    let isPruned = try state.withLock { state in
      try loadView(&state)
      return state.view.map { study.pruner.shouldPrune(reports: reports, history: $0.history) }
    }
    return try isPruned ?? study.withHistory { study.pruner.shouldPrune(reports: reports, history: $0) }
  }
}

// MARK: - Checkpoints

extension Trial {
  /// The most bytes of a checkpoint, 256 MiB.
  public static var largestCheckpoint: Int { InMemoryStorage.largestCheckpoint }

  /// What the objective kept last with `report` or `keepCheckpoint`, to go on from; nil where the trial begins.
  ///
  /// - Throws: `TrialPruned` where the trial would have been ended at its last report, had its process not ended first;
  ///   `StorageError`.
  public func resume() throws -> [UInt8]? {
    guard let bytes = try study.storage.checkpoint(trial: lease.trial) else { return nil }
    let reports = record.intermediateValues
    if !reports.isEmpty, try isToBePruned(reports) { throw TrialPruned() }
    return bytes
  }

  /// Keeps a checkpoint between reports, where the study's `checkpointInterval` is over; cheap otherwise.
  ///
  /// - Parameter checkpoint: As of `report`.
  /// - Throws: `TrialInterrupted` where the run is to end now; `StorageError`; what `checkpoint` throws.
  public func keepCheckpoint(_ checkpoint: () throws -> [UInt8]) throws {
    let isEnding = stop?.mode == .atNextReport
    let start = ContinuousClock.now
    if isCheckpointDue(isEnding, at: start) {
      try recordParameters()
      try study.storage.setCheckpoint(checkpoint(), of: lease)
      noteCheckpoint(since: start)
    }
    if isEnding { throw TrialInterrupted() }
  }

  /// Forgets checkpoint, reports and constraints, for an objective that cannot go on from the checkpoint: the training has
  /// been changed since, say. It then begins again, with the parameters that the trial has.
  public func startOver() throws {
    try study.storage.startOver(lease)
    state.withLock { state in
      state.record.intermediateValues = []
      state.record.systemAttributes = state.record.systemAttributes.filter {
        !FrozenTrial.isOfOneRun(attribute: $0.key)
      }
    }
  }

  private func isCheckpointDue(_ isEnding: Bool, at moment: ContinuousClock.Instant) -> Bool {
    isEnding || state.withLock { $0.pace.isDue(at: moment) }
  }

  private func noteCheckpoint(since start: ContinuousClock.Instant) {
    let end = ContinuousClock.now
    state.withLock { $0.pace.kept(at: end, cost: end - start) }
  }
}

/// Spaces the checkpoints of a trial.
struct CheckpointPace {
  /// The work between two checkpoints.
  let interval: Duration
  private var next: ContinuousClock.Instant

  /// Checkpoints take at most a twentieth of the time.
  private static let share = 20

  init(interval: Duration) {
    self.interval = interval
    next = .now + interval
  }

  func isDue(at moment: ContinuousClock.Instant) -> Bool { interval <= .zero || moment >= next }

  /// Takes note of a checkpoint and of what it cost.
  mutating func kept(at moment: ContinuousClock.Instant, cost: Duration) {
    next = moment + max(interval, cost * Self.share)
  }
}
