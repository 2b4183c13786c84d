extension DatabaseRule {
  /// What hpo's own tables are to agree with.
  static let ownTables =
    OwnSchema.tablesOfTrial.map { leftover(in: $0, key: "trial_id", of: "trials") }
    + OwnSchema.tablesOfStudy.map { leftover(in: $0, key: "study_id", of: "studies") }
    + [ownerOfFinished, excludedUnfinished, exclusionOfOtherStudy, seed]

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
}
