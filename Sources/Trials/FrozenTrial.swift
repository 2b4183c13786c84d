public import OrderedCollections
public import SearchSpace

/// A trial as it stands in the record: a value that does not change while the trial goes on.
public struct FrozenTrial: Sendable, Hashable {
  /// A suggested value with the distribution that it came from.
  public struct Parameter: Sendable, Hashable {
    public var distribution: Distribution
    /// The value in its internal form; see `Distribution`.
    public var value: Double

    public init(distribution: Distribution, value: Double) {
      self.distribution = distribution
      self.value = value
    }

    /// The value as a user sees it; null where the record holds a value that the distribution does not have.
    public var external: Choice { (try? distribution.external(value)) ?? .null }
  }

  /// A value reported while the trial ran.
  public struct IntermediateValue: Sendable, Hashable {
    public var step: Int
    /// Any double, NaN and infinities included.
    public var value: Double

    public init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// The identifier in the storage, unique over all its studies and never reused.
  public var id: Int64
  /// The place in the study, counted from 0.
  public var number: Int
  public var state: TrialState
  /// One value an objective; empty where there is none.
  public var values: [Double] = []
  /// By name, in the order of their suggestion.
  public var parameters: OrderedDictionary<String, Parameter> = [:]
  /// By ascending step.
  public var intermediateValues: [IntermediateValue] = []
  public var userAttributes: OrderedDictionary<String, JSONValue> = [:]
  public var systemAttributes: OrderedDictionary<String, JSONValue> = [:]
  public var started: Timestamp?
  public var completed: Timestamp?

  public init(id: Int64, number: Int, state: TrialState) {
    self.id = id
    self.number = number
    self.state = state
  }
}

extension FrozenTrial {
  /// The value of the only objective.
  public var value: Double? { values.count == 1 ? values[0] : nil }

  /// The parameters as a user sees them.
  public var externalParameters: OrderedDictionary<String, Choice> { parameters.mapValues(\.external) }

  /// The last report.
  public var lastIntermediateValue: IntermediateValue? { intermediateValues.last }

  /// The seconds from start to end.
  public var duration: Double? {
    guard let started, let completed else { return nil }
    return completed.seconds(since: started)
  }
}
