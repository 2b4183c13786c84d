import Foundation
import OrderedCollections
import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("The view of a study")
struct StudyViewTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file(running: Fixture.text("optuna.sql"))
  }

  private func run(_ sql: String, study: String? = nil) throws -> (columns: [String], rows: [[QueryValue]]) {
    var columns: [String] = []
    var rows: [[QueryValue]] = []
    try StudyQuery(path: path, study: study).run(sql, columns: { columns = $0 }) { row in
      rows.append(row)
      return .goOn
    }
    return (columns, rows)
  }

  @Test("The seconds of a trial are told to the microsecond, however its moments are written")
  func microseconds() throws {
    let moments = [
      ("2024-02-29 23:59:59.999999", "2024-03-01 00:00:00.000001", 0.000002),
      ("2024-01-01 00:00:00.000400", "2024-01-01 00:00:00.000900", 0.0005),
      ("2024-01-01 00:00:00.9996", "2024-01-01 00:00:01", 0.0004),
      ("2024-01-01T00:00:00", "2024-01-02 00:00:00.25", 86400.25),
    ]
    let query = "SELECT seconds FROM study_1 WHERE number = 0"
    for (start, end, seconds) in moments {
      _ = try folder.file(
        running:
          "UPDATE trials SET datetime_start = '\(start)', datetime_complete = '\(end)' WHERE study_id = 1 AND number = 0"
      )
      #expect(try run(query).rows == [[.double(seconds)]])
      let storage = try SQLiteStorage(path: path)
      #expect(try storage.trial(number: 0, study: 1).duration == seconds)
      try storage.close()
    }
    _ = try folder.file(running: "UPDATE trials SET datetime_complete = 'soon' WHERE study_id = 1 AND number = 0")
    #expect(try run(query).rows == [[.null]])
  }

  @Test("A row a trial and a column a parameter, with the values that users see")
  func isFlat() throws {
    let storage = try SQLiteStorage(path: path)
    let trials = try storage.trials(study: 1, states: nil)
    try storage.close()
    let before = FileManager.default.contents(atPath: path)
    let (columns, rows) = try run("SELECT * FROM study_1 ORDER BY number")
    #expect(rows.count == trials.count)
    for (trial, row) in zip(trials, rows) {
      let values = Dictionary(zip(columns, row), uniquingKeysWith: { first, _ in first })
      #expect(values["number"] == .int(Int64(trial.number)))
      for (name, parameter) in trial.parameters {
        switch parameter.external {
        case .double(let value): #expect(values[name] == .double(value), "\(name)")
        case .int(let value): #expect(values[name] == .int(Int64(value)), "\(name)")
        case .string(let value): #expect(values[name] == .text(value), "\(name)")
        case .bool(let value): #expect(values[name] == .int(value ? 1 : 0), "\(name)")
        case .null: #expect(values[name] == .null, "\(name)")
        }
      }
    }
    #expect(FileManager.default.contents(atPath: path) == before)
  }

  @Test("The only study, or the one that is named, is the view study; of several one must be named")
  func choosesStudy() throws {
    let names = try run("SELECT study_name FROM studies ORDER BY study_id").rows
    #expect(names.count > 1)
    #expect(expectError(.invalidValue) { _ = try run("SELECT 1 FROM study") }.contains("study_1"))
    let counts = try run("SELECT count(*) FROM trials WHERE study_id = 1").rows
    #expect(try run("SELECT count(*) FROM study", study: "every kind of row").rows == counts)
    #expect(try run("select COUNT(*) from STUDY s", study: "every kind of row").rows == counts)
    expectError(.studyNotFound) { _ = try run("SELECT 1 FROM study", study: "absent") }
    // Columns such as study_id name no view.
    #expect(try run("SELECT study_id FROM studies").rows.count == names.count)
  }

  @Test("A parameter that is called as another column gets its group in front")
  func avoidsClashes() throws {
    let fresh = folder.file("clash.db")
    let storage = try SQLiteStorage(path: fresh)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let trial = try started(storage, study)
    let x = try #require(Distributions.all["x"])
    try storage.setParameters(
      ["value": .init(distribution: x, value: 0.5), "it's \"odd\"": .init(distribution: x, value: 0.25)],
      trial: trial.id)
    try storage.setTrialAttributes(["epoch": 7, "NUMBER": "n", "list": [1, 2]], kind: .user, trial: trial.id)
    try storage.finishTrial(trial.id, state: .complete, values: [.infinity], attributes: [:])
    try storage.setExclusion("why", trial: trial.id)
    try storage.close()
    var columns: [String] = []
    var row: [QueryValue] = []
    try StudyQuery(path: fresh).run("SELECT * FROM study", columns: { columns = $0 }) {
      row = $0
      return .stop
    }
    let values = Dictionary(zip(columns, row), uniquingKeysWith: { first, _ in first })
    #expect(values["value"] == .double(.infinity) && values["params.value"] == .double(0.5))
    #expect(values["it's \"odd\""] == .double(0.25) && values["epoch"] == .int(7))
    #expect(values["attributes.NUMBER"] == .text("n") && values["excluded"] == .text("why"))
    #expect(values["list"] == .text("[1,2]"))
  }

  @Test("A statement that writes is refused with the views as well")
  func refusesWrites() throws {
    for sql in ["DELETE FROM study_1", "DROP VIEW study_1", "CREATE TEMP VIEW study_9 AS SELECT 1"] {
      expectError(.invalidValue) { _ = try run(sql) }
    }
  }
}
