public import OrderedCollections
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
  private let draw: Draw

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

    /// The parameters that are on record only as part of the joint draw.
    var pending: OrderedDictionary<String, FrozenTrial.Parameter> {
      OrderedDictionary(uniqueKeysWithValues: record.parameters.elements[recordedCount...].map { ($0.key, $0.value) })
    }
    /// When the next checkpoint is due.
    var pace: CheckpointPace
  }

  let state: Mutex<State>

  init(_ started: StartedTrial, draw: Draw, study: Study, stop: StopSource?) {
    let record = started.record
    number = record.number
    lease = started.lease
    seed = Self.seed(for: draw)
    self.draw = draw
    self.study = study
    self.stop = stop
    state = Mutex(
      State(
        record: record, fixed: record.fixedParameters, earlier: record.jointSample,
        recordedCount: record.parameters.count, pace: CheckpointPace(interval: study.checkpointInterval)))
  }

  /// The `seed` of a trial.
  package static func seed(for draw: Draw) -> UInt64 {
    var generator = draw.generator(for: "objective")
    return generator.next()
  }

  /// The trial as it stands in the record now.
  public var record: FrozenTrial { state.withLock(\.record) }

  func recordEnd(
    state end: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) -> FrozenTrial {
    state.withLock { state in
      state.record.state = end
      state.record.values = values
      state.record.completed = .now
      state.record.systemAttributes.merge(attributes) { _, new in new }
      return state.record
    }
  }
}

// MARK: - Suggestions

extension Trial {
  /// Suggests a value of a parameter; the same value each time that it is asked for in one trial.
  ///
  ///     let rate = try trial.suggest(.float("rate", 1e-5...1e-1, log: true))
  ///
  /// - Throws: `SamplerError` where the sampler cannot serve the parameter; `StorageError.incompatibleParameter` where
  ///   the name had another kind of distribution before in the study.
  public func suggest<Value>(_ parameter: Parameter<Value>) throws -> Value {
    let value = try recording { state in
      try draw(parameter.name, parameter.distribution, announces: true, state: &state)
    }
    return try parameter.value(internal: value)
  }

  /// Suggests a value of every parameter of a space that is active, given those before it, and records them at once.
  ///
  /// Where an earlier trial has the same parameters, the study's `DuplicatePolicy` says what happens.
  ///
  /// - Throws: As `suggest(_:)` of a single parameter; `TrialRepeats` where the result of an earlier trial is to be reused.
  public func suggest(_ space: ParameterSpace) throws -> OrderedDictionary<String, Choice> {
    var twin: FrozenTrial?
    let result = try recording { state in
      let first = state.record.parameters.count
      var result = try walk(space, state: &state)
      twin = try study.twin(of: state.record)
      // Nothing else can be drawn where nothing was.
      let isDrawn = state.record.parameters.elements[first...].contains { name, parameter in
        state.fixed[name] == nil && !parameter.distribution.isSingle
      }
      guard study.duplicates == .redraw, study.sampler.canRedraw, isDrawn, state.earlier.isEmpty else { return result }
      while twin != nil, state.redraws + 1 < DuplicatePolicy.draws {
        state.record.parameters.removeLast(state.record.parameters.count - first)
        state.relative = nil
        state.refusals += 1
        state.redraws += 1
        state.isRandom = state.redraws >= DuplicatePolicy.samplerDraws
        result = try walk(space, state: &state)
        twin = try study.twin(of: state.record)
      }
      return result
    }
    try settle(twin)
    return result
  }

  private func walk(_ space: ParameterSpace, state: inout State) throws -> OrderedDictionary<String, Choice> {
    try space.walk { name, distribution in
      try distribution.external(try draw(name, distribution, announces: false, state: &state))
    }
  }

  /// Puts on record what an earlier trial with the same parameters means for this one.
  private func settle(_ twin: FrozenTrial?) throws {
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    let redraws = state.withLock(\.redraws)
    if redraws > 0 { attributes[FrozenTrial.redrawsKey] = .int(redraws) }
    if let twin {
      if study.duplicates == .reuse, twin.state.isFinished { throw TrialRepeats(number: twin.number) }
      attributes[FrozenTrial.replicatedKey] = .int(twin.original)
    }
    guard !attributes.isEmpty else { return }
    try study.storage.setTrialAttributes(attributes, kind: .system, of: lease)
    state.withLock { [attributes] in $0.record.systemAttributes.merge(attributes) { _, new in new } }
  }

  /// The number of the trial that this one turns out to be a replicate of now that it ends: it asked for its parameters
  /// one by one, or another process drew the same at the same time.
  func unnoticedOriginal() throws -> Int? {
    let record = record
    guard record.replicated == nil, let twin = try study.twin(of: record), twin.state.isFinished else { return nil }
    return twin.original
  }

  /// Draws what `body` asks for, and draws anew as often as it refuses; what it accepts is recorded at once, and what it
  /// refuses leaves no trace.
  ///
  /// - Parameters:
  ///   - attempts: How often to draw at most, at least 1. Parameters that the trial has already, and those that are given
  ///     rather than sampled, are the same each time.
  ///   - body: Asks for parameters by name, as many and in such an order as their values suggest; nil to refuse. It must not
  ///     call the trial.
  /// - Returns: What `body` returned; nil where it refused all attempts, and the trial has no parameter more than before.
  /// - Throws: As `suggest(_:)` of a single parameter, and what `body` throws.
  public func suggest<Result: Sendable>(
    attempts: Int, _ body: ((String, Distribution) throws -> Choice) throws -> Result?
  ) throws -> Result? {
    precondition(attempts >= 1, "a suggestion takes an attempt")
    for _ in 0..<attempts {
      do {
        return try recording { state in
          let result = try body { name, distribution in
            try distribution.external(try draw(name, distribution, announces: false, state: &state))
          }
          guard let result else { throw Refused() }
          return result
        }
      } catch is Refused {
        state.withLock { state in
          state.refusals += 1
          state.relative = nil
        }
      }
    }
    return nil
  }

  /// Ends an attempt whose draw is not wanted.
  private struct Refused: Error {}

  /// Writes the parameters that `body` draws, or forgets them where that fails. Joint values are on record already; they
  /// become parameters with whatever is written of the trial next.
  private func recording<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
    try state.withLock { state in
      let first = state.record.parameters.count
      do {
        let result = try body(&state)
        let areAnnounced = state.record.parameters.elements[first...].allSatisfy { name, parameter in
          state.announced[name] != nil && state.relative?[name] == parameter.value
        }
        if !areAnnounced {
          try write(&state)
          study.remember(state.record)
        }
        return result
      } catch {
        state.record.parameters.removeLast(state.record.parameters.count - first)
        throw error
      }
    }
  }

  /// Records the parameters that are only part of the joint draw so far.
  package func recordParameters() throws { try state.withLock { try write(&$0) } }

  private func write(_ state: inout State) throws {
    let pending = state.pending
    guard !pending.isEmpty else { return }
    try study.storage.setParameters(pending, of: lease)
    state.recordedCount = state.record.parameters.count
  }

  /// Hands the parameters that are not on record as such to `body`, which records them.
  func recordingParameters(_ body: (OrderedDictionary<String, FrozenTrial.Parameter>) throws -> Void) throws {
    try state.withLock { state in
      try body(state.pending)
      state.recordedCount = state.record.parameters.count
    }
  }

  /// The value of a parameter: as suggested before, else as fixed, else the only one there is, else of the joint draw,
  /// else drawn by itself.
  private func draw(
    _ name: String, _ distribution: Distribution, announces: Bool, state: inout State
  ) throws -> Double {
    if let earlier = state.record.parameters[name] {
      try StorageChecks.compatibility(of: distribution, with: earlier.distribution, name: name)
      return earlier.value
    }
    let value = try sample(name, distribution, announces: announces, state: &state)
    state.record.parameters[name] = FrozenTrial.Parameter(distribution: distribution, value: value)
    return value
  }

  private func sample(
    _ name: String, _ distribution: Distribution, announces: Bool, state: inout State
  ) throws -> Double {
    if let fixed = state.fixed[name] {
      do throws(SearchSpaceError) {
        return try distribution.internal(fixed)
      } catch {
        throw SearchSpaceError(error.code, "trial \(number) is to run with \(name) = \(fixed), but \(error.message)")
      }
    }
    if distribution.isSingle { return distribution.lowest }
    let draw = draw.attempt(state.refusals)
    if !state.earlier.isEmpty {
      if let choice = state.earlier[name], let value = try? distribution.internal(choice),
        distribution.contains(internal: value)
      {
        return value
      }
    } else {
      if state.relative == nil, !state.isRandom {
        try sampleRelative(announces: announces, draw: draw, state: &state)
      }
      if let value = state.relative?[name], distribution.contains(internal: value) {
        try StorageChecks.compatibility(of: distribution, with: state.announced[name], name: name)
        return value
      }
    }
    let sampler: any Sampler = state.isRandom ? RandomSampler() : study.sampler
    return try study.withKnownHistory {
      try sampler.sampleIndependent(name, distribution, draw: draw, history: $0)
    }
  }

  /// Draws the joint sample and shows it to the other trials as parameters of this one; to those of other processes
  /// only if `announces`, since it costs a transaction that parameters recorded at once do not need.
  private func sampleRelative(announces: Bool, draw: Draw, state: inout State) throws {
    let sampler = study.sampler
    let record = state.record
    let (space, sample) = study.withKnownHistory { history in
      let space = sampler.relativeSpace(history)
      guard !space.isEmpty else { return (space, OrderedDictionary<String, Double>()) }
      let sample = sampler.sampleRelative(space, draw: draw, history: history)
      var announced = record
      for (name, value) in sample where announced.parameters[name] == nil {
        announced.parameters[name] = space[name].map { FrozenTrial.Parameter(distribution: $0, value: value) }
      }
      history.update(announced)
      return (space, sample)
    }
    let announcement = announces && !sample.isEmpty ? sampler.relativeAttributes(for: sample, in: space) : [:]
    if !announcement.isEmpty {
      try study.storage.setTrialAttributes(announcement, kind: .system, of: lease)
      state.record.systemAttributes.merge(announcement) { _, new in new }
      state.announced = space.filter { sample[$0.key] != nil }
    }
    state.relative = sample
  }
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

  /// Records a constraint's value, feasible where at most 0; the first value stays.
  ///
  /// - Throws: `StudyError.invalidArgument` for NaN.
  public func setConstraint(_ name: String, to value: Double) throws {
    guard !value.isNaN else { throw StudyError(.invalidArgument, "the constraint '\(name)' is NaN") }
    let key = FrozenTrial.constraintPrefix + name
    guard state.withLock({ $0.record.systemAttributes[key] == nil }) else { return }
    try study.storage.setTrialAttributes([key: .double(value)], kind: .system, of: lease)
    state.withLock { $0.record.systemAttributes[key] = .double(value) }
  }
}
