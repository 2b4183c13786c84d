import Foundation
import TestSupport
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("Files of an earlier hpo")
struct SchemaUpgradeTests {
  let folder: TemporaryFolder
  /// A file that hpo made when its tables were of version 1, with a trial whose process was killed.
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file(running: Fixture.text("hpo-version-1.sql"))
  }

  private static let ownSchema = "SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'hpo_%' ORDER BY 1, 2"

  @Test("Reading leaves an earlier file as it is, and reads what it holds")
  func readsEarlierFile() throws {
    let before = FileManager.default.contents(atPath: path)
    let storage = try SQLiteStorage(path: path, opening: .existing)
    let study = try storage.existingStudy(named: "quick").id
    #expect(try storage.document(.seed, study: study) == "7")
    #expect(try storage.counts(study: study) == [.complete: 2])
    try storage.close()
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(try rows(path, "SELECT schema_version FROM hpo_version") == ["1"])
  }

  @Test("The first write brings the tables up to those of a new file, and keeps every row")
  func upgradesOnWrite() throws {
    let storage = try SQLiteStorage(path: path, opening: .existing)
    let study = try storage.existingStudy(named: "quick").id
    let earlier = try storage.trials(study: study, states: nil)
    #expect(try started(storage, study).number == 2)
    #expect(try Array(storage.trials(study: study, states: nil).prefix(2)) == earlier)
    try storage.close()
    let new = folder.file("new.db")
    try SQLiteStorage.createEmpty(at: new)
    #expect(try rows(path, Self.ownSchema) == rows(new, Self.ownSchema))
    #expect(try rows(path, "SELECT schema_version FROM hpo_version") == ["\(OwnSchema.version)"])
    #expect(try rows(path, "PRAGMA integrity_check") == ["ok"])
  }

  @Test("A trigger or an index that differs from this program's is made anew")
  func replacesDifferingTriggers() throws {
    _ = try folder.file(
      running: """
        DROP INDEX hpo_ix_trials_state; CREATE INDEX hpo_ix_trials_state ON trials (state);
        DROP TRIGGER hpo_trial_deleted; UPDATE hpo_version SET schema_version = \(OwnSchema.version)
        """)
    try SQLiteStorage.createEmpty(at: path)
    let new = folder.file("new.db")
    try SQLiteStorage.createEmpty(at: new)
    #expect(try rows(path, Self.ownSchema) == rows(new, Self.ownSchema))
  }

  @Test("A trial that a killed hpo of that version ran is taken up by this one")
  func takesUpEarlierTrial() throws {
    let owner = ProcessIdentity.ended
    _ = try folder.file(
      running: """
        UPDATE hpo_trial_owners SET host = '\(owner.host)', boot = '\(owner.boot)', process = \(owner.process)
        """)
    let storage = try SQLiteStorage(path: path, opening: .existing)
    let study = try storage.existingStudy(named: "long").id
    let interrupted = try storage.trials(study: study, states: [.running])
    #expect(interrupted.count == 1)
    #expect(try storage.requeueOrphans(study: study).requeued == [0])
    let again = try started(storage, study)
    #expect(again.id == interrupted[0].id && again.number == 0)
  }

  @Test("Deleting a trial or a study leaves nothing of it in hpo's tables")
  func deletesOwnRows() throws {
    try SQLiteStorage.createEmpty(at: path)
    _ = try folder.file(
      running: """
        INSERT INTO hpo_checkpoints VALUES (3, 1, 3, x'00'); INSERT INTO hpo_trial_attempts VALUES (3, 1, 0, 0);
        DELETE FROM trials; DELETE FROM studies
        """)
    let tables = try rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'hpo_%'")
    for table in tables where table != "hpo_version" && table != "hpo_highest_ids" {
      #expect(try rows(path, "SELECT * FROM \(table)") == [], "\(table)")
    }
  }

  @Test("A checkpoint goes when its trial is finished, whoever finishes it")
  func deletesCheckpointOfFinishedTrial() throws {
    try SQLiteStorage.createEmpty(at: path)
    _ = try folder.file(
      running:
        "INSERT INTO hpo_checkpoints VALUES (3, 1, 3, x'00'); UPDATE trials SET state = 'WAITING' WHERE trial_id = 3")
    #expect(try rows(path, "SELECT trial_id FROM hpo_checkpoints") == ["3"])
    _ = try folder.file(running: "UPDATE trials SET state = 'FAIL' WHERE trial_id = 3")
    #expect(try rows(path, "SELECT trial_id FROM hpo_checkpoints") == [])
  }
}
