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

  private func doctor() throws -> DatabaseDoctor {
    try DatabaseDoctor(
      path: path, isStudyFile: { !$0.hasSuffix("[") }, mistakeInOptions: { $0.contains("simplex") ? "simplex" : nil })
  }

  private func examine() throws -> DatabaseReport {
    let doctor = try doctor()
    let report = try doctor.examine()
    try doctor.close()
    return report
  }

  /// A fault, the rule that it breaks, and whether there is a repair.
  struct Fault: CustomTestStringConvertible, Sendable {
    let rule: String
    let sql: String
    let isRepairable: Bool
    let isFault: Bool

    var testDescription: String { "\(rule): \(sql)" }
  }

  static let faults: [Fault] = {
    do {
      var (faults, heading): ([Fault], String) = ([], "")
      for line in try Fixture.text("faults.sql").split(separator: "\n") {
        if line.hasPrefix("-- ") {
          heading = String(line.dropFirst(3))
        } else {
          let parts = heading.split(separator: " [")
          let flags = parts.dropFirst().joined()
          faults.append(
            Fault(
              rule: String(try #require(parts.first)), sql: String(line), isRepairable: !flags.contains("by hand"),
              isFault: !flags.contains("note")))
        }
      }
      return faults
    } catch {
      preconditionFailure("the faults cannot be read: \(error)")
    }
  }()

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

  @Test(
    "An identifier after which SQLite gives out none is told as that rather than as a full disk",
    arguments: [
      "UPDATE sqlite_sequence SET seq = 9223372036854775807", "UPDATE trials SET trial_id = 9223372036854775807",
    ])
  func lastID(damage: String) throws {
    let path = folder.file("own.db")
    let made = try SQLiteStorage(path: path)
    let study = try made.createStudy(name: "own", directions: [.minimize]).id
    _ = try made.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    try made.close()
    _ = try folder.file("own.db", running: damage)
    let storage = try SQLiteStorage(path: path)
    expectError(.damagedFile) { _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:]) }
    #expect(try storage.counts(study: study) == [.waiting: 1])
    try storage.close()
    let doctor = try DatabaseDoctor(path: path)
    #expect(try doctor.examine().findings.contains { $0.rule == "identifiers" || $0.rule == "last identifiers" })
    try doctor.close()
  }

  @Test("Behind the last identifier none is given out, and the doctor says which it is", arguments: [true, false])
  func identifiersEnd(keepsIdentifiers: Bool) throws {
    let path = folder.file("own.db")
    if keepsIdentifiers {
      try SQLiteStorage.createEmpty(at: path)
    } else {
      _ = try folder.file("own.db", running: Fixture.text("optuna.sql"))
    }
    let made = try SQLiteStorage(path: path)
    let study = try made.createStudy(name: "own", directions: [.minimize]).id
    _ = try made.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
    try made.close()
    let last = (1 << 53) - 1
    let counter =
      keepsIdentifiers
      ? "UPDATE sqlite_sequence SET seq = %@ WHERE name = 'trials'"
      : "INSERT OR REPLACE INTO hpo_highest_ids VALUES ('trials', %@)"
    let rules: Set = ["identifiers", "last identifiers", "highest identifiers"]
    for damage in [counter, "UPDATE trials SET trial_id = %@ WHERE trial_id = (SELECT max(trial_id) FROM trials)"] {
      for (id, isGood) in [(last - 1, true), (last, false), (last + 1, false)] {
        try FileManager.default.copyItem(atPath: path, toPath: folder.file("copy.db"))
        _ = try folder.file("copy.db", running: damage.replacing("%@", with: "\(id)"))
        let doctor = try DatabaseDoctor(path: folder.file("copy.db"))
        let findings = try doctor.examine().findings
        #expect(findings.contains { rules.contains($0.rule) } != isGood, "\(damage) \(id) \(findings.map(\.rule))")
        try doctor.close()
        let storage = try SQLiteStorage(path: folder.file("copy.db"))
        if isGood {
          #expect(try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:]).id == Int64(last))
        } else {
          let message = expectError(.damagedFile) {
            _ = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: [:])
          }
          #expect(message.contains("\(id)"), "\(message)")
        }
        #expect(try storage.counts(study: study) == [.waiting: isGood ? 2 : 1])
        try storage.close()
        try folder.remove("copy.db")
      }
    }
  }

  @Test(
    "A file whose revision is none of Optuna's is read and mended, and not written", arguments: ["junk", "", "3.2"])
  func readsWithoutRevision(text: String) throws {
    _ = try folder.file(running: "UPDATE alembic_version SET version_num = '\(text)'")
    let before = FileManager.default.contents(atPath: path)
    let storage = try SQLiteStorage(path: path)
    let study = try storage.existingStudy(named: "own").id
    #expect(try storage.trials(study: study, states: nil).count == 4)
    #expect(try storage.oddities(study: study).contains { $0.contains("'\(text)'") })
    let message = expectError(.unsupportedFile) { _ = try started(storage, study) }
    #expect(message.contains("'\(text)'") && message.contains("hpo doctor"), "\(message)")
    try storage.close()
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(try examine().findings.contains { $0.rule == "revision" })
    let doctor = try DatabaseDoctor(path: path)
    _ = try doctor.repair(backup: folder.file("backup.db"))
    try doctor.close()
    let mended = try SQLiteStorage(path: path)
    #expect(try started(mended, study).number == 4)
    #expect(try mended.oddities(study: study) == [])
    try mended.close()
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
    let doctor = try doctor()
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

  @Test("No value is lost where the direction of its objective is", arguments: [0, 1, 2])
  func keepsValues(objective: Int) throws {
    let values = """
      SELECT trial_id, objective, value FROM trial_values \
      WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = 2) ORDER BY 1, 2
      """
    _ = try folder.file(
      running: """
        UPDATE trials SET state = 'COMPLETE' WHERE trial_id = 17;
        INSERT INTO trial_values (trial_id, objective, value, value_type)
        VALUES (17, 0, 1, 'FINITE'), (17, 1, 2, 'FINITE'), (17, 2, 3, 'FINITE')
        """)
    let before = try rows(path, values)
    #expect(before.count == 6)
    _ = try folder.file(running: "DELETE FROM study_directions WHERE study_id = 2 AND objective = \(objective)")
    let doctor = try DatabaseDoctor(path: path)
    _ = try doctor.repair(backup: folder.file("backup.db"))
    try doctor.close()
    #expect(try rows(path, values) == before)
    #expect(try rows(path, "SELECT count(*) FROM study_directions WHERE study_id = 2") == ["3"])
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
    _ = try folder.file(running: "DELETE FROM alembic_version; UPDATE version_info SET schema_version = 11")
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
