extension DatabaseRule {
  /// What a deletion has left that was ended in the middle. Only trials are deleted here: the study stays on record as one
  /// whose folders are left.
  static let deletions = [deletion]

  private static let isLeft = "study_id IN (SELECT study_id FROM hpo_deletions EXCEPT SELECT study_id FROM studies)"

  private static let deletion = DatabaseRule(
    name: "deletions", severity: .note, demand: "a study that is deleted is gone with all its trials",
    effects: Effects(hpo: "nothing, but the space of its trials is lost; the next 'hpo study delete' goes on"),
    tables: ["hpo_deletions", "studies", "trials"] + Connection.tablesOfTrial,
    breaches: """
      SELECT 'study ' || study_id, quote(study_name) || ' is deleted, but for ' || \
      (SELECT count(*) FROM trials t WHERE t.study_id = d.study_id AND t.\(isLeft)) || ' trials' FROM hpo_deletions d \
      WHERE study_id IN (SELECT study_id FROM studies) \
      OR EXISTS (SELECT 1 FROM trials t WHERE t.study_id = d.study_id AND t.\(isLeft))
      """,
    repair: Connection.tablesOfTrial.map {
      "DELETE FROM \($0) WHERE trial_id IN (SELECT trial_id FROM trials WHERE \(isLeft))"
    } + [
      "DELETE FROM trials WHERE \(isLeft)",
      "DELETE FROM hpo_deletions WHERE study_id IN (SELECT study_id FROM studies)",
    ],
    remedy: "the trials are deleted; what they left in their folders goes with the next 'hpo study delete'")
}
