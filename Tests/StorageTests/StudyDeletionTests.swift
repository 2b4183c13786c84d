import OrderedCollections
import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("Deleting studies")
struct StudyDeletionTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// More trials than one transaction deletes.
  private static let count = 1200

  private struct Full: Error {}

  private func fill(_ storage: any Storage, _ name: String) throws -> Int64 {
    let study = try storage.createStudy(name: name, directions: [.minimize]).id
    _ = try storage.addTrials(study: study, above: nil) { _, _ in
      (0..<Self.count).map { number in
        var trial = FrozenTrial(id: 0, number: number, state: .complete)
        trial.values = [Double(number)]
        trial.intermediateValues = [.init(step: 1, value: 2)]
        trial.userAttributes = ["a": 1]
        return TrialAddition(trial, log: "log")
      }
    }
    return study
  }

  @Test("All of a large study goes, then what lies outside, and nothing of others", arguments: implementations)
  func deletesAll(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let (kept, gone) = (try fill(storage, "kept"), try fill(storage, "gone"))
    let trials = try storage.trials(study: gone, states: nil)
    var cleaned: [Int64] = []
    try storage.deleteStudy(gone) { id in
      cleaned.append(id)
      for trial in trials { expectError(.trialNotFound) { _ = try storage.trial(trial.id) } }
    }
    #expect(cleaned == [gone])
    #expect(try storage.studies().map(\.id) == [kept])
    #expect(try storage.trials(study: kept, states: nil).count == Self.count)
    #expect(try storage.finishDeletions { cleaned.append($0) } == [] && cleaned == [gone])
    expectError(.studyNotFound) { try storage.deleteStudy(gone) }
  }

  @Test("What cannot be cleaned up is told once, and the study is gone", arguments: implementations)
  func toldOnce(_ implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let study = try fill(storage, "gone")
    #expect(throws: Full.self) { try storage.deleteStudy(study) { _ in throw Full() } }
    #expect(try storage.studies().isEmpty)
    #expect(try storage.finishDeletions { _ in throw Full() } == [])
  }

  /// The path of a file whose study 1 of 1200 trials is deleted but for some, as an ended process leaves it.
  private func interrupted(from path: String) throws -> String {
    let storage = try SQLiteStorage(path: path)
    let study = try fill(storage, "gone")
    try storage.close()
    _ = try folder.file(
      running: """
        INSERT INTO hpo_deletions SELECT study_id, study_name FROM studies WHERE study_name = 'gone';
        DELETE FROM study_directions WHERE study_id = \(study);
        DELETE FROM studies WHERE study_id = \(study);
        DELETE FROM trials WHERE study_id = \(study) AND number % 2 = 0;
        DELETE FROM trial_values WHERE trial_id NOT IN (SELECT trial_id FROM trials);
        DELETE FROM trial_intermediate_values WHERE trial_id NOT IN (SELECT trial_id FROM trials);
        DELETE FROM trial_user_attributes WHERE trial_id NOT IN (SELECT trial_id FROM trials);
        """)
    return path
  }

  private static let tables = [
    "studies", "study_directions", "trials", "trial_values", "trial_intermediate_values", "trial_user_attributes",
    "hpo_trial_logs", "hpo_study_revisions", "hpo_deletions",
  ]

  private func rowCounts(_ path: String) throws -> [String] {
    try rows(path, Self.tables.map { "SELECT count(*) FROM \($0)" }.joined(separator: " UNION ALL "))
  }

  @Test("A deletion that was interrupted is seen by nobody, and goes on")
  func goesOn() throws {
    let path = try interrupted(from: folder.file())
    let storage = try SQLiteStorage(path: path)
    let left = try rows(path, "SELECT min(trial_id) FROM trials").compactMap { Int64($0) }
    #expect(try storage.studies().isEmpty)
    expectError(.studyNotFound) { _ = try storage.existingStudy(named: "gone") }
    for id in left {
      expectError(.trialNotFound) { try storage.setExclusion("", trial: id) }
      expectError(.trialNotFound) { _ = try storage.log(trial: id) }
    }
    var cleaned: [Int64] = []
    #expect(try storage.finishDeletions { cleaned.append($0) } == ["gone"])
    #expect(cleaned.count == 1)
    try storage.close()
    #expect(try rowCounts(path) == Self.tables.map { _ in "0" })
  }

  @Test(
    "A doctor deletes what an interrupted deletion left rather than bring the study back, and its folders can still go")
  func mended() throws {
    let path = try interrupted(from: folder.file())
    let doctor = try DatabaseDoctor(path: path)
    let report = try doctor.examine()
    #expect(report.findings.filter { $0.rule != "journal" }.map(\.rule) == ["deletions"])
    #expect(report.findings.first?.breaches.first?.found == "'gone' is deleted, but for 600 trials")
    #expect(report.findings.first?.remedy.contains("the next 'hpo study delete'") == true)
    let mended = try doctor.repair(backup: folder.file("backup.db"))
    #expect(mended.findings.first?.isRepaired == true)
    #expect(try doctor.examine().findings.filter { $0.rule != "journal" }.isEmpty)
    try doctor.close()
    #expect(try rowCounts(path) == Self.tables.map { $0 == "hpo_deletions" ? "1" : "0" })
    let storage = try SQLiteStorage(path: path)
    var cleaned = 0
    #expect(try storage.finishDeletions { _ in cleaned += 1 } == ["gone"] && cleaned == 1)
    try storage.close()
    #expect(try rowCounts(path) == Self.tables.map { _ in "0" })
  }

  @Test("Another program's study that gets the identifier of one that is being deleted has none of its trials")
  func reusedIdentifier() throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let before = try SQLiteStorage(path: path)
    let others = try before.studies().count
    try before.close()
    _ = try interrupted(from: path)
    _ = try folder.file(
      running: """
        INSERT INTO studies (study_name) VALUES ('theirs');
        INSERT INTO study_directions (direction, study_id, objective)
        SELECT 'MINIMIZE', study_id, 0 FROM studies WHERE study_name = 'theirs';
        INSERT INTO trials (number, study_id, state) SELECT 0, study_id, 'WAITING' FROM studies WHERE study_name = 'theirs';
        """)
    let storage = try SQLiteStorage(path: path)
    let study = try storage.existingStudy(named: "theirs")
    #expect(try storage.studies().count == others + 1)
    #expect(try storage.finishDeletions { _ in Issue.record("nothing is left") } == [])
    #expect(try storage.trials(study: study.id, states: nil).map(\.state) == [.waiting])
    try storage.close()
    let doctor = try DatabaseDoctor(path: path)
    #expect(try doctor.examine().findings.filter(\.isFault).isEmpty)
    try doctor.close()
  }
}
