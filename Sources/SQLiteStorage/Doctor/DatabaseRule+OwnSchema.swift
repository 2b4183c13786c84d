extension DatabaseRule {
  /// What hpo's own tables are. A file of Optuna's has none of them, and one of an earlier hpo some; both get what they lack
  /// before the first write.
  static let ownSchema =
    [ownVersion, ownTablesExist] + OwnSchema.columns.filter { $0.table != "hpo_version" }.map(columns)
    + [ownIndexes, ownTriggers]

  private static let ownVersion = DatabaseRule(
    name: "version of hpo's tables", demand: "hpo_version has a single row with a whole number",
    effects: Effects(hpo: "nothing, the highest number counts, and where there is none the tables are brought up anew"),
    tables: ["hpo_version"],
    breaches: """
      SELECT 'hpo_version', count(*) || ' rows' FROM hpo_version HAVING count(*) <> 1 \
      UNION ALL SELECT 'hpo_version', quote(schema_version) FROM hpo_version WHERE typeof(schema_version) <> 'integer'
      """,
    repair: [
      "DELETE FROM hpo_version WHERE typeof(schema_version) <> 'integer'",
      """
      DELETE FROM hpo_version WHERE rowid <> (SELECT rowid FROM hpo_version ORDER BY schema_version DESC, rowid LIMIT 1)
      """,
      "INSERT INTO hpo_version SELECT \(OwnSchema.version) WHERE NOT EXISTS (SELECT 1 FROM hpo_version)",
    ],
    remedy: "the row of the highest version stays; where no number is left, this version's is written")

  private static let isPresentVersion = "(SELECT max(schema_version) FROM hpo_version) = \(OwnSchema.version)"

  private static let ownTablesExist = DatabaseRule(
    name: "hpo's tables", demand: "all of hpo's tables are there",
    effects: Effects(hpo: "what the table held is lost; it is made before the first write"), tables: ["hpo_version"],
    breaches: """
      SELECT 'the file', 'no table ' || name FROM (\(names(OwnSchema.tables))) \
      WHERE name NOT IN (SELECT name FROM sqlite_master WHERE type = 'table') AND \(isPresentVersion)
      """,
    repair: OwnSchema.tables.map { "CREATE TABLE IF NOT EXISTS \($0.name) \($0.definition)" },
    remedy: "the tables are made, empty")

  /// Checked where the doctor has found that the table lacks a column, and passes over it otherwise.
  private static func columns(of table: String, _ names: Set<String>) -> DatabaseRule {
    let definition = OwnSchema.tables.first { $0.name == table }?.definition ?? ""
    return DatabaseRule(
      name: "columns of \(table)", demand: "\(table) has all of its columns",
      effects: Effects(hpo: "an error wherever the table is read or written"), tables: [], absentTable: table,
      breaches: """
        SELECT '\(table)', 'no column ' || name \
        FROM (\(names.sorted().map { "SELECT '\($0)' AS name" }.joined(separator: " UNION ALL "))) \
        WHERE EXISTS (SELECT 1 FROM pragma_table_info('\(table)')) \
        AND name NOT IN (SELECT name FROM pragma_table_info('\(table)'))
        """,
      repair: ["DROP TABLE \(table)", "CREATE TABLE \(table) \(definition)"],
      remedy: "the table is made anew, empty")
  }

  private static let ownIndexes = DatabaseRule(
    name: "hpo's indexes", severity: .note, demand: "all of hpo's indexes are there as this version makes them",
    effects: Effects(hpo: "slower until the first write"), tables: ["hpo_version"] + OwnSchema.tables.map(\.name),
    breaches: differing(from: OwnSchema.indexes, type: "index"), repair: remaking(OwnSchema.indexes),
    remedy: "the indexes are made anew")

  private static let ownTriggers = DatabaseRule(
    name: "hpo's triggers", demand: "all of hpo's triggers are there as this version makes them",
    effects: Effects(
      hpo: "until the first write, checkpoints stay behind when Optuna ends a trial, and changes by hand go unnoticed"),
    tables: ["hpo_version"] + OwnSchema.tables.map(\.name),
    breaches: differing(from: OwnSchema.triggers, type: "trigger"),
    repair: remaking(OwnSchema.triggers), remedy: "the triggers are made anew")

  private static func differing(from items: [(name: String, definition: String)], type: String) -> String {
    let wanted = items.map { "SELECT '\($0.name)' AS name, \("CREATE \($0.definition)".quotedText) AS sql" }
      .joined(separator: " UNION ALL ")
    return """
      SELECT 'the file', iif(m.name IS NULL, 'no \(type) ', 'another \(type) ') || w.name FROM (\(wanted)) w \
      LEFT JOIN sqlite_master m ON m.type = '\(type)' AND m.name = w.name WHERE m.sql IS NOT w.sql AND \(isPresentVersion)
      """
  }

  private static func remaking(_ items: [(name: String, definition: String)]) -> [String] {
    items.flatMap { item in
      let type = item.definition.prefix { $0 != " " }
      return ["DROP \(type) IF EXISTS \(item.name)", "CREATE \(item.definition)"]
    }
  }

  /// SQL for the names of items.
  static func names(_ items: [(name: String, definition: String)]) -> String {
    items.map { "SELECT '\($0.name)' AS name" }.joined(separator: " UNION ALL ")
  }
}
