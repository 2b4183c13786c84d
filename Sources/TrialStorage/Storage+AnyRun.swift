public import OrderedCollections
public import SearchSpace
public import Trials

extension Storage {
  /// Ends a running trial, whatever has become of the others meanwhile.
  public func commitEnd(
    of lease: TrialLease, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>
  ) throws -> PendingSync {
    try commitEnd(
      of: lease, state: state, values: values, parameters: parameters, attributes: attributes, since: nil
    ) { _ in [:] }
  }

  /// Ends a running trial as `commitEnd` does, and waits for the disk.
  public func finishTrial(
    _ lease: TrialLease, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    try commitEnd(of: lease, state: state, values: values, parameters: parameters, attributes: attributes).wait()
  }
}

// What can be done to a running trial from outside, whichever run of it that is.
extension Storage {
  /// Records suggested parameters of a running trial, in their order.
  public func setParameters(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>, trial: Int64
  ) throws {
    try setParameters(parameters, of: TrialLease(trial: trial, start: nil))
  }

  /// Records a report of a running trial. The first report of a step stays.
  public func report(_ value: Double, step: Int, trial: Int64) throws {
    try report(value, step: step, checkpoint: nil, of: TrialLease(trial: trial, start: nil))
  }

  /// Sets attributes of a running trial, or of a waiting one.
  public func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, trial: Int64
  ) throws {
    try setTrialAttributes(attributes, kind: kind, of: TrialLease(trial: trial, start: nil))
  }

  /// Ends a running trial, whose parameters are on record.
  public func finishTrial(
    _ trial: Int64, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    try finishTrial(trial, state: state, values: values, parameters: [:], attributes: attributes)
  }

  /// Ends a running trial, and records parameters of it.
  public func finishTrial(
    _ trial: Int64, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    try finishTrial(
      TrialLease(trial: trial, start: nil), state: state, values: values, parameters: parameters,
      attributes: attributes)
  }

  /// Ends a run of a trial, whose parameters are on record.
  public func finishTrial(
    _ lease: TrialLease, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) throws {
    try finishTrial(lease, state: state, values: values, parameters: [:], attributes: attributes)
  }

  /// Lets a running trial wait to be run again.
  public func requeueTrial(_ trial: Int64) throws { try requeueTrial(TrialLease(trial: trial, start: nil)) }
}
