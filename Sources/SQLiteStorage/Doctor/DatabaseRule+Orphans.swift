extension DatabaseRule {
  /// Rows that belong to nothing. Files whose tables Optuna made give identifiers out again, so that such rows turn up at
  /// another trial.
  static let orphans =
    ["study_directions", "study_user_attributes", "study_system_attributes"].map {
      orphan(in: $0, of: "study", "studies")
    }
    + Connection.tablesOfTrial.map { orphan(in: $0, of: "trial", "trials") }

  private static func orphan(in table: String, of owner: String, _ owners: String) -> DatabaseRule {
    let condition = "\(owner)_id IS NULL OR \(owner)_id NOT IN (SELECT \(owner)_id FROM \(owners))"
    return DatabaseRule(
      name: "\(owner) of \(table)", demand: "each row of \(table) belongs to a \(owner)",
      effects: Effects(
        optuna: "may turn up at a later \(owner), or keep it from being written", dashboard: "nothing", hpo: "nothing"),
      tables: [table, owners],
      breaches: """
        SELECT '\(table), row ' || rowid, '\(owner) ' || quote(\(owner)_id) FROM \(table) WHERE \(condition)
        """,
      repair: ["DELETE FROM \(table) WHERE \(condition)"], remedy: "the rows are deleted")
  }
}
