import HPO
import OrderedCollections

/// Ends a search once a finished trial meets a condition over the columns of the table of trials.
struct ConditionRule: StopRule {
  private let condition: String
  private let study: StudyRecord
  /// The columns that the condition may name, whether or not a trial has something for them.
  private var columns: [RowFilter.Column]
  private let filter: RowFilter
  /// Attributes that the condition names and no trial has had yet: what the objective keeps with a trial is known only
  /// once a trial has it.
  private var unmet: OrderedSet<String> = []
  private let warn: @Sendable (String) -> Void

  /// - Parameters:
  ///   - condition: An expression of SQLite.
  ///   - study: The study as it is on record.
  ///   - space: What its trials may have for parameters.
  ///   - warn: Told once where a complete trial lacks an attribute that the condition names.
  /// - Throws: `StorageError.invalidValue` for a condition that is none, or that names a column which no trial of the
  ///   space will have.
  init(
    _ condition: String, study: StudyRecord, space: ParameterSpace, warn: @escaping @Sendable (String) -> Void
  ) throws {
    self.condition = condition
    self.study = study
    self.warn = warn
    let table = ResultTable(trials: [FrozenTrial(id: 0, number: 0, state: .running)], study: study)
    columns = table.conditionRows(study: study).columns
    columns += space.distributions.keys.map { RowFilter.Column(group: "params", name: $0) }
    while true {
      do {
        filter = try RowFilter(trials: columns, condition: condition)
        return
      } catch let error as StorageError {
        guard let name = Self.unknownAttribute(in: error.message), unmet.append(name).inserted else { throw error }
        columns.append(RowFilter.Column(group: Self.attributes, name: name))
      }
    }
  }

  var reason: String { "a trial meets \(condition)" }

  mutating func isMet(after trial: FrozenTrial) throws -> Bool {
    let (names, rows) = ResultTable(trials: [trial], study: study).conditionRows(study: study)
    let values = Dictionary(zip(names, rows[0])) { first, _ in first }
    if !unmet.isEmpty, trial.state == .complete {
      for name in unmet where values[RowFilter.Column(group: Self.attributes, name: name)] == nil {
        warn(
          "trial \(trial.number) has no user attribute '\(name)', so it does not meet '\(condition)'"
            + (trial.userAttributes.isEmpty
              ? "" : "; it has \(trial.userAttributes.keys.map { "'\($0)'" }.joined(separator: ", "))"))
      }
      // The first trial tells what the objective keeps.
      unmet = []
    }
    return try !filter.positions(in: [columns.map { values[$0] ?? nil }]).isEmpty
  }

  private static let attributes = "userAttributes"

  private static func unknownAttribute(in message: String) -> String? {
    guard let start = message.firstRange(of: "no such column: \(attributes).")?.upperBound,
      let end = message[start...].firstRange(of: "; the columns are")?.lowerBound
    else { return nil }
    return String(message[start..<end])
  }
}
