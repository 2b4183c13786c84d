extension DatabaseRule {
  static let values = [
    valueNumber, strayValue, incomplete, partlyPruned, reportStep, reportNumber,
  ]

  private static let valueIsSound = """
    (v.value_type = 'FINITE' AND typeof(v.value) IN ('real', 'integer') \
    OR v.value_type IN ('INF_POS', 'INF_NEG') AND v.value IS NULL)
    """

  /// How many values a trial of `t` needs.
  private static let needed = """
    max(1, (SELECT count(*) FROM study_directions d WHERE d.study_id = t.study_id))
    """
  private static let present = "(SELECT count(*) FROM trial_values c WHERE c.trial_id = t.trial_id)"

  private static let valueNumber = DatabaseRule(
    name: "values", demand: "a value is a number of type FINITE, or NULL of type INF_POS or INF_NEG; never NaN",
    effects: .unreadable(
      "AssertionError", hpo: "read as the infinity that the type says, else as the number, else left out"),
    tables: ["trial_values"],
    breaches: """
      SELECT 'trial ' || v.trial_id || ' (id)', quote(v.value) || ' of type ' || quote(v.value_type) \
      FROM trial_values v WHERE NOT \(valueIsSound)
      """,
    repair: [
      "UPDATE trial_values SET value = NULL WHERE value_type IN ('INF_POS', 'INF_NEG') AND value IS NOT NULL",
      "DELETE FROM trial_values WHERE value_type = 'NAN'",
      """
      UPDATE trial_values SET value_type = 'FINITE' \
      WHERE typeof(value) IN ('real', 'integer') AND value_type <> 'FINITE'
      """,
      "DELETE FROM trial_values AS v WHERE NOT \(valueIsSound)",
    ],
    remedy: "number and type are made to agree; what is no value is deleted")

  private static let isStray = """
    (typeof(v.objective) <> 'integer' OR v.objective < 0 OR v.objective >= \(needed) \
    OR upper(t.state) NOT IN ('COMPLETE', 'PRUNED'))
    """

  private static let strayValue = DatabaseRule(
    name: "stray values", demand: "only complete and pruned trials have values, one an objective",
    effects: Effects(optuna: "a list of another length than the directions", dashboard: "error 500", hpo: "left out"),
    tables: ["trial_values", "trials", "study_directions"],
    breaches: """
      SELECT \(trialPlace), t.state || ' with a value for objective ' || quote(v.objective) \
      FROM trial_values v JOIN trials t ON t.trial_id = v.trial_id WHERE \(isStray)
      """,
    repair: [
      """
      DELETE FROM trial_values WHERE trial_value_id IN \
      (SELECT v.trial_value_id FROM trial_values v JOIN trials t ON t.trial_id = v.trial_id WHERE \(isStray))
      """
    ],
    remedy: "the values are deleted")

  private static let incomplete = DatabaseRule(
    name: "complete trials", demand: "a complete trial has a value for each objective",
    effects: Effects(optuna: "best_trial: ValueError", dashboard: "error 500", hpo: "read as FAIL"),
    tables: ["trial_values", "trials", "study_directions", "trial_system_attributes"],
    breaches: """
      SELECT \(trialPlace), \(present) || ' of ' || \(needed) || ' values' FROM trials t \
      WHERE upper(t.state) = 'COMPLETE' AND \(present) <> \(needed)
      """,
    repair: [
      """
      INSERT OR REPLACE INTO trial_system_attributes (trial_id, "key", value_json) \
      SELECT t.trial_id, 'failure', '"the file had no value for each objective"' FROM trials t \
      WHERE upper(t.state) = 'COMPLETE' AND \(present) <> \(needed)
      """,
      """
      UPDATE trials AS t SET state = 'FAIL' WHERE upper(t.state) = 'COMPLETE' AND \(present) <> \(needed)
      """,
      """
      DELETE FROM trial_values WHERE trial_id IN (SELECT trial_id FROM trials WHERE state = 'FAIL')
      """,
    ],
    remedy: "the trial becomes FAIL, with the reason")

  private static let partlyPruned = DatabaseRule(
    name: "pruned trials", demand: "a pruned trial has a value for each objective or none",
    effects: Effects(optuna: "a list of another length than the directions", dashboard: "error 500", hpo: "left out"),
    tables: ["trial_values", "trials", "study_directions"],
    breaches: """
      SELECT \(trialPlace), \(present) || ' of ' || \(needed) || ' values' FROM trials t \
      WHERE upper(t.state) = 'PRUNED' AND \(present) NOT IN (0, \(needed))
      """,
    repair: [
      """
      DELETE FROM trial_values WHERE trial_id IN (SELECT t.trial_id FROM trials t \
      WHERE upper(t.state) = 'PRUNED' AND \(present) NOT IN (0, \(needed)))
      """
    ],
    remedy: "the values are deleted")

  private static let reportStep = DatabaseRule(
    name: "steps", demand: "the step of a report is a whole number",
    effects: .unreadable("TypeError", hpo: "the report is left out"), tables: ["trial_intermediate_values"],
    breaches: """
      SELECT 'trial ' || trial_id || ' (id)', 'step ' || quote(step) FROM trial_intermediate_values \
      WHERE typeof(step) <> 'integer'
      """,
    repair: ["DELETE FROM trial_intermediate_values WHERE typeof(step) <> 'integer'"],
    remedy: "the reports are deleted")

  private static let reportIsSound = """
    (v.intermediate_value_type = 'FINITE' AND typeof(v.intermediate_value) IN ('real', 'integer') \
    OR v.intermediate_value_type IN ('INF_POS', 'INF_NEG', 'NAN') AND v.intermediate_value IS NULL)
    """

  private static let reportNumber = DatabaseRule(
    name: "reports", demand: "a report is a number of type FINITE, or NULL of type INF_POS, INF_NEG or NAN",
    effects: .unreadable("AssertionError", hpo: "read as what the type says, else as the number, else left out"),
    tables: ["trial_intermediate_values"],
    breaches: """
      SELECT printf('trial %s (id), step %s', v.trial_id, v.step), \
      quote(v.intermediate_value) || ' of type ' || quote(v.intermediate_value_type) \
      FROM trial_intermediate_values v WHERE NOT \(reportIsSound)
      """,
    repair: [
      """
      UPDATE trial_intermediate_values SET intermediate_value = NULL \
      WHERE intermediate_value_type IN ('INF_POS', 'INF_NEG', 'NAN') AND intermediate_value IS NOT NULL
      """,
      """
      UPDATE trial_intermediate_values SET intermediate_value_type = 'FINITE' \
      WHERE typeof(intermediate_value) IN ('real', 'integer') AND intermediate_value_type <> 'FINITE'
      """,
      "DELETE FROM trial_intermediate_values AS v WHERE NOT \(reportIsSound)",
    ],
    remedy: "number and type are made to agree; what is no value is deleted")
}
