import Foundation
import OrderedCollections
import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

/// Against a file that Optuna 5.0.0 made (`Fixtures/generate_optuna_file.py`).
@Suite("The format of Optuna")
struct OptunaFormatTests {
  let folder: TemporaryFolder
  let optunaFile: String

  init() throws {
    folder = try TemporaryFolder()
    optunaFile = try folder.file("optuna.db", running: Fixture.text("optuna.sql"))
  }

  private func expectedStudies() throws -> [JSONValue] {
    try #require(try JSONValue(parsing: Fixture.text("optuna.json")).arrayValue)
  }

  @Test("Every kind of row is read as Optuna reads it")
  func readsEveryRow() throws {
    let storage = try SQLiteStorage(path: optunaFile)
    let expected = try expectedStudies()
    #expect(try storage.studies().map(description) == expected.map(withoutTrials))
    for study in try storage.studies() {
      let trials = try storage.trials(study: study.id, states: nil)
      let expectedTrials = try #require(expected.first { $0["name"]?.stringValue == study.name }?["trials"]?.arrayValue)
      #expect(trials.count == expectedTrials.count)
      for (trial, expected) in zip(trials, expectedTrials) {
        for (key, value) in try #require(description(trial).members) {
          #expect(value == expected[key], "trial \(trial.id), \(key)")
        }
      }
      #expect(try storage.oddities(study: study.id) == [])
    }
  }

  @Test("Reading leaves a file as it is, byte by byte")
  func readsWithoutWriting() throws {
    let before = try Data(contentsOf: URL(fileURLWithPath: optunaFile))
    let storage = try SQLiteStorage(path: optunaFile, opening: .existing)
    var cursor = TrialCursor()
    for study in try storage.studies() {
      _ = try storage.changes(study: study.id, since: &cursor)
      _ = try storage.document(.seed, study: study.id)
      _ = try storage.counts(study: study.id)
      #expect(try storage.requeueOrphans(study: study.id).requeued == [])
    }
    try storage.close()
    #expect(try Data(contentsOf: URL(fileURLWithPath: optunaFile)) == before)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["optuna.db"])
  }

  @Test("What is written again is row by row what Optuna wrote")
  func writesTheSameRows() throws {
    let source = try SQLiteStorage(path: optunaFile)
    let copyPath = folder.file("copy.db")
    let copy = try SQLiteStorage(path: copyPath)
    for study in try source.studies() {
      let new = try copy.createStudy(name: study.name, directions: study.directions).id
      for (key, value) in study.userAttributes {
        try copy.setStudyAttribute(key, to: value, kind: .user, study: new)
      }
      for (key, value) in study.systemAttributes {
        try copy.setStudyAttribute(key, to: value, kind: .system, study: new)
      }
    }
    // Identifiers follow the order of creation over all studies.
    let studies = try source.studies()
    let trials = try studies.flatMap { study in
      try source.trials(study: study.id, states: nil).map { (study: study.id, trial: $0) }
    }
    for (study, trial) in trials.sorted(by: { $0.trial.id < $1.trial.id }) {
      try repeatLife(of: trial, study: study, in: copy)
    }
    try source.close()
    try copy.close()

    let queries = [
      "SELECT study_id, study_name FROM studies ORDER BY 1",
      "SELECT study_id, objective, direction FROM study_directions ORDER BY 1, 2",
      "SELECT study_id, key, value_json, typeof(value_json) FROM study_user_attributes ORDER BY 1, study_user_attribute_id",
      "SELECT study_id, key, value_json FROM study_system_attributes ORDER BY 1, study_system_attribute_id",
      "SELECT trial_id, number, study_id, state, datetime_start IS NULL, datetime_complete IS NULL FROM trials ORDER BY 1",
      "SELECT trial_id, key, value_json FROM trial_user_attributes ORDER BY 1, trial_user_attribute_id",
      "SELECT trial_id, key, value_json FROM trial_system_attributes ORDER BY 1, key",
      """
      SELECT trial_id, param_name, quote(param_value), typeof(param_value), distribution_json, typeof(param_name)
      FROM trial_params ORDER BY trial_id, param_id
      """,
      "SELECT trial_id, objective, quote(value), typeof(value), value_type FROM trial_values ORDER BY 1, 2",
      """
      SELECT trial_id, step, quote(intermediate_value), intermediate_value_type, typeof(intermediate_value)
      FROM trial_intermediate_values ORDER BY 1, 2
      """,
      "SELECT version_info_id, schema_version, library_version FROM version_info",
      "SELECT version_num FROM alembic_version",
    ]
    for query in queries {
      let expected = try rows(optunaFile, query)
      #expect(!expected.isEmpty)
      #expect(try rows(copyPath, query) == expected)
    }
    // Moments of added trials are the given ones, others are of the same shape.
    #expect(
      try rows(copyPath, "SELECT datetime_complete FROM trials WHERE trial_id <= 6")
        == rows(optunaFile, "SELECT datetime_complete FROM trials WHERE trial_id <= 6"))
    let shape = "____-__-__ __:__:__.______"
    #expect(
      try rows(copyPath, "SELECT count(*) FROM trials WHERE datetime_start NOT LIKE '\(shape)'") == ["0"])
  }

  @Test("Tables, columns and constraints are those of Optuna")
  func makesTheSameTables() throws {
    let path = folder.file()
    try SQLiteStorage.createEmpty(at: path)
    let tables = try rows(optunaFile, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    #expect(tables.count == 13)
    for table in tables {
      let columns = "SELECT name, type, \"notnull\", dflt_value, pk FROM pragma_table_info('\(table)')"
      #expect(try rows(path, columns) == rows(optunaFile, columns))
      let keys = "SELECT \"table\", \"from\", \"to\" FROM pragma_foreign_key_list('\(table)')"
      #expect(try rows(path, keys) == rows(optunaFile, keys))
      let indexes = """
        SELECT l."unique", l.origin, group_concat(i.name) FROM pragma_index_list('\(table)') l, pragma_index_info(l.name) i
        WHERE l.name NOT LIKE 'hpo_%' GROUP BY l.name ORDER BY 1, 2, 3
        """
      #expect(try rows(path, indexes) == rows(optunaFile, indexes))
    }
    let pragmas =
      "SELECT * FROM pragma_user_version, pragma_application_id, pragma_page_size, pragma_encoding, pragma_journal_mode"
    #expect(try rows(path, pragmas) == rows(optunaFile, pragmas))
    #expect(try rows(path, pragmas) == ["0|0|4096|UTF-8|delete"])
  }

  @Test("A file of Optuna's gets our tables before the first write and keeps its own")
  func completesOptunaFile() throws {
    let storage = try SQLiteStorage(path: optunaFile)
    let study = try storage.existingStudy(named: "every kind of row")
    let names = "SELECT name FROM sqlite_master WHERE name LIKE 'hpo_%' ORDER BY 1"
    #expect(try rows(optunaFile, names) == [])
    let definitions =
      "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'hpo_%' AND name NOT LIKE 'sqlite_%' ORDER BY 1"
    let before = try rows(optunaFile, definitions)
    // The enqueued trial comes first, with what is fixed.
    let trial = try started(storage, study.id)
    #expect(trial.fixedParameters == ["linear": 0.125, "units": 5, "mixed": nil])
    #expect(trial.userAttributes == ["by": "hand"])
    try storage.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
    #expect(try started(storage, study.id).number == 15)
    try storage.close()
    #expect(try rows(optunaFile, definitions) == before)
    #expect(try !rows(optunaFile, names).isEmpty)
    #expect(try rows(optunaFile, "PRAGMA integrity_check") == ["ok"])
  }

  @Test("A running trial of Optuna's is nobody's orphan")
  func leavesRunningTrials() throws {
    let storage = try SQLiteStorage(path: optunaFile)
    let study = try storage.existingStudy(named: "every kind of row").id
    _ = try started(storage, study, owner: .ended)
    #expect(try storage.requeueOrphans(study: study).requeued == [13])
    #expect(try storage.counts(study: study)[.running] == 1)
  }

  /// Makes a trial of the same rows.
  private func repeatLife(of trial: FrozenTrial, study: Int64, in storage: SQLiteStorage) throws {
    switch trial.state {
    case .complete, .pruned, .failed:
      #expect(try storage.addTrial(trial, study: study).id == trial.id)
    case .waiting:
      _ = try storage.enqueueTrial(
        study: study, parameters: trial.fixedParameters, userAttributes: trial.userAttributes)
    case .running:
      // Waiting trials start first; afterwards they wait again.
      let waiting = try storage.trials(study: study, states: [.waiting])
      for _ in waiting { _ = try started(storage, study) }
      let running = try started(storage, study)
      for trial in waiting { try storage.requeueTrial(trial.id) }
      #expect(running.id == trial.id)
      try storage.setParameters(trial.parameters, trial: running.id)
      for report in trial.intermediateValues { try storage.report(report.value, step: report.step, trial: running.id) }
      try storage.setTrialAttributes(trial.userAttributes, kind: .user, trial: running.id)
      try storage.setTrialAttributes(trial.systemAttributes, kind: .system, trial: running.id)
    }
  }
}

// MARK: - Descriptions as in the fixture

private func description(_ study: StudyRecord) -> JSONValue {
  [
    "id": .int(Int(study.id)), "name": .string(study.name),
    "directions": .array(study.directions.map { .string($0.rawValue.uppercased()) }),
    "user": description(study.userAttributes), "system": description(study.systemAttributes),
  ]
}

private func withoutTrials(_ study: JSONValue) -> JSONValue {
  .object((study.members ?? [:]).filter { $0.key != "trials" })
}

private func description(_ trial: FrozenTrial) -> JSONValue {
  [
    "id": .int(Int(trial.id)), "number": .int(trial.number), "state": .string(trial.state.rawValue),
    "values": .array(trial.values.map(description)),
    "parameters": .array(
      trial.parameters.map { name, parameter in
        [.string(name), description(parameter.value), .string(parameter.distribution.json)]
      }),
    "reports": .array(trial.intermediateValues.map { [.int($0.step), description($0.value)] }),
    "user": description(trial.userAttributes), "system": description(trial.systemAttributes),
    "times": [
      trial.started.map { .string($0.description) } ?? nil, trial.completed.map { .string($0.description) } ?? nil,
    ],
  ]
}

/// By name, since Optuna reads attributes in no particular order.
private func description(_ attributes: OrderedDictionary<String, JSONValue>) -> JSONValue {
  let sorted = attributes.sorted { $0.key.unicodeScalars.lexicographicallyPrecedes($1.key.unicodeScalars) }
  return .array(sorted.map { [.string($0.key), .string($0.value.serialized(.python))] })
}

/// As Python's `repr`.
private func description(_ value: Double) -> JSONValue {
  let text = JSONValue.double(value).serialized(.python)
  return .string(["NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"][text] ?? text)
}

extension JSONValue {
  fileprivate var members: OrderedDictionary<String, JSONValue>? {
    if case .object(let members) = self { members } else { nil }
  }
}
