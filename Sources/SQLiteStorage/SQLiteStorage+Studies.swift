import GRDB
public import OrderedCollections
public import SearchSpace
import Synchronization
public import TrialStorage
public import Trials

extension SQLiteStorage {
  public func createStudy(
    name: String, directions: [StudyDirection], systemAttributes: OrderedDictionary<String, JSONValue>,
    documents: [StudyDocument: String]
  ) throws -> StudyRecord {
    try StorageChecks.name(name, of: "a study")
    try StorageChecks.directions(directions, study: name)
    return try write(.full) { connection in
      guard try !connection.hasRow("SELECT 1 FROM studies WHERE study_name = ?", .text(name)) else {
        throw StorageChecks.exists(study: name)
      }
      let id = try insert(
        into: .studies, "INSERT INTO studies (study_id, study_name) VALUES (?, ?)", [.text(name)], connection)
      for (objective, direction) in directions.enumerated() {
        try connection.execute(
          "INSERT INTO study_directions (direction, study_id, objective) VALUES (?, ?, ?)",
          .text(direction.stored), .int(id), .int(Int64(objective)))
      }
      for (key, value) in systemAttributes {
        try connection.setStudyAttribute(key, to: value, kind: .system, study: id)
      }
      for (document, text) in documents { try connection.setDocument(document, to: text, study: id) }
      var record = StudyRecord(id: id, name: name, directions: directions)
      record.systemAttributes = systemAttributes
      return record
    }
  }

  public func study(named name: String) throws -> StudyRecord? {
    try file.read { connection in
      try StudyReader(connection: connection).studies(named: name).first
    }
  }

  public func studies() throws -> [StudyRecord] {
    try file.read { try StudyReader(connection: $0).studies() }
  }

  public func renameStudy(_ id: Int64, to name: String) throws {
    try StorageChecks.name(name, of: "a study")
    try write(.full) { connection in
      try connection.requireStudy(id)
      guard
        try !connection.hasRow("SELECT 1 FROM studies WHERE study_name = ? AND study_id <> ?", .text(name), .int(id))
      else { throw StorageChecks.exists(study: name) }
      try connection.execute("UPDATE studies SET study_name = ? WHERE study_id = ?", .text(name), .int(id))
    }
  }

  public func setStudyAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, study: Int64
  ) throws {
    for key in attributes.keys { try StorageChecks.name(key, of: "an attribute") }
    try write(.process) { connection in
      try connection.requireStudy(study)
      for (key, value) in attributes { try connection.setStudyAttribute(key, to: value, kind: kind, study: study) }
    }
  }

  public func document(_ document: StudyDocument, study: Int64) throws -> String? {
    try file.read { connection in
      try connection.requireStudy(study)
      guard try hasOwnTable("hpo_study_documents", connection) else { return nil }
      return try connection.firstRow(
        "SELECT text FROM hpo_study_documents WHERE study_id = ? AND document = ?", .int(study),
        .text(document.rawValue)
      ) { $0.text(0) } ?? nil
    }
  }

  public func setDocument(_ document: StudyDocument, to text: String, study: Int64) throws {
    try write(.full) { connection in
      try connection.requireStudy(study)
      try connection.setDocument(document, to: text, study: study)
    }
  }
}

/// The tables whose identifiers are never given out again.
enum IdentifiedTable: String {
  case studies
  case trials

  var key: String { self == .studies ? "study_id" : "trial_id" }
}

extension SQLiteStorage {
  /// The identifier of a row to insert: null, for SQLite to choose, where the file's own tables never reuse one.
  private func nextID(in table: IdentifiedTable, _ connection: Connection) throws -> SQLArgument {
    if memory.withLock({ $0.keepsIdentifiers }) { return .null }
    let highest = try connection.firstRow(
      """
      SELECT max(ifnull((SELECT max(\(table.key)) FROM \(table.rawValue)), 0),
        ifnull((SELECT id FROM hpo_highest_ids WHERE table_name = ?), 0))
      """, .text(table.rawValue)
    ) { $0.int(0) }
    let last = (highest ?? nil) ?? 0
    guard last < OwnSchema.lastID else { throw Self.noIdentifier(after: last, in: table) }
    return .int(max(0, last) + 1)
  }

  private static func noIdentifier(after last: Int64, in table: IdentifiedTable) -> StorageError {
    StorageError(
      .damagedFile,
      "a row of '\(table.rawValue)' has, or had, the identifier \(last), after which no other can come; "
        + "'hpo doctor FILE' says where")
  }

  /// Inserts a row whose first column is its identifier, and returns that.
  ///
  /// - Throws: `StorageError.damagedFile` where none is left; SQLite calls that a full disk.
  func insert(
    into table: IdentifiedTable, _ sql: String, _ arguments: [SQLArgument], _ connection: Connection
  ) throws -> Int64 {
    let id = try nextID(in: table, connection)
    do throws(DatabaseError) {
      try connection.execute(sql, arguments: [id] + arguments)
    } catch {
      guard error.resultCode.primaryResultCode == .SQLITE_FULL, memory.withLock({ $0.keepsIdentifiers }) else {
        throw error
      }
      let last = try connection.firstRow(
        """
        SELECT max(ifnull((SELECT max(seq) FROM sqlite_sequence WHERE name = ?), 0),
          ifnull((SELECT max(\(table.key)) FROM \(table.rawValue)), 0))
        """, .text(table.rawValue)
      ) { $0.int(0) }
      guard (last ?? nil) == .max else { throw error }
      throw Self.noIdentifier(after: .max, in: table)
    }
    let inserted = connection.lastInsertedID
    // Where SQLite chose it, by its counter and the rows that are there.
    guard inserted <= OwnSchema.lastID else { throw Self.noIdentifier(after: inserted - 1, in: table) }
    return inserted
  }
}

extension Connection {
  func setStudyAttribute(_ key: String, to value: JSONValue, kind: AttributeKind, study: Int64) throws {
    try execute(
      """
      INSERT INTO \(kind.studyTable) (study_id, key, value_json) VALUES (?, ?, ?)
      ON CONFLICT (study_id, key) DO UPDATE SET value_json = excluded.value_json
      """, .int(study), .text(key), .text(value.serialized(.python)))
  }

  fileprivate func setDocument(_ document: StudyDocument, to text: String, study: Int64) throws {
    try execute(
      """
      INSERT INTO hpo_study_documents (study_id, document, text) VALUES (?, ?, ?)
      ON CONFLICT (study_id, document) DO UPDATE SET text = excluded.text
      """, .int(study), .text(document.rawValue), .text(text))
  }

  /// - Throws: `StorageError.studyNotFound`.
  func requireStudy(_ id: Int64) throws {
    guard try hasRow("SELECT 1 FROM studies WHERE study_id = ?", .int(id)) else {
      throw StorageChecks.notFound(study: id)
    }
  }
}

extension AttributeKind {
  var studyTable: String { self == .user ? "study_user_attributes" : "study_system_attributes" }
  var trialTable: String { self == .user ? "trial_user_attributes" : "trial_system_attributes" }
}

extension StudyDirection {
  /// The direction as it is stored.
  var stored: String { self == .minimize ? "MINIMIZE" : "MAXIMIZE" }
}
