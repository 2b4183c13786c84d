import OrderedCollections
import Foundation
import SQLiteStorage
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("StudyQuery")
struct StudyQueryTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file(running: Fixture.text("optuna.sql"))
  }

  private func run(_ sql: String, limit: Int = .max) throws -> (columns: [String], rows: [[QueryValue]]) {
    var columns: [String] = []
    var rows: [[QueryValue]] = []
    try StudyQuery(path: path).run(
      sql, columns: { columns = $0 },
      row: { row in
        rows.append(row)
        return rows.count < limit ? .goOn : .stop
      })
    return (columns, rows)
  }

  @Test("Rows come with the names of their columns and their types")
  func readsRows() throws {
    let result = try run("SELECT 1 AS a, 2.5, 'ü', NULL, x'00ff' UNION ALL SELECT 2, 0, '', 0, 0; -- the end")
    #expect(result.columns == ["a", "2.5", "'ü'", "NULL", "x'00ff'"])
    #expect(result.rows[0] == [.int(1), .double(2.5), .text("ü"), .null, .blob([0, 255])])
    #expect(result.rows.count == 2)
    #expect(try run("SELECT number FROM trials", limit: 3).rows == [[.int(0)], [.int(1)], [.int(2)]])
    #expect(try run("SELECT 1 WHERE 0").columns == ["1"])
  }

  @Test(
    "What only asks is permitted",
    arguments: [
      "WITH t AS (SELECT 1 AS x) SELECT * FROM t", "VALUES (1), (2)", "EXPLAIN QUERY PLAN SELECT * FROM trials",
      "PRAGMA table_info(trials)", "PRAGMA integrity_check", "PRAGMA user_version",
      "SELECT json_extract(distribution_json, '$.name'), lower(param_name) FROM trial_params",
      "SELECT * FROM pragma_table_info('trials')", "SELECT value FROM json_each('[1]')",
      "SELECT max(value) FROM trial_values GROUP BY trial_id",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5) SELECT i FROM n",
    ])
  func permits(_ sql: String) throws {
    #expect(try !run(sql).rows.isEmpty)
  }

  @Test(
    "What would change anything is refused",
    arguments: [
      "DELETE FROM trials", "UPDATE trials SET number = 1", "INSERT INTO studies VALUES (9, 'x')", "DROP TABLE trials",
      "CREATE TABLE t (x)", "CREATE TEMP TABLE t (x)", "VACUUM", "VACUUM INTO '/tmp/never-made.db'", "REINDEX",
      "ANALYZE",
      "ATTACH '/tmp/never-made.db' AS other", "PRAGMA journal_mode = WAL", "UPDATE sqlite_master SET sql = ''",
      "PRAGMA user_version = 7",
      "PRAGMA query_only = 0", "PRAGMA writable_schema = 1", "PRAGMA wal_checkpoint", "PRAGMA optimize", "BEGIN",
      "COMMIT",
      "BEGIN IMMEDIATE", "SAVEPOINT s", "SELECT load_extension('x')", "EXPLAIN DELETE FROM trials",
      "WITH t AS (SELECT 1) DELETE FROM trials", "REPLACE INTO studies VALUES (1, 'x')",
      "ALTER TABLE trials ADD COLUMN x",
      "SELECT 1; DELETE FROM trials", "SELECT 1; SELECT 2", "", "  -- nothing", "SELECT 1; garbage",
    ])
  func refuses(_ sql: String) throws {
    let before = FileManager.default.contents(atPath: path)
    expectError(.invalidValue) { _ = try run(sql) }
    #expect(FileManager.default.contents(atPath: path) == before)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/never-made.db"))
  }

  @Test("A fault is reported in SQLite's words")
  func reportsFaults() throws {
    #expect(expectError(.invalidValue) { _ = try run("SELECT x FROM trials") }.contains("no such column: x"))
    #expect(expectError(.invalidValue) { _ = try run("SELEC 1") }.contains("syntax error"))
    #expect(expectError(.invalidValue) { _ = try run("SELECT abs(-9223372036854775808)") }.contains("overflow"))
    expectError(.inaccessible) {
      try StudyQuery(path: folder.file("missing.db")).run("SELECT 1", columns: { _ in }, row: { _ in .goOn })
    }
    let garbage = folder.file("garbage.db")
    try Data(repeating: 65, count: 2000).write(to: URL(fileURLWithPath: garbage))
    expectError(.unsupportedFile) {
      try StudyQuery(path: garbage).run("SELECT 1", columns: { _ in }, row: { _ in .goOn })
    }
  }

  @Test("A file that a storage writes is read as it was committed")
  func readsWhileWritten() throws {
    let storage = try SQLiteStorage(path: path)
    for number in 0..<5 {
      let trial = try started(storage, 3)
      #expect(try run("SELECT count(*) FROM trials WHERE study_id = 3").rows == [[.int(Int64(number + 1))]])
      try storage.finishTrial(trial.id, state: .failed, values: [], attributes: [:])
    }
    try storage.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["study.db"])
  }
}
