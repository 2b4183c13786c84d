extension DatabaseRule {
  static let schema = [integrity, tables, indexes, revision, versionRows, severalVersions]

  private static let integrity = DatabaseRule(
    name: "integrity", demand: "SQLite's pages and indexes are consistent",
    effects: Effects(
      optuna: "wrong results or errors", dashboard: "wrong results or errors", hpo: "wrong results or errors"),
    tables: [],
    breaches: "SELECT 'the file', integrity_check FROM pragma_integrity_check(20) WHERE integrity_check <> 'ok'",
    repair: ["REINDEX"],
    remedy:
      "indexes are made anew, after which more may be found; else sqlite3's .recover saves what is readable")

  private static let tables = DatabaseRule(
    name: "tables", demand: "all of Optuna's tables are there",
    effects: Effects(
      optuna: "nothing, they are made as the file is opened", dashboard: "does not start without version_info",
      hpo: "nothing, they are made before the first write"),
    tables: [],
    breaches: """
      SELECT 'the file', 'no table ' || name FROM (\(names(OptunaSchema.tables))) \
      WHERE name NOT IN (SELECT name FROM sqlite_master WHERE type = 'table')
      """,
    repair: OptunaSchema.tables.map { "CREATE TABLE IF NOT EXISTS \($0.name) \($0.definition)" },
    remedy: "the tables are made, empty")

  private static let indexes = DatabaseRule(
    name: "indexes", severity: .note, demand: "all of Optuna's indexes are there",
    effects: Effects(optuna: "slower", dashboard: "slower", hpo: "slower until the first write"),
    tables: ["studies", "trials"],
    breaches: """
      SELECT 'the file', 'no index ' || name FROM (\(names(OptunaSchema.indexes))) \
      WHERE name NOT IN (SELECT name FROM sqlite_master WHERE type = 'index') \
      AND NOT EXISTS (SELECT 1 FROM studies GROUP BY study_name HAVING count(*) > 1)
      """,
    repair: OptunaSchema.indexes.map { index in
      "CREATE " + index.definition.replacing("INDEX \(index.name)", with: "INDEX IF NOT EXISTS \(index.name)")
    },
    remedy: "the indexes are made")

  // What stands behind a zero byte no function of ours is given.
  private static let isNoRevision = "(NOT hpo_is_revision(version_num) OR instr(CAST(version_num AS BLOB), x'00') > 0)"

  private static let revision = DatabaseRule(
    name: "revision", demand: "alembic_version names a revision of Optuna's",
    effects: .unreadable("RuntimeError", hpo: "reads by version_info, and writes nothing"), tables: ["alembic_version"],
    breaches: "SELECT 'alembic_version', quote(version_num) FROM alembic_version WHERE \(isNoRevision)",
    repair: [
      "DELETE FROM alembic_version WHERE \(isNoRevision)",
      """
      INSERT INTO alembic_version SELECT '\(OptunaSchema.revision)' WHERE NOT EXISTS (SELECT 1 FROM alembic_version)
      """,
    ],
    remedy:
      "the revision of Optuna \(OptunaSchema.library) is written; if a newer program wrote another, update hpo instead")

  private static let versionRows = DatabaseRule(
    name: "version rows", severity: .note,
    demand: "version_info and alembic_version have a row, of one version, which is told by alembic_version",
    effects: Effects(optuna: "nothing, they are written", dashboard: "nothing", hpo: "nothing, they are written"),
    tables: ["version_info", "alembic_version"],
    breaches: """
      SELECT 'version_info', 'no row' WHERE NOT EXISTS (SELECT 1 FROM version_info) \
      UNION ALL SELECT 'alembic_version', 'no row' WHERE NOT EXISTS (SELECT 1 FROM alembic_version) \
      UNION ALL SELECT 'version_info', 'version ' || quote(schema_version) FROM version_info \
      WHERE schema_version IS NOT \(OptunaSchema.version)
      """,
    repair: [
      """
      INSERT INTO version_info SELECT 1, \(OptunaSchema.version), '\(OptunaSchema.library)' \
      WHERE NOT EXISTS (SELECT 1 FROM version_info)
      """,
      """
      INSERT INTO alembic_version SELECT '\(OptunaSchema.revision)' WHERE NOT EXISTS (SELECT 1 FROM alembic_version)
      """,
      "UPDATE version_info SET schema_version = \(OptunaSchema.version)",
    ],
    remedy: "the rows of Optuna \(OptunaSchema.library) are written")

  private static let severalVersions = DatabaseRule(
    name: "one version", demand: "version_info and alembic_version have a single row each",
    effects: .unreadable("StorageInternalError or CommandError", hpo: "nothing"),
    tables: ["version_info", "alembic_version"],
    breaches: """
      SELECT 'alembic_version', count(*) || ' rows' FROM alembic_version HAVING count(*) > 1 \
      UNION ALL SELECT 'version_info', count(*) || ' rows' FROM version_info HAVING count(*) > 1
      """,
    repair: [
      "DELETE FROM alembic_version WHERE version_num <> '\(OptunaSchema.revision)'",
      """
      DELETE FROM version_info WHERE rowid <> (SELECT rowid FROM version_info \
      ORDER BY schema_version IS \(OptunaSchema.version) DESC, version_info_id IS 1 DESC, rowid LIMIT 1)
      """,
      "UPDATE version_info SET version_info_id = 1 WHERE version_info_id IS NOT 1",
    ],
    remedy: "the rows of other versions are deleted")
}
