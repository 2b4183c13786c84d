extension DatabaseRule {
  /// One rule a table, but for the names of studies, which have a rule of their own.
  static let texts = columnsOfText.map { table, columns in texts(of: table, columns) }

  private static let columnsOfText: KeyValuePairs = [
    "version_info": ["library_version"], "study_user_attributes": ["key", "value_json"],
    "study_system_attributes": ["key", "value_json"], "trial_user_attributes": ["key", "value_json"],
    "trial_system_attributes": ["key", "value_json"], "trial_params": ["param_name", "distribution_json"],
    "hpo_study_documents": ["text"],
  ]

  private static func texts(of table: String, _ columns: [String]) -> DatabaseRule {
    DatabaseRule(
      name: "text in \(table)", demand: "texts are UTF-8",
      effects: Effects(
        optuna: "StorageInternalError, the study cannot be loaded, nor any other of the file where all are listed",
        dashboard: "error 500", hpo: "read with other characters in place of the bytes"),
      tables: [table],
      breaches: columns.map { column in
        "SELECT '\(table), row ' || rowid, '\(column) ' || quote(\(text(column))) FROM \(table) WHERE \(isNoUTF8(column))"
      }.joined(separator: " UNION ALL "),
      repair: columns.flatMap { column in
        [
          "UPDATE OR IGNORE \(table) SET \(column) = \(text(column)) WHERE \(isNoUTF8(column))",
          // Where another row has that text already.
          "UPDATE OR IGNORE \(table) SET \(column) = \(text(column)) || ' (row ' || rowid || ')' WHERE \(isNoUTF8(column))",
          "UPDATE \(table) SET \(column) = \(text(column)) || ' (row ' || rowid || ', ' || lower(hex(randomblob(4))) || ')' "
            + "WHERE \(isNoUTF8(column))",
        ]
      },
      remedy: "bytes that are no text are replaced by the character for such")
  }

  /// SQL for the text of a column, without what is none.
  private static func text(_ column: String) -> String { "hpo_as_text(CAST(\(column) AS BLOB))" }

  /// SQL for the word of an enumeration in a column, in capitals.
  static func word(_ column: String) -> String { "upper(trim(replace(\(text(column)), char(65533), '')))" }

  /// SQL for whether a column has a text whose bytes are no UTF-8 or hold 0, at which some programs end it. Plain texts, which
  /// most are, need no closer look.
  private static func isNoUTF8(_ column: String) -> String {
    "typeof(\(column)) = 'text' AND (\(column) GLOB '*[^ -~]*' OR instr(CAST(\(column) AS BLOB), x'00')) "
      + "AND CAST(\(column) AS BLOB) <> CAST(\(text(column)) AS BLOB)"
  }
}
