import GRDB
import TrialStorage

/// What a database file holds, told from the names in its schema.
struct SchemaInspection {
  private(set) var tables: Set<String> = []
  /// The statements that made indexes, triggers and views, by name.
  private var others: [String: String] = [:]
  /// The version of hpo's tables, nil where there are none.
  private var ownVersion: Int64?
  /// Whether the file's own tables never give an identifier out again.
  private(set) var keepsIdentifiers = true

  init(_ connection: Connection) throws {
    try connection.forEachRow("SELECT type, name, sql FROM sqlite_master") { row in
      guard let type = row.text(0), let name = row.text(1), !name.hasPrefix("sqlite_") else { return }
      if type == "table" { tables.insert(name) } else { others[name] = row.text(2) ?? "" }
      if name == "studies" || name == "trials", type == "table" {
        keepsIdentifiers = keepsIdentifiers && row.text(2)?.uppercased().contains("AUTOINCREMENT") == true
      }
    }
    if tables.contains("hpo_version") {
      ownVersion =
        try connection.firstRow(
          "SELECT max(schema_version) FROM hpo_version WHERE typeof(schema_version) = 'integer'"
        ) { $0.int(0) } ?? nil
    }
  }

  var isEmpty: Bool { tables.isEmpty && others.isEmpty }

  /// Whether a study can be read as it is.
  var isReadable: Bool { OptunaSchema.columns.allSatisfy { tables.contains($0.table) } }

  /// Whether nothing is missing to write.
  var isComplete: Bool {
    ownVersion == OwnSchema.version && (OptunaSchema.tables + OwnSchema.tables).allSatisfy { tables.contains($0.name) }
      && OptunaSchema.indexes.allSatisfy { others[$0.name] != nil }
      && (OwnSchema.indexes + OwnSchema.triggers).allSatisfy { others[$0.name] == "CREATE \($0.definition)" }
  }

  /// - Throws: `StorageError.unsupportedFile` for a file of another program, and for one of another version.
  func check(_ connection: Connection, path: String) throws {
    guard !isEmpty else { return }
    guard tables.contains("studies") else {
      let names = tables.sorted().prefix(3).map { "'\($0)'" }.joined(separator: ", ")
      throw StorageError(
        .unsupportedFile,
        "'\(path)' is a database of another program (it has \(names.isEmpty ? "no table 'studies'" : "tables like \(names)")); "
          + "give the path of a study database or of a new file")
    }
    try checkVersions(connection, path: path)
    for (table, names) in OptunaSchema.columns where tables.contains(table) {
      do throws(DatabaseError) {
        _ = try connection.hasRow("SELECT \(names) FROM \(table) LIMIT 0")
      } catch {
        guard error.resultCode == .SQLITE_ERROR else { throw error }
        throw StorageError(
          .unsupportedFile,
          "'\(path)' is no study database: its table '\(table)' differs from Optuna's "
            + "(\(error.message ?? "unreadable")); give the path of a study database or of a new file")
      }
    }
  }

  /// What `alembic_version` has for a revision, in words, where nothing there is one of Optuna's; nil else.
  func strangeRevision(_ connection: Connection) throws -> String? {
    guard tables.contains("alembic_version") else { return nil }
    var (strange, isKnown): (String?, Bool) = (nil, false)
    try connection.forEachRow("SELECT version_num FROM alembic_version") { row in
      isKnown = isKnown || row.text(0).map(OptunaSchema.isRevision) ?? false
      strange = row.description(0)
    }
    return isKnown ? nil : strange
  }

  /// - Throws: `StorageError.unsupportedFile` where it is not sure what the tables mean.
  func checkWritability(_ connection: Connection, path: String) throws {
    guard let strangeRevision = try strangeRevision(connection) else { return }
    throw StorageError(
      .unsupportedFile,
      "nothing is written to the study database '\(path)', since the version of its tables, \(strangeRevision) in "
        + "alembic_version, is none of Optuna's; if a newer program wrote it, update hpo, else 'hpo doctor FILE --repair' "
        + "writes the one of Optuna \(OptunaSchema.library)")
  }

  private func checkVersions(_ connection: Connection, path: String) throws {
    if let version = ownVersion, version > OwnSchema.version {
      throw StorageError(
        .unsupportedFile,
        "the study database '\(path)' was written by a newer hpo (its tables are of version \(version), this program "
          + "knows \(OwnSchema.version)); update hpo")
    }
    let known = "this program knows version \(OptunaSchema.version), '\(OptunaSchema.revision)', of Optuna 3.2 to 5.0"
    func hint(isNewer: Bool) -> String {
      isNewer
        ? "the file is of a newer Optuna, so update hpo"
        : "an older file is brought up with `optuna storage upgrade --storage sqlite:///\(path)`"
    }
    // Optuna, too, goes by the revision where there is one. By a text that is none, version_info tells what can be read.
    var revisions: [String] = []
    if tables.contains("alembic_version") {
      try connection.forEachRow("SELECT version_num FROM alembic_version") { row in
        if let text = row.text(0), OptunaSchema.isRevision(text) { revisions.append(text) }
      }
    }
    guard !revisions.contains(OptunaSchema.revision) else { return }
    if tables.contains("version_info"),
      let found = try connection.firstRow(
        "SELECT schema_version FROM version_info ORDER BY schema_version IS \(OptunaSchema.version) DESC",
        read: { (version: $0.int(0), text: $0.description(0)) }),
      found.version != OptunaSchema.version
    {
      throw StorageError(
        .unsupportedFile,
        "the study database '\(path)' has tables of version \(found.text); \(known); "
          + hint(isNewer: (found.version ?? 0) > OptunaSchema.version))
    }
    if let revision = revisions.first {
      throw StorageError(
        .unsupportedFile,
        "the study database '\(path)' has tables of version '\(revision)'; \(known); "
          + hint(isNewer: OptunaSchema.isNewer(revision)))
    }
  }

  /// Makes what is missing, as Optuna would, with the rows that name the version, adds the tables of hpo, and brings those
  /// of an earlier version up.
  func complete(_ connection: Connection) throws {
    for (name, definition) in OptunaSchema.tables + OwnSchema.tables where !tables.contains(name) {
      try connection.executeOnce("CREATE TABLE \(name) \(definition)")
    }
    for (name, definition) in OwnSchema.indexes + OwnSchema.triggers {
      guard let earlier = others[name], earlier != "CREATE \(definition)" else { continue }
      try connection.executeOnce("DROP \(definition.prefix { $0 != " " }) \(name)")
    }
    for (name, definition) in OptunaSchema.indexes + OwnSchema.indexes + OwnSchema.triggers {
      let earlier = others[name]
      // Optuna may make its own in other words.
      if earlier == "CREATE \(definition)" || earlier != nil && !name.hasPrefix("hpo_") { continue }
      do throws(DatabaseError) {
        try connection.executeOnce("CREATE \(definition)")
      } catch {
        // A file with two studies of one name can still be read and written, but for this index.
        guard error.resultCode.primaryResultCode == .SQLITE_CONSTRAINT else { throw error }
      }
    }
    if try !connection.hasRow("SELECT 1 FROM version_info") {
      try connection.execute(
        "INSERT INTO version_info VALUES (1, ?, ?)", .int(OptunaSchema.version), .text(OptunaSchema.library))
    }
    if try !connection.hasRow("SELECT 1 FROM alembic_version") {
      try connection.execute("INSERT INTO alembic_version VALUES (?)", .text(OptunaSchema.revision))
    }
    if try !connection.hasRow("SELECT 1 FROM hpo_version") {
      try connection.execute("INSERT INTO hpo_version VALUES (?)", .int(OwnSchema.version))
    } else if ownVersion != OwnSchema.version {
      try connection.execute("UPDATE hpo_version SET schema_version = ?", .int(OwnSchema.version))
    }
  }
}
