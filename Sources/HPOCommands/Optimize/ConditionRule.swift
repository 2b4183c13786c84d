import HPO
import OrderedCollections

/// Ends a search once a finished trial meets a condition over the columns of the table of trials.
struct ConditionRule: StopRule {
  private let condition: String
  private let study: StudyRecord
  /// Columns that the condition may name although a trial has nothing for them, which is then NULL.
  private var columns: [ResultTable.Column]

  /// - Throws: `StorageError.invalidValue` for a condition that is none, or that names a column which no trial of the
  ///   space will have.
  init(_ condition: String, study: StudyRecord, space: ParameterSpace) throws {
    self.condition = condition
    self.study = study
    columns = space.distributions.keys.map { ResultTable.Column("params", $0) }
    _ = try isMet(by: FrozenTrial(id: 0, number: 0, state: .running))
  }

  var reason: String { "a trial meets \(condition)" }

  mutating func isMet(after trial: FrozenTrial) throws -> Bool { try isMet(by: trial) }

  private mutating func isMet(by trial: FrozenTrial) throws -> Bool {
    while true {
      var table = ResultTable(trials: [trial], study: study)
      for column in columns where !table.columns.contains(where: { $0.path == column.path }) {
        table.columns.append(column)
        table.rows[0].append(nil)
      }
      do {
        try table.filter(by: condition, study: study)
        return !table.rows.isEmpty
      } catch let error as StorageError {
        // What the objective keeps with a trial is known only once a trial has it.
        guard let name = Self.unknownAttribute(in: error.message), columns.count < 1000 else { throw error }
        columns.append(ResultTable.Column("userAttributes", name))
      }
    }
  }

  private static func unknownAttribute(in message: String) -> String? {
    guard let start = message.firstRange(of: "no such column: userAttributes.")?.upperBound,
      let end = message[start...].firstRange(of: "; the columns are")?.lowerBound
    else { return nil }
    return String(message[start..<end])
  }
}
