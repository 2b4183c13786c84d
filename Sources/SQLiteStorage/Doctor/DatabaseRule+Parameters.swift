extension DatabaseRule {
  static let parameters = [parameter, distribution, consistency]

  /// Whether a row cannot be read as a parameter of a trial.
  private static let isUnreadable = """
    (typeof(p.param_name) <> 'text' OR p.param_name = '' OR NOT hpo_is_parameter(p.distribution_json, p.param_value))
    """

  private static let place = "printf('trial %s (id), parameter %s', p.trial_id, quote(p.param_name))"

  private static let parameter = DatabaseRule(
    name: "parameters", demand: "a parameter has a name, a distribution and a value that belongs to it",
    effects: .unreadable("IndexError, KeyError or TypeError", hpo: "the parameter is left out"),
    tables: ["trial_params"],
    breaches: """
      SELECT \(place), quote(p.param_value) || ' of ' || substr(quote(p.distribution_json), 1, 60) \
      FROM trial_params p WHERE \(isUnreadable)
      """,
    repair: [
      """
      INSERT OR REPLACE INTO trial_user_attributes (trial_id, "key", value_json) \
      SELECT p.trial_id, 'damaged parameter ' || ifnull(hpo_as_text(CAST(p.param_name AS BLOB)), p.param_id), \
      hpo_text_as_json(quote(p.param_value) || ' of ' || quote(p.distribution_json)) FROM trial_params p WHERE \(isUnreadable)
      """,
      "DELETE FROM trial_params AS p WHERE \(isUnreadable)",
    ],
    remedy: "it becomes a user attribute 'damaged parameter …' with what was there")

  private static let distribution = DatabaseRule(
    name: "distributions", demand: "a distribution is written as Optuna 3 and later do, with nothing else inside",
    effects: .unreadable("TypeError for another key", hpo: "nothing"), tables: ["trial_params"],
    breaches: """
      SELECT \(place), p.distribution_json FROM trial_params p \
      WHERE NOT \(isUnreadable) AND NOT hpo_is_plain_distribution(p.distribution_json)
      """,
    repair: [
      """
      UPDATE trial_params AS p SET distribution_json = hpo_distribution(p.distribution_json) \
      WHERE NOT \(isUnreadable) AND NOT hpo_is_plain_distribution(p.distribution_json)
      """
    ],
    remedy: "the distribution is written anew")

  private static let consistency = DatabaseRule(
    name: "kinds", demand: "a parameter has one kind, scale and set of choices in a study",
    effects: Effects(
      optuna: "ValueError when it is suggested", dashboard: "misleading plots", hpo: "the first one counts"),
    tables: ["trials", "trial_params"],
    breaches: """
      SELECT printf('study %s, parameter %s', t.study_id, quote(p.param_name)), \
      group_concat(DISTINCT substr(hpo_distribution_kind(p.distribution_json), 1, 60)) \
      FROM trial_params p JOIN trials t ON t.trial_id = p.trial_id GROUP BY t.study_id, p.param_name \
      HAVING count(DISTINCT hpo_distribution_kind(p.distribution_json)) > 1
      """,
    remedy: "only you know which is meant: exclude the other trials, or copy the right ones into a new study")
}
