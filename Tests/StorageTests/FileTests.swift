import SearchSpace
import OrderedCollections
import Foundation
import TestSupport
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("Files that are no study database, and such that are incomplete")
struct FileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Opens, reads and writes; checks that it fails with that code and names the file.
  private func expectRefusal(_ code: StorageError.Code, of path: String, saying text: String) throws {
    let before = FileManager.default.contents(atPath: path)
    for attempt in 0..<2 {
      let message = expectError(code) {
        let storage = try SQLiteStorage(path: path, opening: attempt == 0 ? .existing : .createIfMissing)
        _ = try storage.createStudy(name: "s", directions: [.minimize])
      }
      #expect(message.contains(path) && message.contains(text), "\(message)")
    }
    expectError(code) { try SQLiteStorage.createEmpty(at: path) }
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
  }

  @Test("A database of another program is refused and left alone")
  func refusesForeignDatabase() throws {
    let path = try folder.file(running: "CREATE TABLE people (name TEXT); INSERT INTO people VALUES ('x')")
    try expectRefusal(.unsupportedFile, of: path, saying: "'people'")
    let views = try folder.file("views.db", running: "CREATE VIEW v AS SELECT 1")
    try expectRefusal(.unsupportedFile, of: views, saying: "another program")
    let similar = try folder.file("similar.db", running: "CREATE TABLE studies (id INTEGER, title TEXT)")
    try expectRefusal(.unsupportedFile, of: similar, saying: "'studies'")
  }

  @Test(
    "Tables of other versions are refused with the way to upgrade",
    arguments: [
      ("DELETE FROM alembic_version; UPDATE version_info SET schema_version = 11", "11"),
      ("DROP TABLE alembic_version; UPDATE version_info SET schema_version = NULL", "NULL"),
      ("DELETE FROM alembic_version; UPDATE version_info SET schema_version = 11", "optuna storage upgrade"),
      ("DELETE FROM alembic_version; UPDATE version_info SET schema_version = 13", "update hpo"),
      ("UPDATE alembic_version SET version_num = 'v3.2.0.b'", "update hpo"),
      ("UPDATE alembic_version SET version_num = 'v10.0.0.a'", "update hpo"),
      ("UPDATE alembic_version SET version_num = 'v2.6.0.a'", "optuna storage upgrade"),
      ("UPDATE alembic_version SET version_num = 'v3.0.0.d'", "v3.0.0.d"),
      ("UPDATE alembic_version SET version_num = 'v9.9.9.a'", "v9.9.9.a"),
    ])
  func refusesOtherVersions(_ sql: String, _ version: String) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql") + sql)
    try expectRefusal(.unsupportedFile, of: path, saying: version)
    let message = expectError(.unsupportedFile) { _ = try SQLiteStorage(path: path) }
    #expect(message.contains("optuna storage upgrade") != message.contains("update hpo"), "one way out: \(message)")
  }

  @Test("A file of a newer hpo is refused")
  func refusesNewerOwnTables() throws {
    let path = folder.file()
    try SQLiteStorage.createEmpty(at: path)
    _ = try folder.file(running: "UPDATE hpo_version SET schema_version = \(OwnSchema.version + 1)")
    try expectRefusal(.unsupportedFile, of: path, saying: "newer hpo")
  }

  @Test("Bytes that are no database are refused", arguments: [16, 100, 5000])
  func refusesOtherBytes(count: Int) throws {
    let path = folder.file()
    var generator = SystemRandomNumberGenerator()
    let bytes = Data((0..<count).map { _ in UInt8.random(in: 1...255, using: &generator) })
    try bytes.write(to: URL(fileURLWithPath: path))
    try expectRefusal(.unsupportedFile, of: path, saying: "no SQLite database")
  }

  @Test("A file that was cut off is reported as damaged", arguments: [4096, 8192, 20_000])
  func reportsTruncation(size: Int) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: UInt64(size))
    try handle.close()
    try expectRefusal(.damagedFile, of: path, saying: "recover")
  }

  @Test("A page of zeros within a file is reported as damaged when it is read")
  func reportsDamagedPage() throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let root = try #require(Int(rows(path, "SELECT rootpage FROM sqlite_master WHERE name = 'trial_params'")[0]))
    let handle = try #require(FileHandle(forUpdatingAtPath: path))
    try handle.seek(toOffset: UInt64(root - 1) * 4096)
    try handle.write(contentsOf: Data(repeating: 0, count: 4096))
    try handle.close()
    let storage = try SQLiteStorage(path: path)
    #expect(try storage.studies().count == 3)
    let message = expectError(.damagedFile) { _ = try storage.trials(study: 1, states: nil) }
    #expect(message.contains(path))
    #expect(try storage.trials(study: 3, states: nil) == [])
  }

  @Test("A folder, a missing folder and a missing file are told apart")
  func reportsMissingFiles() throws {
    #expect(expectError(.inaccessible) { _ = try SQLiteStorage(path: folder.path) }.contains("is a folder"))
    let lost = folder.path + "/no/study.db"
    #expect(expectError(.inaccessible) { _ = try SQLiteStorage(path: lost) }.contains("no folder"))
    let missing = folder.file("missing.db")
    let message = expectError(.inaccessible) { _ = try SQLiteStorage(path: missing, opening: .existing) }
    #expect(message.contains("hpo optimize --help"))
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test("A file that lost its folder fails and says so")
  func reportsLostFolder() throws {
    let inner = folder.path + "/inner"
    try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
    let storage = try SQLiteStorage(path: inner + "/study.db")
    _ = try storage.createStudy(name: "s", directions: [.minimize])
    try FileManager.default.removeItem(atPath: inner)
    // The open file lives on without a name; a new one cannot be made.
    expectError(.inaccessible) { _ = try SQLiteStorage(path: inner + "/study.db") }
  }

  @Test("An empty file becomes a study database")
  func acceptsEmptyFile() throws {
    let path = folder.file()
    #expect(FileManager.default.createFile(atPath: path, contents: Data()))
    let storage = try SQLiteStorage(path: path, opening: .existing)
    #expect(try storage.studies().isEmpty)
    _ = try storage.createStudy(name: "s", directions: [.minimize])
  }

  @Test("Making an empty database twice keeps the first")
  func createsOnce() throws {
    let path = folder.file()
    try SQLiteStorage.createEmpty(at: path)
    let storage = try SQLiteStorage(path: path)
    _ = try storage.createStudy(name: "s", directions: [.minimize])
    try storage.close()
    try SQLiteStorage.createEmpty(at: path)
    #expect(try SQLiteStorage(path: path, opening: .existing).studies().map(\.name) == ["s"])
  }

  @Test(
    "What an older Optuna did not make is added as Optuna adds it",
    arguments: [
      "DROP TABLE trial_heartbeats", "DROP TABLE version_info", "DELETE FROM version_info",
      "DROP TABLE alembic_version",
      "DELETE FROM alembic_version", "DROP INDEX ix_trials_study_id", "DROP INDEX ix_studies_study_name",
      "DROP TABLE study_system_attributes",
    ])
  func completesOldFiles(_ sql: String) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql") + sql)
    let storage = try SQLiteStorage(path: path)
    #expect(try storage.trials(study: 1, states: nil).count == 15)
    #expect(try started(storage, 1).number == 13)
    try storage.close()
    let whole = try folder.file("whole.db", running: Fixture.text("optuna.sql"))
    let names = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE '%hpo_%' ORDER BY 1, 2"
    #expect(try rows(path, names) == rows(whole, names))
    #expect(try rows(path, "SELECT * FROM version_info") == ["1|12|5.0.0"])
    #expect(try rows(path, "SELECT * FROM alembic_version") == ["v3.2.0.a"])
  }

  @Test("Odd paths are paths", arguments: ["a b.db", "file:x.db", "ü?x=1#.db", "%41.db", ":memory:"])
  func opensOddPaths(_ name: String) throws {
    let path = folder.file(name)
    try SQLiteStorage.createEmpty(at: path)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [name])
  }

  @Test("A full disk is reported, and what was committed stays")
  func reportsFullDisk() throws {
    let path = folder.file()
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    // A limit to the size of the file gives SQLite the error that a full disk gives.
    try storage.file.read { try $0.executeOnce("PRAGMA max_page_count = 60") }
    var finished = 0
    let message = expectError(.diskFull) {
      while finished < 10_000 {
        let trial = try started(storage, study).id
        try storage.setParameters(parameters(["x": 0.5, "n": 3]), trial: trial)
        try storage.finishTrial(trial, state: .complete, values: [1], attributes: [:])
        finished += 1
      }
    }
    #expect(message.contains(path) && message.contains("full"))
    #expect(finished > 10)
    #expect(try storage.counts(study: study)[.complete] == finished)
    try storage.close()
    #expect(try rows(path, "PRAGMA integrity_check") == ["ok"])
    #expect(try SQLiteStorage(path: path).counts(study: study)[.complete] == finished)
  }

  @Test("A file that may not be written can be read, and a write says why it fails", .enabled(if: geteuid() != 0))
  func reportsReadOnlyFile() throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
    let storage = try SQLiteStorage(path: path)
    #expect(try storage.trials(study: 1, states: nil).count == 15)
    #expect(expectError(.inaccessible) { _ = try started(storage, 1) }.contains(path))
  }
}
