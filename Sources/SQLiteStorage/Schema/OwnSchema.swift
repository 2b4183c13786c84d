import Trials

/// What hpo keeps beside Optuna's tables. Optuna passes over tables, indexes and triggers that it does not know.
///
/// A file of an earlier version gets what it lacks when it is opened to be written: a table is added here and nowhere
/// else. A table that exists keeps its columns for good; what needs others becomes a table of its own.
enum OwnSchema {
  /// The version of the tables in `hpo_version`.
  static let version: Int64 = 2

  /// The identifier of a study or a trial, and the number of a trial, behind which there is no other: every program reads
  /// exactly what is not above it. A sound file has none that is as high.
  static let lastID: Int64 = (1 << 53) - 1

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
    // How often a trial was started, which tells its present run from earlier ones, how many of its processes have
    // ended under it without a newer checkpoint than `progress`, and that checkpoint's sequence number. The first run of a
    // trial that did not wait has no row.
    (
      "hpo_trial_attempts",
      """
      (trial_id INTEGER PRIMARY KEY NOT NULL, starts INTEGER NOT NULL, deaths INTEGER NOT NULL DEFAULT 0, \
      progress INTEGER NOT NULL DEFAULT 0)
      """
    ),
    // What an unfinished trial goes on from: the objective's own bytes, the last step reported before them, and how many
    // checkpoints there have been.
    (
      "hpo_checkpoints",
      """
      (trial_id INTEGER PRIMARY KEY NOT NULL, sequence INTEGER NOT NULL, last_step INTEGER, data BLOB NOT NULL)
      """
    ),
    // What a trial's objective printed.
    ("hpo_trial_logs", "(trial_id INTEGER PRIMARY KEY NOT NULL, text TEXT NOT NULL)"),
    (
      "hpo_study_documents",
      "(study_id INTEGER NOT NULL, document TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (study_id, document))"
    ),
    // Finished trials that do not count. The reason may be empty.
    (
      "hpo_trial_exclusions",
      """
      (trial_id INTEGER PRIMARY KEY NOT NULL, study_id INTEGER NOT NULL, reason TEXT NOT NULL, \
      excluded_at TEXT NOT NULL)
      """
    ),
    // How often finished trials of a study were excluded, included, changed or deleted, so that whoever read them reads
    // them again.
    ("hpo_study_revisions", "(study_id INTEGER PRIMARY KEY NOT NULL, revision INTEGER NOT NULL)"),
    // What the samplers and pruners know of a study's finished trials up to an identifier but for some, and the study's
    // revision by then; a cache.
    (
      "hpo_histories",
      """
      (study_id INTEGER PRIMARY KEY NOT NULL, last_trial_id INTEGER NOT NULL, revision INTEGER NOT NULL, \
      unfinished TEXT NOT NULL, data BLOB NOT NULL)
      """
    ),
    // Studies that are deleted, some of whose trials are left.
    ("hpo_deletions", "(study_id INTEGER PRIMARY KEY NOT NULL, study_name TEXT NOT NULL)"),
    // The highest identifiers among deleted rows, for files whose own tables would give them out again.
    ("hpo_highest_ids", "(table_name TEXT PRIMARY KEY NOT NULL, id INTEGER NOT NULL)"),
  ]

  /// The columns of each table.
  static let columns: [(table: String, names: Set<String>)] = tables.map { table, definition in
    // Behind the columns a constraint may stand.
    let end = definition.firstRange(of: ", PRIMARY KEY")?.lowerBound ?? definition.endIndex
    let columns = definition[..<end].split(separator: ",").compactMap { $0.split { " ()".contains($0) }.first }
    return (table, Set(columns.map(String.init)))
  }

  /// The tables whose rows go with their trial, by `trial_id`.
  static let tablesOfTrial = [
    "hpo_trial_owners", "hpo_trial_attempts", "hpo_checkpoints", "hpo_trial_exclusions", "hpo_trial_logs",
  ]
  /// The tables whose rows go with their study, by `study_id`.
  static let tablesOfStudy = ["hpo_study_documents", "hpo_study_revisions", "hpo_histories"]
  /// The tables whose rows go when their trial is finished.
  private static let tablesOfUnfinishedTrial = ["hpo_checkpoints"]

  static let indexes: [(name: String, definition: String)] = [
    ("hpo_ix_trials_number", "INDEX hpo_ix_trials_number ON trials (study_id, number)"),
    ("hpo_ix_exclusions", "INDEX hpo_ix_exclusions ON hpo_trial_exclusions (study_id, trial_id)"),
    ("hpo_ix_trials_state", "INDEX hpo_ix_trials_state ON trials (study_id, state, number)"),
    // The attributes of trials that say something special of them, by their names.
    (
      "hpo_ix_marks",
      "INDEX hpo_ix_marks ON trial_system_attributes (\"key\", trial_id) WHERE \(Connection.isMark)"
    ),
    // What no two trials of a study share.
    (
      "hpo_ix_candidates",
      "INDEX hpo_ix_candidates ON trial_system_attributes (value_json, trial_id) WHERE \(Connection.isCandidate)"
    ),
    // The best trials first, of all studies.
    (
      "hpo_ix_trial_values_rank",
      "INDEX hpo_ix_trial_values_rank ON trial_values (objective, \(Connection.rank), trial_id)"
    ),
  ]

  /// What holds of a finished trial's state, in two comparisons: for a longer list SQLite builds a table of its own each time
  /// that a trigger looks.
  private static let isFinished = "NOT IN ('RUNNING', 'WAITING')"

  // Triggers, since Optuna finishes trials and deletes studies as well.
  static let triggers: [(name: String, definition: String)] =
    historyTriggers + [
      (
        "hpo_trial_finished",
        """
        TRIGGER hpo_trial_finished AFTER UPDATE OF state ON trials \
        WHEN new.state \(isFinished) BEGIN \
        \(deletions(from: tablesOfUnfinishedTrial, key: "trial_id", of: "new")) END
        """
      ),
      (
        "hpo_trial_deleted",
        """
        TRIGGER hpo_trial_deleted AFTER DELETE ON trials BEGIN \
        \(deletions(from: tablesOfTrial, key: "trial_id", of: "old")) \
        INSERT INTO hpo_highest_ids (table_name, id) VALUES ('trials', old.trial_id) \
        ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END
        """
      ),
      (
        "hpo_study_deleted",
        """
        TRIGGER hpo_study_deleted AFTER DELETE ON studies BEGIN \
        \(deletions(from: tablesOfStudy, key: "study_id", of: "old")) \
        INSERT INTO hpo_highest_ids (table_name, id) VALUES ('studies', old.study_id) \
        ON CONFLICT (table_name) DO UPDATE SET id = max(id, excluded.id); END
        """
      ),
      // Tables that Optuna made give the identifier of a study that is being deleted to the next one.
      (
        "hpo_study_inserted",
        """
        TRIGGER hpo_study_inserted AFTER INSERT ON studies \
        WHEN EXISTS (SELECT 1 FROM hpo_deletions WHERE study_id = new.study_id) BEGIN \
        \(Connection.tablesOfTrial.map {
          "DELETE FROM \($0) WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = new.study_id);"
        }.joined(separator: " ")) \
        DELETE FROM trials WHERE study_id = new.study_id; \
        DELETE FROM hpo_deletions WHERE study_id = new.study_id; END
        """
      ),
    ]

  /// Count changes of finished trials, which no program makes in passing: deletions and corrections by hand.
  private static let historyTriggers: [(name: String, definition: String)] = {
    func count(_ name: String, _ event: String, of table: String, where condition: String, study: String) -> (
      name: String, definition: String
    ) {
      (
        name,
        """
        TRIGGER \(name) \(event) ON \(table) WHEN \(condition) BEGIN \
        INSERT INTO hpo_study_revisions (study_id, revision) SELECT \(study), 1 \
        WHERE \(study) IN (SELECT study_id FROM studies) \
        ON CONFLICT (study_id) DO UPDATE SET revision = revision + 1; END
        """
      )
    }
    let changes = "old.state IS NOT new.state OR old.number IS NOT new.number OR old.study_id IS NOT new.study_id"
    var triggers = [
      count(
        "hpo_finished_trial_updated", "AFTER UPDATE", of: "trials", where: "old.state \(isFinished) AND (\(changes))",
        study: "old.study_id"),
      count(
        "hpo_finished_trial_deleted", "AFTER DELETE", of: "trials", where: "old.state \(isFinished)",
        study: "old.study_id"),
      // What INSERT OR REPLACE takes away counts as no row that is deleted.
      count(
        "hpo_finished_trial_replaced", "BEFORE INSERT", of: "trials",
        where: "(SELECT state FROM trials WHERE trial_id = new.trial_id) \(isFinished)",
        study: "(SELECT study_id FROM trials WHERE trial_id = new.trial_id)"),
    ]
    let keys = [
      ("trial_values", "objective", "trial_value_id"), ("trial_params", "param_name", "param_id"),
      ("trial_intermediate_values", "step", "trial_intermediate_value_id"),
      ("trial_system_attributes", "\"key\"", "trial_system_attribute_id"),
    ]
    for (table, key, id) in keys {
      func late(_ change: String, _ event: String, of row: String, if condition: String = "") {
        triggers.append(
          count(
            "hpo_\(table)_\(change)_late", event, of: table,
            where: "\(condition)(SELECT state FROM trials WHERE trial_id = \(row).trial_id) \(isFinished)",
            study: "(SELECT study_id FROM trials WHERE trial_id = \(row).trial_id)"))
      }
      late("updated", "AFTER UPDATE", of: "old")
      late("deleted", "AFTER DELETE", of: "old")
      // Rows that are only added are no changes: Optuna adds values, and all of a trial that is finished from the start,
      // behind the state.
      late(
        "replaced", "BEFORE INSERT", of: "new",
        if: "EXISTS (SELECT 1 FROM \(table) WHERE trial_id = new.trial_id AND \(key) = new.\(key)) AND ")
      // A row that takes the identifier of another one, of whatever trial. One that is to get a new identifier has -1 so far.
      let displaced = "FROM \(table) r JOIN trials t ON t.trial_id = r.trial_id WHERE r.\(id) = new.\(id)"
      triggers.append(
        count(
          "hpo_\(table)_displaced_late", "BEFORE INSERT", of: table,
          where: "new.\(id) <> -1 AND (SELECT t.state \(displaced)) \(isFinished)",
          study: "(SELECT t.study_id \(displaced))"))
    }
    return triggers
  }()

  private static func deletions(from tables: [String], key: String, of row: String) -> String {
    tables.map { "DELETE FROM \($0) WHERE \(key) = \(row).\(key);" }.joined(separator: " ")
  }
}
