import Foundation
import GRDB
import OrderedCollections
import SearchSpace
import Synchronization
import TrialStorage
import Trials

/// What reads the documents of studies, of which the storage knows nothing.
struct DocumentReaders: Sendable {
  /// Whether a text can be read as a study file.
  var isStudyFile: @Sendable (String) -> Bool = { _ in true }
  /// What is wrong with the options of a search, nil for nothing.
  var mistakeInOptions: @Sendable (String) -> String? = { _ in nil }
}

/// Functions of SQL that ask this program's own readers, so that a rule and a reader cannot disagree.
enum DoctorFunctions {
  /// Adds the functions to a connection.
  static func add(to connection: Connection, _ readers: DocumentReaders) {
    let distributions = KnownDistributions()
    add("hpo_is_json", 1, to: connection) { values in
      json(values[0]) != nil || text(values[0]).flatMap(JSONValue.omission) != nil
    }
    add("hpo_omitted_json", 1, to: connection) { values in text(values[0]).flatMap(JSONValue.omission) }
    // Texts are one in Swift where this is one in SQLite.
    add("hpo_composed", 1, to: connection) { values in text(values[0])?.precomposedStringWithCanonicalMapping }
    add("hpo_is_time", 1, to: connection) { values in
      values[0].isNull || text(values[0]).flatMap(Timestamp.init) != nil
    }
    add("hpo_is_number", 1, to: connection) { values in json(values[0])?.doubleValue != nil }
    add("hpo_is_list_of_numbers", 1, to: connection) { values in
      let list = json(values[0])
      // What Optuna writes before it knows the values.
      return list == .null || list?.arrayValue?.allSatisfy { $0.doubleValue != nil } ?? false
    }
    add("hpo_is_object", 1, to: connection) { values in
      if case .object? = json(values[0]) { true } else { false }
    }
    add("hpo_is_study_file", 1, to: connection) { values in text(values[0]).map(readers.isStudyFile) ?? false }
    add("hpo_mistake_in_options", 1, to: connection) { values in text(values[0]).flatMap(readers.mistakeInOptions) }
    add("hpo_is_revision", 1, to: connection) { values in text(values[0]).map(OptunaSchema.isRevision) ?? false }
    add("hpo_is_seed", 1, to: connection) { values in text(values[0]).flatMap { UInt64($0) } != nil }
    add("hpo_is_window", 1, to: connection) { values in text(values[0]).flatMap { Int($0) }.map { $0 > 0 } ?? false }
    add("hpo_is_history", 1, to: connection) { values in
      guard case .blob(let data) = values[0].storage else { return false }
      return TrialHistory(encoded: Array(data), directions: [.minimize]) != nil
    }
    add("hpo_as_text", 1, to: connection) { values in
      guard case .blob(let data) = values[0].storage else { return nil }
      return String(decoding: data.filter { $0 != 0 }, as: UTF8.self)
    }
    add("hpo_text_as_json", 1, to: connection) { values in
      switch values[0].storage {
      case .null: "null"
      case .int64(let value): String(value)
      case .double(let value): JSONValue.double(value).serialized(.python)
      case .string(let text): JSONValue.string(text).serialized(.python)
      case .blob(let data): JSONValue.string(String(decoding: data, as: UTF8.self)).serialized(.python)
      }
    }
    add("hpo_is_parameter", 2, to: connection) { values in
      guard let distribution = distributions.read(text(values[0])), let value = number(values[1]), value.isFinite,
        let external = try? distribution.external(value)
      else { return false }
      return (try? distribution.internal(external)) != nil
    }
    add("hpo_distribution", 1, to: connection) { values in distributions.read(text(values[0]))?.json }
    add("hpo_distribution_kind", 1, to: connection) { values in distributions.read(text(values[0]))?.kind }
    add("hpo_is_plain_distribution", 1, to: connection) { values in
      text(values[0]).map(distributions.isPlain) ?? false
    }
  }

  private static func add(
    _ name: String, _ count: Int, to connection: Connection,
    _ body: @escaping @Sendable ([DatabaseValue]) -> (any DatabaseValueConvertible)?
  ) {
    connection.database.add(function: DatabaseFunction(name, argumentCount: count, pure: true, function: body))
  }

  private static func text(_ value: DatabaseValue) -> String? {
    if case .string(let text) = value.storage { text } else { nil }
  }

  private static func json(_ value: DatabaseValue) -> JSONValue? { text(value).flatMap { try? JSONValue(parsing: $0) } }

  private static func number(_ value: DatabaseValue) -> Double? {
    switch value.storage {
    case .int64(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }
}

/// The distributions that were read; a study has few different ones.
private final class KnownDistributions: Sendable {
  private struct State {
    var read: [ExactText: Distribution?] = [:]
    var plain: [ExactText: Bool] = [:]
  }

  /// How many are remembered before all are forgotten.
  private static let capacity = 4096

  private let state = Mutex(State())

  /// The distribution in a JSON text; nil for none.
  func read(_ text: String?) -> Distribution? {
    guard let text else { return nil }
    let key = ExactText(text)
    return state.withLock { state in
      if let known = state.read[key] { return known }
      let distribution = try? Distribution(json: text)
      if state.read.count >= Self.capacity { state.read = [:] }
      state.read[key] = .some(distribution)
      return distribution
    }
  }

  /// Whether Optuna reads the text: the name of a class, and attributes that the class knows.
  func isPlain(_ text: String) -> Bool {
    let key = ExactText(text)
    return state.withLock { state in
      if let known = state.plain[key] { return known }
      if state.plain.count >= Self.capacity { state.plain = [:] }
      let isPlain = Self.isPlain((try? JSONValue(parsing: text)) ?? .null)
      state.plain[key] = isPlain
      return isPlain
    }
  }

  private static func isPlain(_ value: JSONValue) -> Bool {
    guard let name = value["name"]?.stringValue, case .object(let attributes)? = value["attributes"] else {
      return false
    }
    let permitted: Set<String>? =
      switch name {
      case "FloatDistribution", "IntDistribution": ["low", "high", "log", "step"]
      case "CategoricalDistribution": ["choices"]
      case "UniformDistribution", "LogUniformDistribution": ["low", "high"]
      case "DiscreteUniformDistribution": ["low", "high", "q"]
      case "IntUniformDistribution", "IntLogUniformDistribution": ["low", "high", "step"]
      default: nil
      }
    return permitted.map { attributes.keys.allSatisfy($0.contains) } ?? false
  }
}

extension Distribution {
  /// What two parameters of one name must have in common.
  fileprivate var kind: String {
    switch self {
    case .float(let range): range.log ? "float, logarithmic" : "float"
    case .int(let range): range.log ? "int, logarithmic" : "int"
    case .categorical: json
    }
  }
}
