import OrderedCollections
import SearchSpace
import TrialStorage
import Trials

/// Reads studies without their trials.
struct StudyReader {
  let connection: Connection
  var oddities = Oddities(areCollected: false)

  /// The studies of a name or of an identifier, or all, in the order of creation.
  func studies(named name: String? = nil, id: Int64? = nil) throws -> [StudyRecord] {
    var records: [StudyRecord] = []
    try connection.forEachRow(
      """
      SELECT study_id, study_name FROM studies
      WHERE (study_name = ?1 OR ?1 IS NULL) AND (study_id = ?2 OR ?2 IS NULL) ORDER BY study_id
      """, name.map(SQLArgument.text) ?? .null, id.map(SQLArgument.int) ?? .null
    ) { row in
      guard let id = row.int(0) else { return }
      records.append(StudyRecord(id: id, name: row.text(1) ?? row.description(1), directions: []))
    }
    for index in records.indices {
      let id = records[index].id
      records[index].directions = try directions(study: id)
      records[index].userAttributes = try attributes(.user, study: id)
      records[index].systemAttributes = try attributes(.system, study: id)
    }
    return records
  }

  private func directions(study: Int64) throws -> [StudyDirection] {
    var directions: [StudyDirection] = []
    try connection.forEachRow(
      "SELECT direction, objective FROM study_directions WHERE study_id = ? ORDER BY objective", .int(study)
    ) { row in
      let text = row.text(0)
      let direction = StudyDirection(rawValue: text?.lowercased() ?? "")
      if direction == nil || text != direction?.stored {
        oddities.note("study \(study): objective \(row.description(1)) has the direction \(row.description(0))")
      }
      directions.append(direction ?? .minimize)
    }
    guard directions.isEmpty else { return directions }
    oddities.note("study \(study) has no direction")
    return [.minimize]
  }

  private func attributes(_ kind: AttributeKind, study: Int64) throws -> OrderedDictionary<String, JSONValue> {
    var attributes: OrderedDictionary<String, JSONValue> = [:]
    try connection.forEachRow(
      "SELECT key, value_json FROM \(kind.studyTable) WHERE study_id = ? ORDER BY \(kind.studyTable.dropLast())_id",
      .int(study)
    ) { row in
      guard let key = row.text(0) else { return oddities.note("study \(study): an attribute has no name") }
      guard let value = row.json(1) else {
        return oddities.note("study \(study): the attribute '\(key)' is no JSON: \(row.description(1))")
      }
      attributes[key] = value
    }
    return attributes
  }
}

extension Columns {
  /// The JSON value in a column; nil where it holds none.
  func json(_ index: CInt) -> JSONValue? {
    guard let text = text(index) else { return nil }
    return try? JSONValue(parsing: text)
  }
}
