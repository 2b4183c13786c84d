public import OrderedCollections
public import SearchSpace
public import Trials

/// A study as a storage holds it, without its trials.
public struct StudyRecord: Sendable, Hashable {
  /// The identifier in the storage, never reused.
  public var id: Int64
  /// The name, of 1 to 512 characters.
  public var name: String
  /// One direction an objective.
  public var directions: [StudyDirection]
  /// What the user keeps with the study.
  public var userAttributes: OrderedDictionary<String, JSONValue> = [:]
  /// What samplers, pruners and the engine keep with the study.
  public var systemAttributes: OrderedDictionary<String, JSONValue> = [:]
  /// What the storage has of the study and there is no place for here, as of `FrozenTrial`.
  package var omissions: [String] = []

  /// Makes a record without attributes.
  public init(id: Int64, name: String, directions: [StudyDirection]) {
    self.id = id
    self.name = name
    self.directions = directions
  }

  /// The system attribute with the names of the objectives.
  package static let metricNamesKey = "study:metric_names"

  /// What the system attributes with study files begin with that trials were trained by.
  package static let studyFilePrefix = "hpo:studyFile:"

  /// The names of the objectives: as given, else `value`, or `value0`, `value1`, ….
  public var metricNames: [String] {
    let given = systemAttributes[Self.metricNamesKey]?.arrayValue?.compactMap(\.stringValue) ?? []
    if given.count == directions.count { return given }
    return directions.count == 1 ? ["value"] : directions.indices.map { "value\($0)" }
  }

  /// The longest name of a study, a parameter or an attribute, in characters.
  public static let longestName = 512
}

/// Whose attribute it is.
public enum AttributeKind: Sendable, Hashable {
  /// Set by the user of a study.
  case user
  /// Set by samplers, pruners and the engine.
  case system
}

/// What of a study hpo keeps for itself, beyond what Optuna knows.
public enum StudyDocument: String, Sendable, Hashable, CaseIterable {
  /// The seed that all randomness of the study derives from, as a decimal number.
  case seed
  /// The text of the study file.
  case configuration
  /// The folder that the study file lay in, from which its relative paths are taken.
  case folder
  /// What tells the samples that trials are measured on from others, as a hexadecimal number.
  case samples
  /// The sampler, pruner and seed that the command line asked for in place of the study file's, as JSON.
  case search
  /// How many trials of a deterministic study may run at once, as a decimal number; absent for any other study.
  case window
}
