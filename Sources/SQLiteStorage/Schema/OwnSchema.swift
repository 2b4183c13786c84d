/// What hpo keeps beside Optuna's tables. Optuna passes over tables, indexes and triggers that it does not know.
enum OwnSchema {
  /// The version of the tables in `hpo_version`.
  static let version: Int64 = 1

  static let tables: [(name: String, definition: String)] = [
    ("hpo_version", "(schema_version INTEGER NOT NULL)"),
    // Who runs a trial; a running trial without an owner belongs to another program.
    (
      "hpo_trial_owners",
      """
      (trial_id INTEGER PRIMARY KEY NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL, process INTEGER NOT NULL, \
      start_time INTEGER NOT NULL)
      """
    ),
    (
      "hpo_study_documents",
      "(study_id INTEGER NOT NULL, document TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (study_id, document))"
    ),
    // The highest identifiers among deleted rows, for files whose own tables would give them out again.
    ("hpo_highest_ids", "(table_name TEXT PRIMARY KEY NOT NULL, id INTEGER NOT NULL)"),
  ]

  static let indexes: [(name: String, definition: String)] = [
    ("hpo_ix_trials_number", "INDEX hpo_ix_trials_number ON trials (study_id, number)"),
    ("hpo_ix_trials_state", "INDEX hpo_ix_trials_state ON trials (study_id, state, number)"),
  ]

  // Triggers, since Optuna deletes studies as well.
  static let triggers: [(name: String, definition: String)] = [
    (
      "hpo_trial_deleted",
      """
      TRIGGER hpo_trial_deleted AFTER DELETE ON trials BEGIN \
      DELETE FROM hpo_trial_owners WHERE trial_id = old.trial_id; \
      INSERT INTO hpo_highest_ids (table_name, id) VALUES ('trials', old.trial_id) \
      ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END
      """
    ),
    (
      "hpo_study_deleted",
      """
      TRIGGER hpo_study_deleted AFTER DELETE ON studies BEGIN \
      DELETE FROM hpo_study_documents WHERE study_id = old.study_id; \
      INSERT INTO hpo_highest_ids (table_name, id) VALUES ('studies', old.study_id) \
      ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END
      """
    ),
  ]
}
