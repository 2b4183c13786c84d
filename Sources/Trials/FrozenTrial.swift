public import OrderedCollections
public import SearchSpace

/// A trial as it stands in the record: a value that does not change while the trial goes on.
public struct FrozenTrial: Sendable, Hashable {
  /// A suggested value with the distribution that it came from.
  public struct Parameter: Sendable, Hashable {
    /// The values that it could have taken.
    public var distribution: Distribution
    /// The value in its internal form; see `Distribution`.
    public var value: Double

    /// Makes a suggested value.
    public init(distribution: Distribution, value: Double) {
      self.distribution = distribution
      self.value = value
    }

    /// The value as a user sees it; null where the record holds a value that the distribution does not have.
    public var external: Choice { (try? distribution.external(value)) ?? .null }
  }

  /// A value reported while the trial ran.
  public struct IntermediateValue: Sendable, Hashable {
    /// For instance the epoch, at least 0.
    public var step: Int
    /// Any double, NaN and infinities included.
    public var value: Double

    /// Makes a report.
    public init(step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// The identifier in the storage, unique over all its studies and never reused.
  public var id: Int64
  /// The place in the study, counted from 0.
  public var number: Int
  /// Where the trial is in its life.
  public var state: TrialState
  /// One value an objective; empty where there is none.
  public var values: [Double] = []
  /// By name, in the order of their suggestion.
  public var parameters: OrderedDictionary<String, Parameter> = [:]
  /// By ascending step.
  public var intermediateValues: [IntermediateValue] = []
  /// What the user keeps with the trial.
  public var userAttributes: OrderedDictionary<String, JSONValue> = [:]
  /// What samplers, pruners and the engine keep with the trial.
  public var systemAttributes: OrderedDictionary<String, JSONValue> = [:]
  /// When it started to run; nil while it waits.
  public var started: Timestamp?
  /// When it ended.
  public var completed: Timestamp?
  /// Why the trial is excluded, nil for one that counts: samplers, pruners, budgets and `best` pass over an excluded
  /// trial as if it were not there.
  public var exclusion: String?
  /// What the storage has of the trial and there is no place for here, in words: names that are one in Swift and two in a file,
  /// and JSON that the reader does not take. A copy would lack it.
  package var omissions: [String] = []

  /// Makes a trial of which nothing more is known.
  public init(id: Int64, number: Int, state: TrialState) {
    self.id = id
    self.number = number
    self.state = state
  }
}

extension FrozenTrial {
  /// Whether the trial is passed over as if it were not there.
  public var isExcluded: Bool { exclusion != nil }

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
