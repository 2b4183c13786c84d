extension DatabaseRule {
  static let studies = [
    orphanTrials, foreignOrphanTrials, studyName, missingDirection, lostDirection, directionWord, directionOrder,
  ]

  /// What an interrupted deletion has left is no breach.
  private static let orphanTrials = orphanTrials(
    name: "trial's study", tables: ["studies", "trials", "hpo_deletions"],
    but: "AND study_id NOT IN (SELECT study_id FROM hpo_deletions)")

  /// The same in a file without tables of hpo.
  private static let foreignOrphanTrials = orphanTrials(
    name: "trial's study in a foreign file", tables: ["studies", "trials"], absentTable: "hpo_deletions", but: "")

  private static func orphanTrials(
    name: String, tables: [String], absentTable: String? = nil, but exception: String
  ) -> DatabaseRule {
    DatabaseRule(
      name: name, demand: "the study of each trial exists",
      effects: Effects(
        optuna: "the trials are invisible, and belong to the next study that gets the number",
        dashboard: "the trials are invisible", hpo: "the trials are invisible"),
      tables: tables, absentTable: absentTable,
      breaches: """
        SELECT \(trialPlace), 'study ' || quote(t.study_id) FROM trials t \
        WHERE t.study_id IS NULL OR t.study_id NOT IN (SELECT study_id FROM studies) \(exception)
        """,
      repair: [
        """
        INSERT INTO studies (study_id, study_name) SELECT DISTINCT t.study_id, 'recovered study ' || t.study_id \
        FROM trials t WHERE typeof(t.study_id) = 'integer' AND t.study_id NOT IN (SELECT study_id FROM studies) \
        \(exception)
        """,
        """
        INSERT INTO studies (study_name) SELECT 'recovered trials ' || count(*) FROM trials \
        WHERE study_id IS NULL OR typeof(study_id) <> 'integer' HAVING count(*) > 0
        """,
        """
        UPDATE trials SET study_id = (SELECT max(study_id) FROM studies WHERE study_name LIKE 'recovered trials %') \
        WHERE study_id IS NULL OR typeof(study_id) <> 'integer'
        """,
      ],
      remedy: "a study 'recovered …' is made for them")
  }

  private static let studyName = DatabaseRule(
    name: "study's name", demand: "each study has a name of its own, in UTF-8",
    effects: Effects(
      optuna: "only one of them can be loaded, or none in the file", dashboard: "nothing, or error 500",
      hpo: "only one of them can be named"),
    tables: ["studies"],
    breaches: """
      SELECT 'study ' || s.study_id, quote(s.study_name) FROM studies s \
      WHERE \(isNoText("s.study_name")) \
      OR EXISTS (SELECT 1 FROM studies o WHERE o.study_name = s.study_name AND o.study_id < s.study_id)
      """,
    repair: [
      """
      UPDATE OR IGNORE studies SET study_name = \
      trim(hpo_as_text(CAST(study_name AS BLOB)) || ' (study ' || study_id || ')') WHERE \(needsName)
      """,
      // Where another study has that name already.
      """
      UPDATE studies SET study_name = trim(hpo_as_text(CAST(study_name AS BLOB)) \
      || ' (study ' || study_id || ', ' || lower(hex(randomblob(4))) || ')') WHERE \(needsName)
      """,
    ],
    remedy: "the study's id is added to the name, and bytes that are no text are replaced")

  private static let needsName = """
    (\(isNoText("study_name")) \
    OR EXISTS (SELECT 1 FROM studies o WHERE o.study_name = studies.study_name AND o.study_id < studies.study_id))
    """

  /// SQL for whether a column has no text, or one whose bytes are no UTF-8 or hold 0.
  private static func isNoText(_ column: String) -> String {
    "typeof(\(column)) <> 'text' OR \(column) = '' OR "
      + "CAST(\(column) AS BLOB) <> CAST(hpo_as_text(CAST(\(column) AS BLOB)) AS BLOB)"
  }

  private static let missingDirection = DatabaseRule(
    name: "study without direction", demand: "each study has a direction",
    effects: .unreadable("AssertionError", hpo: "read as minimize"), tables: ["studies", "study_directions"],
    breaches: """
      SELECT 'study ' || s.study_id, 'no direction' FROM studies s \
      WHERE s.study_id NOT IN (SELECT study_id FROM study_directions)
      """,
    repair: [
      """
      INSERT INTO study_directions (direction, study_id, objective) \
      SELECT 'MINIMIZE', s.study_id, 0 FROM studies s WHERE s.study_id NOT IN (SELECT study_id FROM study_directions)
      """
    ],
    remedy: "MINIMIZE is written, as hpo reads it; correct it where the study is to be maximized")

  /// Objectives without direction for which several trials have a value, and most complete ones, beside values for all that
  /// have a direction: `v.study_id`, `v.objective` and `v.count`.
  private static let valuesWithoutDirection = """
    (SELECT t.study_id, v.objective, count(*) AS count FROM trial_values v JOIN trials t ON t.trial_id = v.trial_id \
    WHERE upper(t.state) = 'COMPLETE' AND t.study_id IN (SELECT study_id FROM studies) \
    AND typeof(v.objective) = 'integer' AND v.objective BETWEEN 0 AND 99 AND NOT EXISTS (SELECT 1 \
    FROM study_directions d WHERE d.study_id = t.study_id AND (d.objective = v.objective \
    OR d.objective NOT IN (SELECT o.objective FROM trial_values o WHERE o.trial_id = t.trial_id))) \
    GROUP BY t.study_id, v.objective HAVING count(*) > 1 AND 2 * count(*) > (SELECT count(*) FROM trials c \
    WHERE c.study_id = t.study_id AND upper(c.state) = 'COMPLETE')) v
    """

  private static let lostDirection = DatabaseRule(
    name: "objective without direction",
    demand: "each objective for which most complete trials have a value has a direction",
    effects: Effects(
      optuna: "a list of another length than the directions", dashboard: "error 500", hpo: "the values are left out"),
    tables: ["studies", "study_directions", "trials", "trial_values"],
    breaches: """
      SELECT 'study ' || v.study_id, 'objective ' || v.objective || ', for which ' || v.count || ' trials have a value' \
      FROM \(valuesWithoutDirection)
      """,
    repair: [
      """
      INSERT INTO study_directions (direction, study_id, objective) \
      SELECT 'MINIMIZE', v.study_id, v.objective FROM \(valuesWithoutDirection)
      """
    ],
    remedy: "MINIMIZE is written, so that no value is lost; correct it where the objective is to be maximized")

  private static let directionWord = DatabaseRule(
    name: "direction", demand: "a direction is MINIMIZE or MAXIMIZE, in capitals",
    effects: Effects(
      optuna: "LookupError for every study of the file", dashboard: "error 500",
      hpo: "read as what it says, else as minimize"),
    tables: ["study_directions"],
    breaches: """
      SELECT printf('study %s, objective %s', study_id, objective), quote(direction) FROM study_directions \
      WHERE direction IS NULL OR direction NOT IN ('MINIMIZE', 'MAXIMIZE')
      """,
    repair: [
      """
      UPDATE study_directions SET direction = \
      CASE WHEN \(word("direction")) = 'MAXIMIZE' THEN 'MAXIMIZE' ELSE 'MINIMIZE' END \
      WHERE direction NOT IN ('MINIMIZE', 'MAXIMIZE')
      """
    ],
    remedy: "the word is written in capitals; what is no direction becomes MINIMIZE, as hpo reads it")

  private static let directionOrder = DatabaseRule(
    name: "objectives", demand: "a study's objectives are numbered 0, 1, 2, …",
    effects: Effects(optuna: "values under the wrong objective", dashboard: "error 500", hpo: "values are missing"),
    tables: ["study_directions"],
    breaches: """
      SELECT 'study ' || study_id, 'objectives ' || group_concat(quote(objective), ', ') FROM study_directions \
      GROUP BY study_id HAVING min(objective) <> 0 OR max(objective) <> count(*) - 1 \
      OR sum(typeof(objective) <> 'integer') > 0
      """,
    remedy: "only you know which value belongs to which objective: correct study_directions.objective")
}
