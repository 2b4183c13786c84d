import OrderedCollections
package import Samplers
public import SearchSpace
import Synchronization
import TrialStorage
public import Trials

/// A trial that runs: the objective asks it for parameters and reports to it.
///
/// Everything it is told is on record before the call returns. A trial that is interrupted runs again, in this process or
/// in another one, under the same number with the same parameters; an objective that keeps checkpoints goes on where it was,
/// see `resume`.
public final class Trial: Sendable {
  /// The place in the study, counted from 0.
  public let number: Int
  /// The study that the trial belongs to.
  public let study: Study
  /// A seed for whatever is random in the objective, which derives from the study's seed and the trial's number.
  public let seed: UInt64

  /// The right to write to the record.
  let lease: TrialLease
  let stop: StopSource?
  let draw: Draw

  struct State {
    var record: FrozenTrial
    /// Parameters that are given rather than sampled, in external form.
    var fixed: OrderedDictionary<String, Choice>
    /// What was drawn jointly in an earlier run of the trial, in external form; it is not drawn again.
    var earlier: OrderedDictionary<String, Choice>
    /// The joint draw in internal form, nil before the first suggestion.
    var relative: OrderedDictionary<String, Double>?
    /// How often what was drawn has been refused.
    var refusals = 0
    /// The distributions under which joint values are on record already, as an attribute of the trial.
    var announced: OrderedDictionary<String, Distribution> = [:]
    /// How many of the parameters are on record as such.
    var recordedCount: Int
    /// How often what was drawn has been refused because another trial has it.
    var redraws = 0
    /// Whether samples come from chance instead of the study's sampler.
    var isRandom = false
    /// The history as the trial sees it, in a deterministic study.
    var view: TrialView?
    /// Attributes that go on record with the parameters drawn at the same time.
    var unrecorded: OrderedDictionary<String, JSONValue> = [:]

    /// The parameters that are on record only as part of the joint draw.
    var pending: OrderedDictionary<String, FrozenTrial.Parameter> {
      recordedCount == 0
        ? record.parameters
        : OrderedDictionary(
          uniqueKeysWithValues: record.parameters.elements[recordedCount...].map { ($0.key, $0.value) })
    }
    /// When the next checkpoint is due.
    var pace: CheckpointPace
  }

  let state: Mutex<State>

  /// - Parameters:
  ///   - started: The record, and the right to write to it.
  ///   - draw: What is random of it.
  ///   - study: Where it belongs.
  ///   - stop: What interrupts it.
  ///   - view: What the trial sees, in a deterministic study; nil to find out when it matters.
  ///   - joint: What was drawn jointly and is on record; nil to draw when a parameter is asked for.
  init(
    _ started: StartedTrial, draw: Draw, study: Study, stop: StopSource?, view: TrialView? = nil,
    joint: JointDraw? = nil
  ) {
    let record = started.record
    number = record.number
    lease = started.lease
    seed = Self.seed(for: draw)
    self.draw = draw
    self.study = study
    self.stop = stop
    var state = State(
      record: record, fixed: record.fixedParameters, earlier: joint == nil ? record.jointSample : [:],
      recordedCount: record.parameters.count, view: view, pace: CheckpointPace(interval: study.checkpointInterval))
    if let joint {
      state.relative = joint.values
      state.announced = joint.distributions
      state.record.parameters.reserveCapacity(record.parameters.count + joint.values.count)
    }
    if let attempt = record.attempts.last {
      (state.refusals, state.redraws) = (attempt.refusals, attempt.redraws)
      state.isRandom = attempt.redraws >= DuplicatePolicy.samplerDraws
    }
    self.state = Mutex(state)
  }

  /// The `seed` of a trial.
  package static func seed(for draw: Draw) -> UInt64 {
    var generator = draw.generator(for: "objective")
    return generator.next()
  }

  /// The trial as it stands in the record now.
  public var record: FrozenTrial { state.withLock(\.record) }
}

// MARK: - Attributes

extension Trial {
  /// Lets an objective that has nothing to report end where the run is to end now.
  ///
  /// - Throws: `TrialInterrupted`.
  public func checkInterruption() throws {
    if stop?.mode == .atNextReport { throw TrialInterrupted() }
  }

  /// Keeps a value of the user's with the trial.
  public func setUserAttribute(_ key: String, to value: JSONValue) throws {
    try study.storage.setTrialAttributes([key: value], kind: .user, of: lease)
    state.withLock { $0.record.userAttributes[key] = value }
  }

  /// Keeps what hpo needs of the trial later.
  package func setSystemAttribute(_ key: String, to value: JSONValue) throws {
    try study.storage.setTrialAttributes([key: value], kind: .system, of: lease)
    state.withLock { $0.record.systemAttributes[key] = value }
  }

  /// Keeps a candidate with the trial unless another one that has not failed has it, of whatever process; may be called from
  /// within `suggest(attempts:)`.
  ///
  /// - Returns: Whether it is the trial's.
  package func claim(_ candidate: String) throws -> Bool { try study.storage.claim(candidate, of: lease) }

  /// Records a constraint's value, feasible where at most 0; the first value stays.
  ///
  /// - Throws: `StudyError.invalidArgument` for NaN.
  public func setConstraint(_ name: String, to value: Double) throws {
    guard !value.isNaN else { throw StudyError(.invalidArgument, "the constraint '\(name)' is NaN") }
    let key = FrozenTrial.constraintPrefix + name
    guard state.withLock({ $0.record.systemAttributes[key] == nil }) else { return }
    try setSystemAttribute(key, to: .double(value))
  }
}
