import Foundation
import HPO
import TestSupport
import Testing

/// Copies and merges that are killed at each of their commits.
@Suite(.on(.commands)) struct TransferKillTests {
  private static let count = 600

  /// A database with a study of some batches of trials, which have logs and notes, and one that they may be merged with.
  private func write(to path: String) throws {
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "many", directions: [.minimize])
    _ = try storage.createStudy(name: "target", directions: [.minimize])
    _ = try storage.addTrials(study: study.id, above: nil) { _, _ in
      (0..<Self.count).map { number in
        var trial = FrozenTrial(id: 0, number: number, state: .complete)
        trial.values = [Double(number)]
        (trial.started, trial.completed) = (.now, .now)
        return TrialAddition(trial, log: "log \(number)", note: "note \(number)")
      }
    }
    try storage.close()
  }

  /// What a study has, but for identifiers.
  private func content(_ study: String, _ command: Command) throws -> String {
    try command.succeed(
      "query", "--format", "csv",
      """
      SELECT number, state, value, text, datetime_complete,
        (SELECT value_json FROM study_system_attributes a
         WHERE a.study_id = t.study_id AND key = 'dashboard:' || t.trial_id || ':note_str:0') AS note
      FROM studies JOIN trials t USING (study_id) LEFT JOIN trial_values USING (trial_id)
        LEFT JOIN hpo_trial_logs USING (trial_id) WHERE study_name = '\(study)' ORDER BY number
      """)
  }

  @Test(
    "a copy and a merge that are killed at any commit are whole once the command is typed again",
    arguments: ["copy", "merge"])
  func everyCommit(kind: String) throws {
    let arguments =
      kind == "copy"
      ? ["study", "copy", "--study", "many", "--to", "target 2"]
      : ["study", "merge", "--study", "target", "--from", "many"]
    let target = kind == "copy" ? "target 2" : "target"
    try Command.inFolder { command in
      let original = command.folder.appendingPathComponent("original.db")
      try write(to: original.path)
      let kills = try command.killing(atEachCommitOf: arguments, on: original) { commit in
        if kind == "copy" {
          let names = try command.succeed("query", "--format", "csv", "SELECT study_name FROM studies")
          let isWhole = try content(target, command) == content("many", command)
          #expect(!names.contains("target 2\r\n") || isWhole, "a part of a copy has its name, after commit \(commit)")
        }
        let again = try command.start("hpo", arguments).wait()
        #expect(
          again.status == 0 || again.errors.contains("already") && kind == "copy", "commit \(commit): \(again.errors)")
        #expect(try content(target, command) == content("many", command), "after commit \(commit)")
        #expect(try command.count("SELECT count(*) FROM studies") == (kind == "copy" ? 3 : 2))
      }
      #expect(kills >= 4)
    }
  }
}
