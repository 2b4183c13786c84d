import OrderedCollections
import Pruners
public import Samplers
public import SearchSpace
import Synchronization
import TrialStorage
public import Trials

/// A trial that runs: the objective asks it for parameters and reports to it.
///
/// Everything it is told is on record before the call returns.
public final class Trial: Sendable {
  /// The place in the study, counted from 0.
  public let number: Int
  /// The study that the trial belongs to.
  public let study: Study
  /// A seed for whatever is random in the objective, which derives from the study's seed and the trial's number.
  public let seed: UInt64

  let id: Int64
  private let draw: Draw
  private let stop: StopSource?

  private struct State {
    var record: FrozenTrial
    /// Parameters that are given rather than sampled, in external form.
    var fixed: OrderedDictionary<String, Choice>
    /// The joint draw in internal form, nil before the first suggestion.
    var relative: OrderedDictionary<String, Double>?
  }

  private let state: Mutex<State>

  init(
    record: FrozenTrial, assignment: OrderedDictionary<String, JSONValue>, draw: Draw, study: Study, stop: StopSource?
  ) {
    var record = record
    record.systemAttributes.merge(assignment) { _, new in new }
    number = record.number
    id = record.id
    seed = draw.seed(for: "objective")
    self.draw = draw
    self.study = study
    self.stop = stop
    state = Mutex(State(record: record, fixed: record.fixedParameters))
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
    let value = try record([(parameter.name, parameter.distribution)])[0]
    return try parameter.value(internal: value)
  }

  /// Suggests a value of every parameter of a space that is active, given those before it, and records them at once.
  ///
  /// - Throws: As `suggest(_:)` of a single parameter.
  public func suggest(_ space: ParameterSpace) throws -> OrderedDictionary<String, Choice> {
    try state.withLock { state in
      let first = state.record.parameters.count
      do {
        let values = try space.walk { name, distribution in
          try distribution.external(try draw(name, distribution, state: &state))
        }
        try write(from: first, state: &state)
        return values
      } catch {
        state.record.parameters.removeLast(state.record.parameters.count - first)
        throw error
      }
    }
  }

  private func record(_ parameters: [(String, Distribution)]) throws -> [Double] {
    try state.withLock { state in
      let first = state.record.parameters.count
      do {
        let values = try parameters.map { try draw($0, $1, state: &state) }
        try write(from: first, state: &state)
        return values
      } catch {
        state.record.parameters.removeLast(state.record.parameters.count - first)
        throw error
      }
    }
  }

  private func write(from first: Int, state: inout State) throws {
    guard state.record.parameters.count > first else { return }
    let new = OrderedDictionary(uniqueKeysWithValues: state.record.parameters.elements[first...].map { ($0.key, $0.value) })
    try study.storage.setParameters(new, trial: id)
  }

  /// The value of a parameter: as suggested before, else as fixed, else the only one there is, else of the joint draw,
  /// else drawn by itself.
  private func draw(_ name: String, _ distribution: Distribution, state: inout State) throws -> Double {
    if let earlier = state.record.parameters[name] {
      try StorageChecks.compatibility(of: distribution, with: earlier.distribution, name: name)
      return earlier.value
    }
    let value = try sample(name, distribution, state: &state)
    state.record.parameters[name] = FrozenTrial.Parameter(distribution: distribution, value: value)
    return value
  }

  private func sample(_ name: String, _ distribution: Distribution, state: inout State) throws -> Double {
    if let fixed = state.fixed[name] {
      do throws(SearchSpaceError) {
        return try distribution.internal(fixed)
      } catch {
        throw SearchSpaceError(error.code, "trial \(number) is to run with \(name) = \(fixed), but \(error.message)")
      }
    }
    if distribution.isSingle { return distribution.lowest }
    let relative = try state.relative ?? sampleRelative(state.record)
    state.relative = relative
    if let value = relative[name], distribution.contains(internal: value) { return value }
    return try study.withHistory { try study.sampler.sampleIndependent(name, distribution, draw: draw, history: $0) }
  }

  /// Draws the joint sample, and shows it to other trials as parameters of this one.
  private func sampleRelative(_ record: FrozenTrial) throws -> OrderedDictionary<String, Double> {
    try study.withHistory { history in
      let space = study.sampler.relativeSpace(history)
      guard !space.isEmpty else { return [:] }
      let sample = study.sampler.sampleRelative(space, draw: draw, history: history)
      var announced = record
      for (name, value) in sample {
        announced.parameters[name] = space[name].map { FrozenTrial.Parameter(distribution: $0, value: value) }
      }
      history.update(announced)
      return sample
    }
  }
}

// MARK: - Reports and attributes

extension Trial {
  /// Reports how far the objective has come, for the pruner and for whoever watches.
  ///
  /// Only the first report of a step counts.
  ///
  /// - Parameters:
  ///   - value: Any double; NaN says that the objective has no value there.
  ///   - step: For instance the epoch.
  /// - Throws: `TrialPruned` where the trial is to end now, `TrialInterrupted` where the run is to end now;
  ///   `StudyError.severalObjectives`; `StorageError`.
  public func report(_ value: Double, at step: Int) throws {
    guard study.directions.count == 1 else {
      throw StudyError(.severalObjectives, "a study of \(study.directions.count) objectives takes no reports")
    }
    let reports = state.withLock { state in
      let place = state.record.intermediateValues.firstIndex { $0.step >= step } ?? state.record.intermediateValues.endIndex
      if state.record.intermediateValues.dropFirst(place).first?.step != step {
        state.record.intermediateValues.insert(.init(step: step, value: value), at: place)
      }
      return state.record.intermediateValues
    }
    try study.storage.report(value, step: step, trial: id)
    if stop?.mode == .atNextReport { throw TrialInterrupted() }
    if try study.withHistory({ study.pruner.shouldPrune(reports: reports, history: $0) }) { throw TrialPruned() }
  }

  /// Keeps a value of the user's with the trial.
  public func setUserAttribute(_ key: String, to value: JSONValue) throws {
    try study.storage.setTrialAttributes([key: value], kind: .user, trial: id)
    state.withLock { $0.record.userAttributes[key] = value }
  }

  /// Records a constraint's value, feasible where at most 0; the first value stays.
  ///
  /// - Throws: `StudyError.invalidArgument` for NaN.
  public func setConstraint(_ name: String, to value: Double) throws {
    guard !value.isNaN else { throw StudyError(.invalidArgument, "the constraint '\(name)' is NaN") }
    let key = FrozenTrial.constraintPrefix + name
    guard state.withLock({ $0.record.systemAttributes[key] == nil }) else { return }
    try study.storage.setTrialAttributes([key: .double(value)], kind: .system, trial: id)
    state.withLock { $0.record.systemAttributes[key] = .double(value) }
  }
}
