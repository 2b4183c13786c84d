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
      records[index].userAttributes = try attributes(.user, study: id, &records[index].omissions)
      records[index].systemAttributes = try attributes(.system, study: id, &records[index].omissions)
      for omission in records[index].omissions { oddities.note("study \(id): \(omission)") }
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

  private func attributes(
    _ kind: AttributeKind, study: Int64, _ omissions: inout [String]
  ) throws -> OrderedDictionary<String, JSONValue> {
    var attributes: [(name: String, value: JSONValue)] = []
    try connection.forEachRow(
      "SELECT key, value_json FROM \(kind.studyTable) WHERE study_id = ? ORDER BY \(kind.studyTable.dropLast())_id",
      .int(study)
    ) { row in
      guard let key = row.text(0) else { return oddities.note("study \(study): an attribute has no name") }
      guard let value = row.json(1) else {
        if let omission = row.omittedJSON(1, of: key) { return omissions.append(omission) }
        return oddities.note("study \(study): the attribute '\(key)' is no JSON: \(row.description(1))")
      }
      attributes.append((key, value))
    }
    return OrderedDictionary(firstOf: attributes, what: "attributes", &omissions)
  }
}

extension Columns {
  /// The JSON value in a column; nil where it holds none.
  func json(_ index: CInt) -> JSONValue? {
    guard let text = text(index) else { return nil }
    return try? JSONValue(parsing: text)
  }

  /// What to say of an attribute whose column may hold JSON of which there is no place for something; nil where it holds none.
  func omittedJSON(_ index: CInt, of name: String) -> String? {
    text(index).flatMap(JSONValue.omission).map { "the attribute '\(name)' cannot be read: \($0)" }
  }
}

extension OrderedDictionary where Key == String {
  /// Values by name. Of names that are one in Swift and several in a file the first counts.
  ///
  /// - Parameters:
  ///   - rows: In their order.
  ///   - what: What they are, in the plural.
  ///   - omissions: Is told of the others.
  init(firstOf rows: some Collection<(name: String, value: Value)>, what: String, _ omissions: inout [String]) {
    self.init(minimumCapacity: rows.count)
    for row in rows { self[row.name] = row.value }
    guard count < rows.count else { return }
    removeAll()
    for row in rows {
      if let place = index(forKey: row.name), !keys[place].hasBytes(of: row.name) {
        omissions.append("the \(what) \(keys[place].isTwin(of: row.name)), so that the first alone is read")
      } else {
        self[row.name] = row.value
      }
    }
  }
}
