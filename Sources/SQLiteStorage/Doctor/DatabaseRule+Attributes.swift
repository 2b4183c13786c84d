import Trials

extension DatabaseRule {
  static let attributes =
    [
      "study_user_attributes", "study_system_attributes", "trial_user_attributes", "trial_system_attributes",
    ].flatMap { [attributeName($0), attributeValue($0)] } + [constraints]

  private static func attributeName(_ table: String) -> DatabaseRule {
    let owner = table.hasPrefix("study") ? "study" : "trial"
    return DatabaseRule(
      name: "name in \(table)", demand: "an attribute in \(table) has a name",
      effects: .unreadable("TypeError", hpo: "the attribute is left out"), tables: [table],
      breaches: """
        SELECT '\(owner) ' || \(owner)_id || ' (id)', 'name ' || quote("key") FROM \(table) \
        WHERE typeof("key") <> 'text' OR "key" = ''
        """,
      repair: [
        """
        UPDATE \(table) SET "key" = 'unnamed attribute ' || \(table.dropLast())_id \
        WHERE typeof("key") <> 'text' OR "key" = ''
        """
      ],
      remedy: "it is called 'unnamed attribute …'")
  }

  private static func attributeValue(_ table: String) -> DatabaseRule {
    let owner = table.hasPrefix("study") ? "study" : "trial"
    return DatabaseRule(
      name: "JSON in \(table)", demand: "an attribute in \(table) is JSON",
      effects: .unreadable("TypeError or JSONDecodeError", hpo: "the attribute is left out"), tables: [table],
      breaches: """
        SELECT '\(owner) ' || \(owner)_id || ' (id)', quote("key") || ' is ' || substr(quote(value_json), 1, 60) \
        FROM \(table) WHERE NOT hpo_is_json(value_json)
        """,
      repair: ["UPDATE \(table) SET value_json = hpo_text_as_json(value_json) WHERE NOT hpo_is_json(value_json)"],
      remedy: "the text becomes a JSON string, NULL becomes null")
  }

  private static let areNoConstraints = """
    (substr("key", 1, \(FrozenTrial.constraintPrefix.count)) = '\(FrozenTrial.constraintPrefix)' \
    AND NOT hpo_is_number(value_json) \
    OR "key" = '\(FrozenTrial.constraintListKey)' AND NOT hpo_is_list_of_numbers(value_json))
    """

  private static let constraints = DatabaseRule(
    name: "constraints", demand: "the value of a constraint is a number",
    effects: Effects(
      optuna: "best_trial and samplers with constraints: TypeError", dashboard: "nothing, or the value as it is",
      hpo: "the constraint is left out, so that the trial may count as feasible"),
    tables: ["trial_system_attributes"],
    breaches: """
      SELECT 'trial ' || trial_id || ' (id)', quote("key") || ' is ' || substr(quote(value_json), 1, 60) \
      FROM trial_system_attributes WHERE \(areNoConstraints)
      """,
    repair: [
      "UPDATE OR REPLACE trial_system_attributes SET \"key\" = 'damaged ' || \"key\" WHERE \(areNoConstraints)"
    ],
    remedy: "the attribute is called 'damaged constraints…'")
}
