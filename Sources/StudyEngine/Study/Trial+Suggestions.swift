public import OrderedCollections
import Samplers
public import SearchSpace
import Synchronization
import TrialStorage
import Trials

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
      let redraws = state.redraws
      var result = try walk(space, state: &state)
      twin = try claimParameters(&state)
      // Nothing else can be drawn where nothing was.
      let isDrawn = state.record.parameters.elements[first...].contains { name, parameter in
        state.fixed[name] == nil && !parameter.distribution.isSingle
      }
      let mayRedraw = study.duplicates == .redraw && study.sampler.canRedraw && isDrawn && state.earlier.isEmpty
      while mayRedraw, twin != nil, state.redraws + 1 < DuplicatePolicy.draws {
        state.record.parameters.removeLast(state.record.parameters.count - first)
        state.relative = nil
        state.refusals += 1
        state.redraws += 1
        state.isRandom = state.redraws >= DuplicatePolicy.samplerDraws
        result = try walk(space, state: &state)
        twin = try claimParameters(&state)
      }
      if state.redraws > redraws { state.unrecorded[FrozenTrial.redrawsKey] = .int(state.redraws) }
      if let twin, !isReused(twin) { state.unrecorded[FrozenTrial.replicatedKey] = .int(twin.original) }
      return result
    }
    if let twin, isReused(twin) { throw TrialRepeats(number: twin.number) }
    return result
  }

  /// Whether the trial is to end with the result of one that has the same parameters.
  private func isReused(_ twin: FrozenTrial) -> Bool { study.duplicates == .reuse && twin.state.isFinished }

  private func claimParameters(_ state: inout State) throws -> FrozenTrial? {
    try loadView(&state)
    return try study.claimParameters(of: state.record, in: &state.view)
  }

  private func walk(_ space: ParameterSpace, state: inout State) throws -> OrderedDictionary<String, Choice> {
    try space.walk { name, distribution in
      try distribution.external(try draw(name, distribution, announces: false, state: &state))
    }
  }

  /// Draws what `body` asks for, and draws anew as often as it refuses; what it accepts is recorded at once, and what it
  /// refuses leaves no trace.
  ///
  /// - Parameters:
  ///   - attempts: How often to draw at most, at least 1. Parameters that the trial has already, and those that are given
  ///     rather than sampled, are the same each time.
  ///   - body: Asks for parameters by name, as many and in such an order as their values suggest; nil to refuse, and
  ///     `RepeatedDraw` to refuse what another trial has. After ten of these the draws are independent ones, since a sampler
  ///     that has found a good place may propose nothing else. It must not call the trial.
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
        refuse()
      } catch is RepeatedDraw {
        refuse(asRepeat: true)
      }
    }
    return nil
  }

  private func refuse(asRepeat isRepeat: Bool = false) {
    state.withLock { state in
      state.refusals += 1
      state.relative = nil
      guard isRepeat else { return }
      state.redraws += 1
      state.isRandom = state.redraws >= DuplicatePolicy.samplerDraws
    }
  }

  /// Ends an attempt whose draw is not wanted.
  private struct Refused: Error {}

  /// Thrown within `suggest(attempts:)`: another trial has what was drawn.
  public struct RepeatedDraw: Error {
    /// Refuses a draw.
    public init() {}
  }

  /// Writes the parameters that `body` draws, or forgets them where that fails. Joint values are on record already; they
  /// become parameters with whatever is written of the trial next.
  private func recording<Result: Sendable>(_ body: (inout State) throws -> Result) throws -> Result {
    try state.withLock { state in
      let first = state.record.parameters.count
      do {
        let result = try body(&state)
        state.noteAttempts(from: first)
        let areAnnounced = state.record.parameters.elements[first...].allSatisfy { name, parameter in
          state.announced[name] != nil && state.relative?[name] == parameter.value
        }
        if !areAnnounced || !state.unrecorded.isEmpty {
          try write(&state)
          study.remember(state.record)
        }
        return result
      } catch {
        state.unrecorded = [:]
        state.record.parameters.removeLast(state.record.parameters.count - first)
        throw error
      }
    }
  }

  /// Records the parameters that are only part of the joint draw so far.
  package func recordParameters() throws { try state.withLock { try write(&$0) } }

  private func write(_ state: inout State) throws {
    let (pending, attributes) = (state.pending, state.unrecorded)
    guard !pending.isEmpty || !attributes.isEmpty else { return }
    if pending.isEmpty {
      try study.storage.setTrialAttributes(attributes, kind: .system, of: lease)
    } else {
      try study.storage.setParameters(pending, attributes: attributes, of: lease)
    }
    state.record.systemAttributes.update(with: attributes)
    state.recordedCount = state.record.parameters.count
    state.unrecorded = [:]
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
    return try withHistory(&state) {
      try sampler.sampleIndependent(name, distribution, draw: draw, history: $0)
    }
  }

  /// Gives `body` what the trial is suggested from: what it sees in a deterministic study, else all that is known.
  private func withHistory<Result: Sendable>(
    _ state: inout State, _ body: (inout TrialHistory) throws -> Result
  ) throws -> Result {
    try loadView(&state)
    guard var view = state.view else { return try study.withKnownHistory(body) }
    // Not copied as it changes.
    state.view = nil
    defer { state.view = view }
    return try body(&view.history)
  }

  /// Finds out what a trial of a deterministic study sees that another process has started.
  func loadView(_ state: inout State) throws {
    if study.isDeterministic, state.view == nil { state.view = try study.view(of: state.record) }
  }

  /// Draws the joint sample and shows it to the other trials as parameters of this one; to those of other processes
  /// only if `announces`, since it costs a transaction that parameters recorded at once do not need.
  private func sampleRelative(announces: Bool, draw: Draw, state: inout State) throws {
    let record = state.record
    let joint = try withHistory(&state) { history in
      let joint = JointDraw(by: study.sampler, draw: draw, history: history)
      if !joint.values.isEmpty { joint.announce(for: record, to: &history) }
      return joint
    }
    let announcement = announces ? joint.attributes(of: study.sampler) : [:]
    if !announcement.isEmpty {
      try study.storage.setTrialAttributes(announcement, kind: .system, of: lease)
      state.record.systemAttributes.update(with: announcement)
      state.announced = joint.distributions
    }
    study.drawAhead.withLock { $0.note(announces: !announcement.isEmpty) }
    state.relative = joint.values
  }
}

extension Trial.State {
  /// Notes that the parameters from a place on come from another attempt than those before.
  fileprivate mutating func noteAttempts(from first: Int) {
    guard refusals > 0, record.parameters.count > first else { return }
    let attempts = record.attempts
    guard refusals > attempts.last?.refusals ?? 0 else { return }
    let new = attempts + [AcceptedAttempt(first: first, refusals: refusals, redraws: redraws)]
    unrecorded[FrozenTrial.attemptsKey] = .array(new.map(\.json))
  }
}
