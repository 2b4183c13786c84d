extension DatabaseRule {
  /// What hpo's own tables are to agree with.
  static let ownTables =
    OwnSchema.tablesOfTrial.map { leftover(in: $0, key: "trial_id", of: "trials") }
    + OwnSchema.tablesOfStudy.map { leftover(in: $0, key: "study_id", of: "studies") }
    + [
      ownerOfFinished, checkpointOfFinished, excludedUnfinished, exclusionOfOtherStudy, seed, window, search,
      searchValues,
      studyFile, history, highestIDs, sequences,
    ]

  private static func leftover(in table: String, key: String, of owners: String) -> DatabaseRule {
    DatabaseRule(
      name: "rows of \(table)", demand: "each row of \(table) belongs to one of \(owners)",
      effects: Effects(hpo: "nothing, a few bytes"), tables: [table, owners],
      breaches: """
        SELECT '\(table)', '\(key) ' || quote(\(key)) FROM \(table) WHERE \(key) NOT IN (SELECT \(key) FROM \(owners))
        """,
      repair: ["DELETE FROM \(table) WHERE \(key) NOT IN (SELECT \(key) FROM \(owners))"],
      remedy: "the rows are deleted")
  }

  private static let ownerOfFinished = DatabaseRule(
    name: "owners", demand: "only a running trial has an owner", effects: Effects(hpo: "nothing, a few bytes"),
    tables: ["hpo_trial_owners", "trials"],
    breaches: """
      SELECT \(trialPlace), t.state || ' with an owner' FROM hpo_trial_owners o JOIN trials t ON t.trial_id = o.trial_id \
      WHERE upper(t.state) <> 'RUNNING'
      """,
    repair: [
      """
      DELETE FROM hpo_trial_owners WHERE trial_id IN (SELECT trial_id FROM trials WHERE upper(state) <> 'RUNNING')
      """
    ],
    remedy: "the rows are deleted")

  private static let checkpointOfFinished = DatabaseRule(
    name: "checkpoints", demand: "only an unfinished trial has a checkpoint",
    effects: Effects(hpo: "nothing, but the space of the checkpoint is lost"), tables: ["hpo_checkpoints", "trials"],
    breaches: """
      SELECT \(trialPlace), t.state || ' with a checkpoint of ' || length(c.data) || ' bytes' \
      FROM hpo_checkpoints c JOIN trials t ON t.trial_id = c.trial_id WHERE NOT \(isUnfinished)
      """,
    repair: [
      "DELETE FROM hpo_checkpoints WHERE trial_id IN (SELECT t.trial_id FROM trials t WHERE NOT \(isUnfinished))"
    ],
    remedy: "the checkpoint is deleted")

  private static let isUnfinished = "upper(t.state) NOT IN ('COMPLETE', 'PRUNED', 'FAIL')"

  private static let excludedUnfinished = DatabaseRule(
    name: "excluded trials", demand: "only a finished trial is excluded",
    effects: Effects(hpo: "the trial counts, but limits are too high by one"),
    tables: ["hpo_trial_exclusions", "trials"],
    breaches: """
      SELECT \(trialPlace), t.state || ' and excluded' FROM hpo_trial_exclusions e JOIN trials t ON t.trial_id = e.trial_id \
      WHERE \(isUnfinished)
      """,
    repair: [
      "DELETE FROM hpo_trial_exclusions WHERE trial_id IN (SELECT t.trial_id FROM trials t WHERE \(isUnfinished))"
    ],
    remedy: "the exclusion is deleted")

  private static let exclusionOfOtherStudy = DatabaseRule(
    name: "studies of excluded trials", demand: "an exclusion names the study of its trial",
    effects: Effects(hpo: "the trial counts in spite of its exclusion"), tables: ["hpo_trial_exclusions", "trials"],
    breaches: """
      SELECT \(trialPlace), 'excluded in study ' || quote(e.study_id) \
      FROM hpo_trial_exclusions e JOIN trials t ON t.trial_id = e.trial_id WHERE e.study_id IS NOT t.study_id
      """,
    repair: [
      """
      UPDATE hpo_trial_exclusions SET study_id = \
      (SELECT study_id FROM trials t WHERE t.trial_id = hpo_trial_exclusions.trial_id) \
      WHERE trial_id IN (SELECT trial_id FROM trials)
      """
    ],
    remedy: "the study of the trial is written")

  private static let seed = DatabaseRule(
    name: "seeds", demand: "the seed of a study is a whole number",
    effects: Effects(hpo: "the study goes on with the seed 0"), tables: ["hpo_study_documents"],
    breaches: """
      SELECT 'study ' || study_id, 'seed ' || quote(text) FROM hpo_study_documents \
      WHERE document = 'seed' AND NOT hpo_is_seed(text)
      """,
    repair: ["UPDATE hpo_study_documents SET text = '0' WHERE document = 'seed' AND NOT hpo_is_seed(text)"],
    remedy: "the seed becomes 0, as hpo reads it")

  /// How many trials may run at once is told by any trial that saw others: n saw those up to n less the window.
  private static let seenWindow = """
    SELECT max(1, t.number + 1 - json_extract(a.value_json, '$.count')) AS width FROM trial_system_attributes a \
    JOIN trials t ON t.trial_id = a.trial_id WHERE a."key" = 'hpo:seen' AND json_valid(a.value_json) \
    AND t.study_id = hpo_study_documents.study_id AND typeof(t.number) = 'integer' \
    AND typeof(json_extract(a.value_json, '$.count')) = 'integer'
    """

  private static let window = DatabaseRule(
    name: "windows", demand: "a deterministic study has a whole number of trials that may run at once",
    effects: Effects(hpo: "an error, the study cannot go on"),
    tables: ["hpo_study_documents", "trials", "trial_system_attributes"],
    breaches: """
      SELECT 'study ' || study_id, 'window ' || quote(text) FROM hpo_study_documents \
      WHERE document = 'window' AND NOT hpo_is_window(text)
      """,
    repair: [
      """
      UPDATE hpo_study_documents SET text = CAST(ifnull( \
      (\(seenWindow) AND json_extract(a.value_json, '$.count') > 0 ORDER BY t.number LIMIT 1), \
      ifnull((\(seenWindow) ORDER BY t.number DESC LIMIT 1), 1)) AS TEXT) \
      WHERE document = 'window' AND NOT hpo_is_window(text)
      """
    ],
    remedy: "the number that the study's trials ran with is written")

  private static let search = DatabaseRule(
    name: "search options", demand: "the options that a study keeps are a JSON object",
    effects: Effects(hpo: "an error, the study does not go on"), tables: ["hpo_study_documents"],
    breaches: """
      SELECT 'study ' || study_id, substr(quote(text), 1, 60) FROM hpo_study_documents \
      WHERE document = 'search' AND NOT hpo_is_object(text)
      """,
    repair: ["DELETE FROM hpo_study_documents WHERE document = 'search' AND NOT hpo_is_object(text)"],
    remedy: "the options are deleted; give those that you know to the next hpo optimize")

  private static let searchValues = DatabaseRule(
    name: "values of search options", demand: "sampler, pruner, seed and limits that a study keeps are such",
    effects: Effects(hpo: "an error, the study goes on only where the option is typed anew"),
    tables: ["hpo_study_documents"],
    breaches: """
      SELECT 'study ' || study_id, hpo_mistake_in_options(text) FROM hpo_study_documents \
      WHERE document = 'search' AND hpo_is_object(text) AND hpo_mistake_in_options(text) IS NOT NULL
      """,
    remedy: "only you know which was meant: type it anew, as in hpo optimize --study NAME --sampler tpe")

  private static let studyFile = DatabaseRule(
    name: "study files", demand: "the study file that a study keeps can be read",
    effects: Effects(hpo: "an error, the study goes on only with a study file that is given"),
    tables: ["hpo_study_documents"],
    breaches: """
      SELECT 'study ' || study_id, substr(quote(text), 1, 60) FROM hpo_study_documents \
      WHERE document = 'configuration' AND NOT hpo_is_study_file(text)
      """,
    remedy: "give the file again: hpo optimize --config FILE --study NAME")

  private static let history = DatabaseRule(
    name: "kept histories", severity: .note, demand: "a kept history is whole, by its checksum",
    effects: Effects(hpo: "nothing, the trials are read anew"), tables: ["hpo_histories"],
    breaches: """
      SELECT 'study ' || study_id, length(data) || ' bytes' FROM hpo_histories WHERE NOT hpo_is_history(data)
      """,
    repair: ["DELETE FROM hpo_histories WHERE NOT hpo_is_history(data)"],
    remedy: "the history is deleted, and made anew when it is needed")

  private static let isHighestID = """
    (table_name IN ('studies', 'trials') AND typeof(id) = 'integer' AND id BETWEEN 1 AND \(OwnSchema.lastID - 1))
    """

  private static let highestIDs = DatabaseRule(
    name: "highest identifiers", demand: "the highest identifiers among deleted rows are such that another can follow",
    effects: Effects(hpo: "an identifier may be given out again, or none"), tables: ["hpo_highest_ids"],
    breaches: """
      SELECT 'hpo_highest_ids', quote(table_name) || ': ' || quote(id) FROM hpo_highest_ids WHERE NOT \(isHighestID)
      """,
    repair: ["DELETE FROM hpo_highest_ids WHERE NOT \(isHighestID)"],
    remedy: "the rows are deleted")

  private static let isLastID = "(typeof(seq) = 'integer' AND seq BETWEEN 0 AND \(OwnSchema.lastID - 1))"

  private static let sequences = DatabaseRule(
    name: "last identifiers", demand: "the identifiers that SQLite gave out last are such that another can follow",
    effects: Effects(
      optuna: "StorageInternalError where a study or a trial is added, as if the disk were full", dashboard: "nothing",
      hpo: "an error where a study or a trial is added"),
    tables: ["sqlite_sequence", "hpo_highest_ids", "studies", "trials"],
    breaches: """
      SELECT 'sqlite_sequence', quote(name) || ': ' || quote(seq) FROM sqlite_sequence \
      WHERE name IN ('studies', 'trials') AND NOT \(isLastID)
      """,
    repair: [("studies", "study_id"), ("trials", "trial_id")].map { table, key in
      """
      UPDATE sqlite_sequence SET seq = max( \
      ifnull((SELECT max(\(key)) FROM \(table) WHERE \(key) < \(OwnSchema.lastID)), 0), \
      ifnull((SELECT id FROM hpo_highest_ids WHERE table_name = '\(table)' AND id < \(OwnSchema.lastID)), 0)) \
      WHERE name = '\(table)' AND NOT \(isLastID)
      """
    },
    remedy: "the highest identifier of a row that is there, or was, is written")
}
