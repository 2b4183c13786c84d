extension DatabaseRule {
  static let trials = [identifiers, state, times, heartbeats, numbers, abandoned]

  private static let identifiers = DatabaseRule(
    name: "identifiers",
    demand: "the identifiers of studies and trials are from 1 to 2^53 - 2, so that another can follow",
    effects: Effects(
      optuna: "behind the highest one of all others come at random, or, in tables that hpo made, StorageInternalError "
        + "as if the disk were full",
      dashboard: "another identifier than that of the row", hpo: "left out below 1; an error where another is added"),
    tables: ["studies", "trials"],
    breaches: """
      SELECT 'study ' || quote(study_name), 'identifier ' || study_id FROM studies \
      WHERE study_id NOT BETWEEN 1 AND \(OwnSchema.lastID - 1) \
      UNION ALL SELECT \(trialPlace), 'identifier ' || t.trial_id FROM trials t \
      WHERE t.trial_id NOT BETWEEN 1 AND \(OwnSchema.lastID - 1)
      """,
    remedy: "copy the study to another file with hpo study copy, which gives out new identifiers")

  private static let states = "('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING')"

  private static let state = DatabaseRule(
    name: "state", demand: "a state is RUNNING, COMPLETE, PRUNED, FAIL or WAITING, in capitals",
    effects: .unreadable("LookupError", hpo: "read as what it says, else as FAIL"), tables: ["trials"],
    breaches: """
      SELECT \(trialPlace), quote(t.state) FROM trials t WHERE t.state IS NULL OR t.state NOT IN \(states)
      """,
    repair: [
      """
      UPDATE trials SET state = CASE WHEN \(word("state")) IN \(states) THEN \(word("state")) ELSE 'FAIL' END \
      WHERE state NOT IN \(states)
      """
    ],
    remedy: "the word is written in capitals; what is no state becomes FAIL")

  private static let times = DatabaseRule(
    name: "times", demand: "a time is a text such as 2026-11-21 10:00:00.000000, or NULL",
    effects: .unreadable("TypeError or ValueError", hpo: "the time is left out"), tables: ["trials"],
    breaches: """
      SELECT \(trialPlace), CASE WHEN hpo_is_time(t.datetime_start) THEN 'completed ' || quote(t.datetime_complete) \
      ELSE 'started ' || quote(t.datetime_start) END FROM trials t \
      WHERE NOT hpo_is_time(t.datetime_start) OR NOT hpo_is_time(t.datetime_complete)
      """,
    repair: ["datetime_start", "datetime_complete"].map { column in
      """
      UPDATE trials SET \(column) = CASE WHEN typeof(\(column)) IN ('integer', 'real') AND \(column) BETWEEN 1e8 AND 1e10 \
      THEN strftime('%Y-%m-%d %H:%M:%S', \(column), 'unixepoch') || '.000000' END WHERE NOT hpo_is_time(\(column))
      """
    },
    remedy: "seconds since 1970 become a text, what is no time becomes NULL")

  private static let isNoHeartbeat = "(h.heartbeat IS NULL OR NOT hpo_is_time(h.heartbeat))"

  private static let heartbeats = DatabaseRule(
    name: "heartbeats", demand: "a heartbeat is a time, as those of trials are",
    effects: Effects(
      optuna: "TypeError or ValueError where it looks for trials whose process has ended, so that none is run",
      dashboard: "nothing", hpo: "a running trial of another host is left to it for good"),
    tables: ["trial_heartbeats", "trials"],
    breaches: """
      SELECT printf('trial %s (id)', h.trial_id), 'heartbeat ' || quote(h.heartbeat) FROM trial_heartbeats h \
      WHERE \(isNoHeartbeat)
      """,
    repair: [
      """
      UPDATE trial_heartbeats AS h SET heartbeat = (SELECT datetime_start FROM trials t WHERE t.trial_id = h.trial_id) \
      WHERE \(isNoHeartbeat) AND EXISTS \
      (SELECT 1 FROM trials t WHERE t.trial_id = h.trial_id AND t.datetime_start IS NOT NULL)
      """,
      "DELETE FROM trial_heartbeats AS h WHERE \(isNoHeartbeat)",
    ],
    remedy: "it becomes the start of the trial; without one the row is deleted")

  /// The studies whose numbers are not 0 to n - 1; trials of a study that is not there have no order to keep.
  private static let misnumbered = """
    SELECT study_id FROM trials WHERE study_id IN (SELECT study_id FROM studies) GROUP BY study_id HAVING count(*) <> count(DISTINCT number) OR min(number) <> 0 \
    OR max(number) <> count(*) - 1 OR sum(typeof(number) <> 'integer') > 0
    """

  private static let rank = "row_number() OVER (PARTITION BY study_id ORDER BY trial_id) - 1"

  private static let numbers = DatabaseRule(
    name: "numbers", demand: "a study's trials are numbered 0, 1, 2, … without a gap",
    effects: Effects(
      optuna:
        "NULL: TypeError, the whole study cannot be loaded; twice: a trial is lost; a gap: the next number is taken",
      dashboard: "error 500, or trials hide each other", hpo: "NULL: read as the count of older trials"),
    tables: ["trials", "studies"],
    breaches: """
      SELECT printf('study %s, trial of id %s', study_id, trial_id), 'number ' || quote(number) || ' instead of ' || place \
      FROM (SELECT study_id, trial_id, number, \(rank) AS place FROM trials WHERE study_id IN (\(misnumbered))) \
      WHERE number IS NOT place
      """,
    repair: [
      """
      CREATE TEMP TABLE hpo_places AS \
      SELECT trial_id, study_id, number, \(rank) AS place FROM trials WHERE study_id IN (\(misnumbered))
      """,
      """
      UPDATE trial_system_attributes SET value_json = ifnull((SELECT CAST(p.place AS TEXT) FROM hpo_places p \
      JOIN trials t ON t.study_id = p.study_id WHERE t.trial_id = trial_system_attributes.trial_id \
      AND p.number = CAST(value_json AS INTEGER) ORDER BY p.trial_id LIMIT 1), value_json) \
      WHERE "key" IN ('hpo:replicate_of', 'hpo:value_of', 'hpo:repeats') \
      AND trial_id IN (SELECT trial_id FROM hpo_places)
      """,
      """
      UPDATE trials SET number = (SELECT place FROM hpo_places p WHERE p.trial_id = trials.trial_id) \
      WHERE trial_id IN (SELECT trial_id FROM hpo_places)
      """,
      "DROP TABLE hpo_places",
    ],
    remedy: "the study's trials are numbered anew, in the order in which they were added")

  private static let abandoned = DatabaseRule(
    name: "owner", severity: .note, demand: "a running trial has an owner",
    effects: Effects(
      optuna: "nothing", dashboard: "nothing",
      hpo: "the trial is left to the program that runs it, for good if that has ended"),
    tables: ["trials", "hpo_trial_owners"],
    breaches: """
      SELECT \(trialPlace), 'RUNNING since ' || ifnull(t.datetime_start, '?') FROM trials t \
      WHERE t.state = 'RUNNING' AND t.trial_id NOT IN (SELECT trial_id FROM hpo_trial_owners)
      """,
    remedy: "if nobody runs it any more: hpo trial requeue NUMBER --abandoned")
}
