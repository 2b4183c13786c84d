import Foundation
import OrderedCollections
import SearchSpace
@testable import SQLiteStorage
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("DatabaseDoctor")
struct DatabaseDoctorTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file(running: Fixture.text("optuna.sql"))
    // A file with hpo's own tables and a row in each kind of them.
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(
      name: "own", directions: [.minimize], systemAttributes: [:], documents: [.seed: "7"])
    for _ in 0..<3 {
      let trial = try started(storage, study.id)
      try storage.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
    }
    _ = try started(storage, study.id)
    try storage.setExclusion("why", trial: storage.trial(number: 0, study: study.id).id)
    try storage.close()
  }

  private func examine() throws -> DatabaseReport {
    let doctor = try DatabaseDoctor(path: path)
    let report = try doctor.examine()
    try doctor.close()
    return report
  }

  /// A fault, the rule that it breaks, and whether there is a repair.
  struct Fault: CustomTestStringConvertible, Sendable {
    let rule: String
    let sql: String
    var isRepairable = true
    var isFault = true

    var testDescription: String { "\(rule): \(sql)" }
  }

  static let faults: [Fault] = [
    Fault(rule: "tables", sql: "DROP TABLE version_info"),
    Fault(rule: "tables", sql: "DROP TABLE alembic_version"),
    Fault(rule: "tables", sql: "DROP TABLE trial_heartbeats"),
    Fault(rule: "indexes", sql: "DROP INDEX ix_trials_study_id", isFault: false),
    Fault(rule: "indexes", sql: "DROP INDEX ix_studies_study_name", isFault: false),
    Fault(rule: "version rows", sql: "DELETE FROM version_info", isFault: false),
    Fault(rule: "version rows", sql: "DELETE FROM alembic_version", isFault: false),
    Fault(rule: "one version", sql: "INSERT INTO alembic_version VALUES ('v9.9.9.a')"),
    Fault(rule: "trial's study", sql: "UPDATE trials SET study_id = 77 WHERE trial_id = 1"),
    Fault(rule: "trial's study", sql: "UPDATE trials SET study_id = NULL WHERE trial_id = 1"),
    Fault(rule: "trial's study", sql: "UPDATE trials SET study_id = 'x' WHERE trial_id = 1"),
    Fault(
      rule: "study's name",
      sql: "DROP INDEX ix_studies_study_name; UPDATE studies SET study_name = 'own' WHERE study_id = 1"),
    Fault(rule: "study's name", sql: "UPDATE studies SET study_name = '' WHERE study_id = 1"),
    Fault(rule: "study's name", sql: "UPDATE studies SET study_name = x'00ff' WHERE study_id = 1"),
    Fault(rule: "study without direction", sql: "DELETE FROM study_directions WHERE study_id = 1"),
    Fault(rule: "direction", sql: "UPDATE study_directions SET direction = 'maximize' WHERE study_id = 1"),
    Fault(rule: "direction", sql: "UPDATE study_directions SET direction = 'NOT_SET' WHERE study_id = 1"),
    Fault(
      rule: "objectives", sql: "UPDATE study_directions SET objective = 3 WHERE study_id = 2 AND objective = 1",
      isRepairable: false),
    Fault(rule: "state", sql: "UPDATE trials SET state = 'complete' WHERE trial_id = 1"),
    Fault(rule: "state", sql: "UPDATE trials SET state = 'DONE' WHERE trial_id = 1"),
    Fault(rule: "times", sql: "UPDATE trials SET datetime_start = 1700000000 WHERE trial_id = 1"),
    Fault(rule: "times", sql: "UPDATE trials SET datetime_complete = 'soon' WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "UPDATE trials SET number = NULL WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "UPDATE trials SET number = 1 WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "UPDATE trials SET number = 'x' WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "UPDATE trials SET number = 900 WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "UPDATE trials SET number = -1 WHERE trial_id = 1"),
    Fault(rule: "numbers", sql: "DELETE FROM trials WHERE trial_id = 1"),
    Fault(
      rule: "owner", sql: "DELETE FROM hpo_trial_owners", isRepairable: false, isFault: false),
    Fault(
      rule: "name in trial_user_attributes",
      sql: "UPDATE trial_user_attributes SET key = NULL WHERE trial_id = 1 AND key = 'note'"),
    Fault(
      rule: "name in trial_system_attributes", sql: "UPDATE trial_system_attributes SET key = NULL WHERE rowid = 1"),
    Fault(rule: "name in study_user_attributes", sql: "UPDATE study_user_attributes SET key = '' WHERE rowid = 1"),
    Fault(
      rule: "name in study_system_attributes", sql: "UPDATE study_system_attributes SET key = NULL WHERE rowid = 1"),
    Fault(
      rule: "JSON in trial_user_attributes",
      sql: "UPDATE trial_user_attributes SET value_json = '{oops' WHERE rowid = 1"),
    Fault(
      rule: "JSON in trial_user_attributes",
      sql: "UPDATE trial_user_attributes SET value_json = x'00ff' WHERE rowid = 1"),
    Fault(
      rule: "JSON in trial_system_attributes",
      sql: "UPDATE trial_system_attributes SET value_json = NULL WHERE rowid = 1"),
    Fault(
      rule: "JSON in study_user_attributes", sql: "UPDATE study_user_attributes SET value_json = 'x' WHERE rowid = 1"),
    Fault(
      rule: "JSON in study_system_attributes", sql: "UPDATE study_system_attributes SET value_json = '' WHERE rowid = 1"
    ),
    Fault(
      rule: "parameters", sql: "UPDATE trial_params SET param_value = 5.0 WHERE trial_id = 1 AND param_name = 'mixed'"),
    Fault(rule: "parameters", sql: "UPDATE trial_params SET param_value = NULL WHERE rowid = 1"),
    Fault(rule: "parameters", sql: "UPDATE trial_params SET param_value = 9e999 WHERE rowid = 1"),
    Fault(rule: "parameters", sql: "UPDATE trial_params SET param_name = NULL WHERE rowid = 1"),
    Fault(rule: "parameters", sql: "UPDATE trial_params SET distribution_json = '{}' WHERE rowid = 1"),
    Fault(rule: "parameters", sql: "UPDATE trial_params SET distribution_json = NULL WHERE rowid = 1"),
    Fault(
      rule: "distributions",
      sql: """
        UPDATE trial_params SET distribution_json = '{"type": "float", "low": 0.0, "high": 1.0}' \
        WHERE trial_id = 1 AND param_name = 'linear'
        """),
    Fault(
      rule: "distributions",
      sql: """
        UPDATE trial_params SET distribution_json = \
        '{"name": "FloatDistribution", "attributes": {"low": 0.0, "high": 1.0, "log": false, "step": null, "x": 1}}' \
        WHERE trial_id = 1 AND param_name = 'linear'
        """),
    Fault(
      rule: "kinds",
      sql: """
        UPDATE trial_params SET distribution_json = \
        '{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 0, "high": 64}}', param_value = 1.0 \
        WHERE trial_id = 1 AND param_name = 'linear'
        """, isRepairable: false),
    Fault(rule: "values", sql: "UPDATE trial_values SET value = NULL WHERE trial_id = 1"),
    Fault(rule: "values", sql: "UPDATE trial_values SET value_type = 'INF_NEG' WHERE trial_id = 1"),
    Fault(rule: "values", sql: "UPDATE trial_values SET value_type = 'NAN', value = NULL WHERE trial_id = 1"),
    Fault(rule: "values", sql: "UPDATE trial_values SET value_type = 'odd' WHERE trial_id = 1"),
    Fault(rule: "values", sql: "UPDATE trial_values SET value = 'many' WHERE trial_id = 1"),
    Fault(rule: "stray values", sql: "UPDATE trial_values SET objective = 7 WHERE trial_id = 1"),
    Fault(rule: "stray values", sql: "UPDATE trials SET state = 'FAIL' WHERE trial_id = 1"),
    Fault(rule: "complete trials", sql: "DELETE FROM trial_values WHERE trial_id = 1"),
    Fault(
      rule: "pruned trials",
      sql: """
        UPDATE trials SET state = 'PRUNED' WHERE study_id = 2 AND trial_id = (SELECT max(v.trial_id) FROM trial_values v \
        JOIN trials t USING (trial_id) WHERE t.study_id = 2); DELETE FROM trial_values WHERE objective = 1 AND trial_id = \
        (SELECT max(v.trial_id) FROM trial_values v JOIN trials t USING (trial_id) WHERE t.study_id = 2)
        """),
    Fault(rule: "steps", sql: "UPDATE trial_intermediate_values SET step = 'x' WHERE rowid = 1"),
    Fault(
      rule: "reports",
      sql:
        "UPDATE trial_intermediate_values SET intermediate_value = NULL, intermediate_value_type = 'FINITE' WHERE rowid = 1"
    ),
    Fault(
      rule: "reports",
      sql:
        "UPDATE trial_intermediate_values SET intermediate_value = 1, intermediate_value_type = 'NAN' WHERE rowid = 1"),
    Fault(
      rule: "reports",
      sql: "UPDATE trial_intermediate_values SET intermediate_value = 1, intermediate_value_type = '' WHERE rowid = 1"),
    Fault(rule: "rows of hpo_trial_owners", sql: "INSERT INTO hpo_trial_owners VALUES (999, 'h', 'b', 1, 1)"),
    Fault(rule: "rows of hpo_study_documents", sql: "INSERT INTO hpo_study_documents VALUES (999, 'seed', '1')"),
    Fault(rule: "owners", sql: "INSERT INTO hpo_trial_owners VALUES (1, 'h', 'b', 1, 1)"),
    Fault(
      rule: "excluded trials",
      sql:
        "INSERT INTO hpo_trial_exclusions SELECT trial_id, study_id, '', '' FROM trials WHERE state = 'RUNNING' LIMIT 1"
    ),
    Fault(rule: "studies of excluded trials", sql: "UPDATE hpo_trial_exclusions SET study_id = 1"),
    Fault(
      rule: "checkpoints",
      sql: "INSERT INTO hpo_checkpoints SELECT trial_id, 1, 1, x'00' FROM trials WHERE state = 'COMPLETE' LIMIT 1"),
    Fault(rule: "version of hpo's tables", sql: "INSERT INTO hpo_version VALUES (1)"),
    Fault(rule: "version of hpo's tables", sql: "DELETE FROM hpo_version"),
    Fault(rule: "hpo's tables", sql: "DROP TABLE hpo_trial_logs"),
    Fault(rule: "hpo's indexes", sql: "DROP INDEX hpo_ix_marks", isFault: false),
    Fault(
      rule: "hpo's indexes",
      sql: "DROP INDEX hpo_ix_trials_state; CREATE INDEX hpo_ix_trials_state ON trials (state)", isFault: false),
    Fault(rule: "hpo's triggers", sql: "DROP TRIGGER hpo_trial_finished"),
    Fault(
      rule: "hpo's triggers",
      sql: "DROP TRIGGER hpo_trial_deleted; CREATE TRIGGER hpo_trial_deleted AFTER DELETE ON trials BEGIN SELECT 1; END"
    ),
    Fault(
      rule: "windows",
      sql: "INSERT INTO hpo_study_documents SELECT study_id, 'window', 'two' FROM studies WHERE study_name = 'own'"),
    Fault(
      rule: "kept histories",
      sql: "INSERT INTO hpo_histories SELECT study_id, 1, 0, '', x'0102' FROM studies WHERE study_name = 'own'",
      isFault: false),
    Fault(rule: "highest identifiers", sql: "INSERT INTO hpo_highest_ids VALUES ('people', 3)"),
    Fault(
      rule: "highest identifiers", sql: "INSERT OR REPLACE INTO hpo_highest_ids VALUES ('trials', 9223372036854775807)"),
    Fault(rule: "seeds", sql: "UPDATE hpo_study_documents SET text = 'x' WHERE document = 'seed'"),
    Fault(rule: "trial of trial_values", sql: "INSERT INTO trial_values VALUES (99999, 888, 0, 1.0, 'FINITE')"),
    Fault(rule: "trial of trial_params", sql: "UPDATE trial_params SET trial_id = 888 WHERE rowid = 1"),
    Fault(
      rule: "trial of trial_intermediate_values",
      sql: "UPDATE trial_intermediate_values SET trial_id = 888 WHERE rowid = 1"),
    Fault(
      rule: "trial of trial_user_attributes", sql: "UPDATE trial_user_attributes SET trial_id = NULL WHERE rowid = 1"),
    Fault(
      rule: "trial of trial_system_attributes", sql: "UPDATE trial_system_attributes SET trial_id = 888 WHERE rowid = 1"
    ),
    Fault(
      rule: "trial of trial_heartbeats", sql: "INSERT INTO trial_heartbeats VALUES (99, 888, '2026-01-01 00:00:00')"),
    Fault(rule: "study of study_directions", sql: "INSERT INTO study_directions VALUES (999, 'MINIMIZE', 888, 0)"),
    Fault(
      rule: "study of study_user_attributes", sql: "UPDATE study_user_attributes SET study_id = 888 WHERE rowid = 1"),
    Fault(
      rule: "study of study_system_attributes", sql: "UPDATE study_system_attributes SET study_id = 888 WHERE rowid = 1"
    ),
  ]

  @Test("The window of a deterministic study is written anew as its trials ran", arguments: [1, 3])
  func repairsWindow(window: Int) throws {
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(
      name: "ordered", directions: [.minimize], systemAttributes: [:], documents: [.window: "many"])
    for number in 0..<6 {
      var trial = FrozenTrial(id: 0, number: number, state: .complete)
      trial.values = [1]
      trial.systemAttributes["hpo:seen"] = ["count": .int(max(0, number - window + 1))]
      try storage.addTrial(trial, study: study.id)
    }
    try storage.close()
    let doctor = try DatabaseDoctor(path: path)
    _ = try doctor.repair(backup: folder.file("backup.db"))
    try doctor.close()
    #expect(
      try rows(path, "SELECT text FROM hpo_study_documents WHERE document = 'window'") == ["\(window)"])
  }

  @Test("An identifier after which no other can come is an error rather than the end of the program")
  func highestID() throws {
    _ = try folder.file(
      path.split(separator: "/").last.map(String.init) ?? "",
      running: "INSERT OR REPLACE INTO hpo_highest_ids VALUES ('trials', 9223372036854775807)")
    let storage = try SQLiteStorage(path: path)
    expectError(.damagedFile) { _ = try started(storage, storage.existingStudy(named: "own").id) }
  }

  @Test("Nothing is found in a sound file but trials that another program runs")
  func isSound() throws {
    let report = try examine()
    #expect(report.findings.filter(\.isFault).isEmpty, "\(report.findings)")
    #expect(report.findings.allSatisfy { $0.rule == "owner" })
    #expect(report.studies > 1 && report.trials > 10 && report.checkedRules == DatabaseRule.all.count)
  }

  @Test("Each fault is found under its rule and, where it can be, mended after a copy", arguments: faults)
  func findsAndMends(_ fault: Fault) throws {
    _ = try folder.file(running: fault.sql)
    let broken = FileManager.default.contents(atPath: path)
    let report = try examine()
    let finding = try #require(report.findings.first { $0.rule == fault.rule }, "\(report.findings.map(\.rule))")
    #expect(finding.isFault == fault.isFault && finding.isRepairable == fault.isRepairable)
    #expect(finding.count >= 1 && !finding.breaches.isEmpty)
    #expect(FileManager.default.contents(atPath: path) == broken, "an examination changes nothing")

    let backup = folder.file("backup.db")
    let doctor = try DatabaseDoctor(path: path)
    let mended = try doctor.repair(backup: backup)
    try doctor.close()
    #expect(mended.findings.first { $0.rule == fault.rule }?.isRepaired == fault.isRepairable)
    let after = try examine()
    #expect(after.findings.filter { $0.isFault && $0.isRepairable }.isEmpty, "\(after.findings)")
    guard fault.isRepairable else { return }
    #expect(mended.backup == backup)
    // The copy has the fault still.
    let copy = try DatabaseDoctor(path: backup)
    #expect(try copy.examine().findings.contains { $0.rule == fault.rule })
    try copy.close()
    // What reads the file has nothing to add.
    let storage = try SQLiteStorage(path: path)
    for study in try storage.studies() { #expect(try storage.oddities(study: study.id) == []) }
    try storage.close()
  }

  @Test("Every rule is broken by some fault of this suite, but for damage that SQLite alone can make")
  func coversRules() {
    let broken = Set(Self.faults.map(\.rule))
    let others = Set(DatabaseRule.all.map(\.name)).subtracting(broken)
    #expect(
      others.isSubset(of: ["integrity"] + (OwnSchema.tablesOfTrial + OwnSchema.tablesOfStudy).map { "rows of \($0)" }))
    #expect(Set(DatabaseRule.all.map(\.name)).count == DatabaseRule.all.count, "names are unique")
  }

  @Test("An index that lacks a row is made anew")
  func mendsIndexes() throws {
    _ = try folder.file(
      running: """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE INDEX hpo_ix_trials_number ON trials (number, study_id)' \
        WHERE name = 'hpo_ix_trials_number'
        """)
    let doctor = try DatabaseDoctor(path: path)
    #expect(try doctor.examine().findings.contains { $0.rule == "integrity" })
    let report = try doctor.repair(backup: folder.file("backup.db"))
    #expect(report.findings.first { $0.rule == "integrity" }?.isRepaired == true)
    try doctor.close()
  }

  @Test("Nothing is mended where the copy cannot be made")
  func needsCopy() throws {
    _ = try folder.file(running: "UPDATE trials SET state = 'complete' WHERE trial_id = 1")
    for backup in [path, folder.path + "/absent/copy.db"] {
      let doctor = try DatabaseDoctor(path: path)
      expectError(.inaccessible) { _ = try doctor.repair(backup: backup) }
      try doctor.close()
      #expect(try examine().findings.contains { $0.rule == "state" })
    }
  }

  @Test("A sound file is not copied, and what is no study database is refused")
  func leavesAlone() throws {
    let sound = folder.file("sound.db")
    try SQLiteStorage.createEmpty(at: sound)
    let before = FileManager.default.contents(atPath: sound)
    let doctor = try DatabaseDoctor(path: sound)
    let report = try doctor.repair(backup: folder.file("backup.db"))
    try doctor.close()
    #expect(report.findings.isEmpty && report.backup == nil)
    #expect(!FileManager.default.fileExists(atPath: folder.file("backup.db")))
    #expect(FileManager.default.contents(atPath: sound)?.count == before?.count)
    expectError(.inaccessible) { _ = try DatabaseDoctor(path: folder.file("absent.db")) }
    #expect(!FileManager.default.fileExists(atPath: folder.file("absent.db")))
    let foreign = try folder.file("foreign.db", running: "CREATE TABLE t (x)")
    expectError(.unsupportedFile) { _ = try DatabaseDoctor(path: foreign) }
    _ = try folder.file(running: "UPDATE version_info SET schema_version = 11")
    expectError(.unsupportedFile) { _ = try DatabaseDoctor(path: path) }
  }

  @Test("A write-ahead log that was left behind is a note, and gone after a repair")
  func leavesNoLog() throws {
    let queue = try SQLiteStorage(path: path)
    try queue.setStudyAttribute("a", to: 1, kind: .user, study: 1)
    let doctor = try DatabaseDoctor(path: path)
    #expect(try doctor.examine().findings.contains { $0.rule == "journal" && !$0.isFault })
    try queue.close()
    _ = try doctor.repair(backup: folder.file("backup.db"))
    try doctor.close()
    #expect(try examine().findings.allSatisfy { $0.rule != "journal" })
  }
}
