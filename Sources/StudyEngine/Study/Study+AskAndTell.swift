public import OrderedCollections
import Samplers
public import SearchSpace
import Synchronization
public import TrialStorage
public import Trials

extension Study {
  /// Starts a trial: the waiting one of the lowest number, those of processes that have ended among them, else a new one.
  ///
  /// - Parameters:
  ///   - limit: How many trials the study may hold in all; nil for no limit.
  ///   - owner: Who runs the trial: this process, after whose end the trial runs again, or `.asker()`, who tells the
  ///     result in another process; see `trial(_:)`.
  /// - Returns: The trial, to be ended by `tell`; nil where the limit is reached or the sampler has nothing left to try.
  /// - Throws: `StorageError`; `StudyError.mustWait` in a deterministic study where the trial sees one that is not finished.
  public func ask(limit: Int? = nil, owner: ProcessIdentity = .current) throws -> Trial? {
    if orphanClock.isDue() { _ = try storage.requeueOrphans(study: id) }
    var start = try start(limit: limit, stop: nil, owner: owner)
    if case .started = start {
    } else if try !storage.requeueOrphans(study: id).isEmpty {
      start = try self.start(limit: limit, stop: nil, owner: owner)
    }
    switch start {
    case .started(let trial): return trial
    case .nothingLeft, .ended: return nil
    case .mustWait(let number, let other):
      throw StudyError(
        .mustWait,
        "trial \(number) waits for trial \(other), which is not finished: the study is deterministic, and \(window ?? 1) of "
          + "its trials may run at once")
    }
  }

  /// - Parameters:
  ///   - limit: As of `ask`.
  ///   - stop: What interrupts the trial.
  ///   - owner: As of `ask`.
  ///   - rules: What may end a deterministic search before the trial.
  func start(
    limit: Int?, stop: StopSource?, owner: ProcessIdentity = .current, rules: StopWatch? = nil
  ) throws -> TrialStart {
    let start =
      isDeterministic
      ? try withOrderedTrials { try startInOrder(limit: limit, owner: owner, stop: stop, rules: rules, &$0) }
      : try startAnyTrial(limit: limit, owner: owner, stop: stop)
    if case .started(let trial) = start {
      if owner == .current { heartbeat.begin(trial.lease) }
      try keepSeed()
    }
    return start
  }

  /// Sees to it that the seed on record is the one that trials are drawn from: the sampler's, if it has one.
  private func keepSeed() throws {
    try isSeedKept.withLock { isKept in
      guard !isKept else { return }
      if sampler.seed != nil, try storage.document(.seed, study: id) != String(seed) {
        try storage.setDocument(.seed, to: String(seed), study: id)
      }
      isKept = true
    }
  }

  private func startAnyTrial(limit: Int?, owner: ProcessIdentity, stop: StopSource?) throws -> TrialStart {
    guard let (started, joint) = try startTrial(limit: limit, owner: owner) else {
      return .nothingLeft
    }
    remember(started.record)
    if let joint { withKnownHistory { joint.announce(for: started.record, to: &$0) } }
    let draw = Draw(seed: seed, number: started.record.number)
    return .started(Trial(started, draw: draw, study: self, stop: stop, joint: joint))
  }

  /// Ends a trial with its value.
  @discardableResult
  public func tell(_ trial: Trial, value: Double) throws -> FrozenTrial { try tell(trial, values: [value]) }

  /// Ends a trial with one value an objective. A wrong count of values and NaN make it `failed`, with the reason.
  @discardableResult
  public func tell(_ trial: Trial, values: [Double]) throws -> FrozenTrial { try end(trial, values: values).settled() }

  func end(_ trial: Trial, values: [Double]) throws -> EndedTrial {
    if values.count != directions.count {
      return try end(
        trial, failure: "the objective returned \(values.count) values, the study has \(directions.count) objectives")
    }
    if let place = values.firstIndex(where: \.isNaN) {
      return try end(trial, failure: values.count == 1 ? "the value is NaN" : "value \(place) is NaN")
    }
    return try end(trial, state: .complete, values: values)
  }

  /// Ends a trial as pruned; its last report, unless that is NaN, becomes its value, except where there are several
  /// objectives, of which the others are not known.
  @discardableResult
  public func tellPruned(_ trial: Trial) throws -> FrozenTrial { try endPruned(trial).settled() }

  func endPruned(_ trial: Trial) throws -> EndedTrial {
    let last = directions.count == 1 ? trial.record.lastIntermediateValue?.value : nil
    return try end(trial, state: .pruned, values: last.map { $0.isNaN ? [] : [$0] } ?? [])
  }

  /// Ends a trial as failed, with a reason that is kept with it.
  @discardableResult
  public func tell(_ trial: Trial, failure reason: String) throws -> FrozenTrial {
    try end(trial, failure: reason).settled()
  }

  func end(_ trial: Trial, failure reason: String) throws -> EndedTrial {
    try end(trial, state: .failed, values: [], attributes: [FrozenTrial.failureKey: .string(reason)])
  }

  /// Lets a running trial wait, to be run again under the same number with the same parameters: from its checkpoint, or
  /// from its beginning where it has none.
  public func requeue(_ trial: Trial) throws {
    try trial.recordParameters()
    try storage.requeueTrial(trial.lease)
    giveUp(trial)
  }

  /// Takes note that a trial is no longer this process's, whatever has become of it.
  func giveUp(_ trial: Trial) {
    heartbeat.end(trial.lease)
    var record = trial.record
    record.state = .waiting
    release(record)
  }

  /// Adds a trial that will run with the given parameters; those that it does not name are sampled.
  ///
  /// - Throws: `StudyError.invalidArgument` for a value that the study's parameter of that name cannot have; `StorageError`.
  @discardableResult
  public func enqueue(
    _ parameters: OrderedDictionary<String, Choice>, userAttributes: OrderedDictionary<String, JSONValue> = [:]
  ) throws -> FrozenTrial {
    for (name, value) in parameters {
      do {
        _ = try storage.distribution(of: name, study: id)?.internal(value)
      } catch let error as SearchSpaceError {
        throw StudyError(.invalidArgument, "no trial can run with \(name) = \(value): \(error.message)")
      }
    }
    return try storage.enqueueTrial(study: id, parameters: parameters, userAttributes: userAttributes)
  }
}
