extension DatabaseRule {
  /// What SQLite, Optuna and Python keep apart and a reader here has no place for.
  static let twins =
    [twinParameters]
    + ["study_user_attributes", "study_system_attributes", "trial_user_attributes", "trial_system_attributes"]
    .map(twinAttributes) + [spellings]

  /// Only a text that is not plain can be one with another; the other one may be.
  private static func hasOddText(_ column: String) -> String { "\(column) GLOB '*[^ -~]*'" }

  private static let effects = Effects(
    optuna: "nothing", dashboard: "nothing",
    hpo: "the first of two names alone is read, and no such JSON; copies, merges and exports of the study are refused")

  private static let twinParameters = DatabaseRule(
    name: "twin names in trial_params",
    demand: "the names of a trial's parameters differ in more than the composition of their characters",
    effects: effects, tables: ["trial_params"],
    breaches: """
      SELECT printf('trial %s (id)', trial_id), 'parameters ' || group_concat(hpo_text_as_json(param_name), ' and ') \
      FROM trial_params WHERE typeof(param_name) = 'text' \
      AND trial_id IN (SELECT trial_id FROM trial_params WHERE \(hasOddText("param_name"))) \
      GROUP BY trial_id, hpo_composed(param_name) HAVING count(DISTINCT param_name) > 1
      """,
    remedy: "give one of them another name in all trials, as in UPDATE trial_params SET param_name = 'other' "
      + "WHERE param_name = char(0x65, 0x301), with the characters that are spelled \\u…")

  private static func twinAttributes(_ table: String) -> DatabaseRule {
    let owner = table.hasPrefix("study") ? "study" : "trial"
    return DatabaseRule(
      name: "twin names in \(table)",
      demand:
        "names in \(table), and keys in its JSON, differ in more than the composition of their characters; JSON is "
        + "nested at most 64 levels deep",
      effects: effects, tables: [table],
      breaches: """
        SELECT printf('\(owner) %s (id)', \(owner)_id), 'attributes ' || group_concat(hpo_text_as_json("key"), ' and ') \
        FROM \(table) WHERE typeof("key") = 'text' \
        AND \(owner)_id IN (SELECT \(owner)_id FROM \(table) WHERE \(hasOddText("\"key\""))) \
        GROUP BY \(owner)_id, hpo_composed("key") HAVING count(DISTINCT "key") > 1 \
        UNION ALL SELECT printf('\(owner) %s (id)', \(owner)_id), hpo_text_as_json("key") || ': ' || hpo_omitted_json(value_json) \
        FROM \(table) WHERE typeof(value_json) = 'text' \
        AND (length(value_json) > 128 OR instr(value_json, '\\u') OR \(hasOddText("value_json"))) \
        AND hpo_omitted_json(value_json) IS NOT NULL
        """,
      remedy: "give one of them another name, as in UPDATE \(table) SET \"key\" = 'other' "
        + "WHERE \"key\" = char(0x65, 0x301), with the characters that are spelled \\u…; keep large data in a file")
  }

  private static let spellings = DatabaseRule(
    name: "spellings of parameters", severity: .note,
    demand: "the trials of a study compose the characters of a parameter's name alike",
    effects: Effects(optuna: "they are several parameters", dashboard: "as in Optuna", hpo: "they are one parameter"),
    tables: ["trial_params", "trials"],
    breaches: """
      SELECT printf('study %s', t.study_id), 'parameters ' || group_concat(DISTINCT hpo_text_as_json(p.param_name)) \
      FROM trial_params p JOIN trials t ON t.trial_id = p.trial_id WHERE typeof(p.param_name) = 'text' \
      AND t.study_id IN (SELECT o.study_id FROM trial_params q JOIN trials o ON o.trial_id = q.trial_id \
      WHERE \(hasOddText("q.param_name"))) \
      GROUP BY t.study_id, hpo_composed(p.param_name) HAVING count(DISTINCT p.param_name) > 1
      """,
    remedy:
      "where one was meant, write it alike: UPDATE trial_params SET param_name = … WHERE param_name = char(0x65, 0x301)"
  )
}
