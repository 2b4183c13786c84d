import GRDB
import TrialStorage

/// What a database file holds, told from the names in its schema.
struct SchemaInspection {
  private(set) var tables: Set<String> = []
  private var others: Set<String> = []
  /// Whether the file's own tables never give an identifier out again.
  private(set) var keepsIdentifiers = true

  init(_ connection: Connection) throws {
    try connection.forEachRow("SELECT type, name, sql FROM sqlite_master") { row in
      guard let type = row.text(0), let name = row.text(1), !name.hasPrefix("sqlite_") else { return }
      if type == "table" { tables.insert(name) } else { others.insert(name) }
      if name == "studies" || name == "trials", type == "table" {
        keepsIdentifiers = keepsIdentifiers && row.text(2)?.uppercased().contains("AUTOINCREMENT") == true
      }
    }
  }

  var isEmpty: Bool { tables.isEmpty && others.isEmpty }

  /// Whether a study can be read as it is.
  var isReadable: Bool { OptunaSchema.columns.allSatisfy { tables.contains($0.table) } }

  /// Whether nothing is missing to write.
  var isComplete: Bool {
    (OptunaSchema.tables + OwnSchema.tables).allSatisfy { tables.contains($0.name) }
      && (OptunaSchema.indexes + OwnSchema.indexes + OwnSchema.triggers).allSatisfy { others.contains($0.name) }
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

  private func checkVersions(_ connection: Connection, path: String) throws {
    if tables.contains("hpo_version"),
      let version = try connection.firstRow("SELECT max(schema_version) FROM hpo_version", read: { $0.int(0) }) ?? nil,
      version > OwnSchema.version
    {
      throw StorageError(
        .unsupportedFile,
        "the study database '\(path)' was written by a newer hpo (its tables are of version \(version), this program "
          + "knows \(OwnSchema.version)); update hpo")
    }
    let known = "this program knows version \(OptunaSchema.version), '\(OptunaSchema.revision)', of Optuna 3.2 to 5.0"
    let hint = "an older file is brought up with `optuna storage upgrade --storage sqlite:///\(path)`"
    if tables.contains("version_info"),
      let found = try connection.firstRow(
        "SELECT schema_version FROM version_info", read: { (version: $0.int(0), text: $0.description(0)) }),
      found.version != OptunaSchema.version
    {
      throw StorageError(
        .unsupportedFile, "the study database '\(path)' has tables of version \(found.text); \(known); \(hint)")
    }
    if tables.contains("alembic_version"),
      let revision = try connection.firstRow(
        "SELECT version_num FROM alembic_version", read: { $0.text(0) ?? $0.description(0) }),
      revision != OptunaSchema.revision
    {
      throw StorageError(
        .unsupportedFile, "the study database '\(path)' has tables of version '\(revision)'; \(known); \(hint)")
    }
  }

  /// Makes what is missing, as Optuna would, with the rows that name the version, and adds the tables of hpo.
  func complete(_ connection: Connection) throws {
    for (name, definition) in OptunaSchema.tables + OwnSchema.tables where !tables.contains(name) {
      try connection.executeOnce("CREATE TABLE \(name) \(definition)")
    }
    for (name, definition) in OptunaSchema.indexes + OwnSchema.indexes + OwnSchema.triggers
    where !others.contains(name) {
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
    }
  }
}
