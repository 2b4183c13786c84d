/// The tables of Optuna 5.0's relational storage, as they are made in SQLite.
///
/// One difference: identifiers of studies and trials are `AUTOINCREMENT`, so that neither program ever gives one out
/// again after a deletion.
enum OptunaSchema {
  /// The version of the tables in `version_info`.
  static let version: Int64 = 12
  /// The version of the tables in `alembic_version`, by which Optuna upgrades a file.
  static let revision = "v3.2.0.a"
  /// Whether a text names a revision, as all of Optuna's do: such as `v3.2.0.a`.
  static func isRevision(_ text: String) -> Bool {
    let rest = text.utf8.dropFirst()
    return text.hasPrefix("v") && rest.first.map { (48...57).contains($0) } ?? false
      && rest.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: ".") }
  }

  /// Whether a revision, such as `v5.1.0.a`, came after the one that is known here.
  static func isNewer(_ other: String) -> Bool {
    func parts(_ revision: String) -> [Int] { revision.dropFirst().split(separator: ".").compactMap { Int($0) } }
    return other.hasPrefix("v")
      && (parts(revision).lexicographicallyPrecedes(parts(other))
        || parts(revision) == parts(other) && revision < other)
  }

  /// The release of Optuna whose tables these are.
  static let library = "5.0.0"

  static let tables: [(name: String, definition: String)] = [
    (
      "studies",
      "(study_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, study_name VARCHAR(512) NOT NULL)"
    ),
    (
      "version_info",
      """
      (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256), \
      PRIMARY KEY (version_info_id), CHECK (version_info_id=1))
      """
    ),
    (
      "study_directions",
      """
      (study_direction_id INTEGER NOT NULL, direction VARCHAR(8) NOT NULL, study_id INTEGER NOT NULL, \
      objective INTEGER NOT NULL, PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), \
      FOREIGN KEY(study_id) REFERENCES studies (study_id))
      """
    ),
    ("study_user_attributes", attributes(of: "study", key: "study_user_attribute_id", parent: "studies")),
    ("study_system_attributes", attributes(of: "study", key: "study_system_attribute_id", parent: "studies")),
    (
      "trials",
      """
      (trial_id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, number INTEGER, study_id INTEGER, \
      state VARCHAR(8) NOT NULL, datetime_start DATETIME, datetime_complete DATETIME, \
      FOREIGN KEY(study_id) REFERENCES studies (study_id))
      """
    ),
    ("trial_user_attributes", attributes(of: "trial", key: "trial_user_attribute_id", parent: "trials")),
    ("trial_system_attributes", attributes(of: "trial", key: "trial_system_attribute_id", parent: "trials")),
    (
      "trial_params",
      """
      (param_id INTEGER NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value FLOAT, \
      distribution_json TEXT, PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), \
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id))
      """
    ),
    (
      "trial_values",
      """
      (trial_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value FLOAT, \
      value_type VARCHAR(7) NOT NULL, PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), \
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id))
      """
    ),
    (
      "trial_intermediate_values",
      """
      (trial_intermediate_value_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL, \
      intermediate_value FLOAT, intermediate_value_type VARCHAR(7) NOT NULL, \
      PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), \
      FOREIGN KEY(trial_id) REFERENCES trials (trial_id))
      """
    ),
    (
      "trial_heartbeats",
      """
      (trial_heartbeat_id INTEGER NOT NULL, trial_id INTEGER NOT NULL, heartbeat DATETIME NOT NULL, \
      PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id))
      """
    ),
    ("alembic_version", "(version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"),
  ]

  static let indexes: [(name: String, definition: String)] = [
    ("ix_studies_study_name", "UNIQUE INDEX ix_studies_study_name ON studies (study_name)"),
    ("ix_trials_study_id", "INDEX ix_trials_study_id ON trials (study_id)"),
  ]

  /// The columns that are read of each table.
  static let columns: [(table: String, names: String)] = [
    ("studies", "study_id, study_name"),
    ("study_directions", "study_id, objective, direction"),
    ("study_user_attributes", "study_user_attribute_id, study_id, key, value_json"),
    ("study_system_attributes", "study_system_attribute_id, study_id, key, value_json"),
    ("trials", "trial_id, number, study_id, state, datetime_start, datetime_complete"),
    ("trial_user_attributes", "trial_user_attribute_id, trial_id, key, value_json"),
    ("trial_system_attributes", "trial_system_attribute_id, trial_id, key, value_json"),
    ("trial_params", "param_id, trial_id, param_name, param_value, distribution_json"),
    ("trial_values", "trial_id, objective, value, value_type"),
    ("trial_intermediate_values", "trial_id, step, intermediate_value, intermediate_value_type"),
  ]

  private static func attributes(of owner: String, key: String, parent: String) -> String {
    """
    (\(key) INTEGER NOT NULL, \(owner)_id INTEGER, "key" VARCHAR(512), value_json TEXT, PRIMARY KEY (\(key)), \
    UNIQUE (\(owner)_id, "key"), FOREIGN KEY(\(owner)_id) REFERENCES \(parent) (\(owner)_id))
    """
  }
}
