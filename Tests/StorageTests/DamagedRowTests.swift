import Foundation
import OrderedCollections
import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

/// Each fault that OPTUNA's own reader ends on, in a file whose other rows must stay readable.
@Suite("Damaged rows")
struct DamagedRowTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Trial 1 of the fixture has every kind of row; study 1 is its study.
  struct Fault: CustomTestStringConvertible, Sendable {
    let sql: String
    /// What a note about it says.
    let note: String
    /// How trial 1, or the study, is then read.
    let check: @Sendable (FrozenTrial, StudyRecord) -> Bool

    var testDescription: String { sql }
  }

  static let faults: [Fault] = [
    Fault(sql: "UPDATE trials SET state = 'complete' WHERE trial_id = 1", note: "'complete'") { trial, _ in
      trial.state == .complete && trial.values == [0.1]
    },
    Fault(sql: "UPDATE trials SET state = 'DONE' WHERE trial_id = 1", note: "'DONE'") { trial, _ in
      trial.state == .failed && trial.values.isEmpty && trial.parameters.count == 10
    },
    Fault(sql: "UPDATE study_directions SET direction = 'maximize' WHERE study_id = 1", note: "'maximize'") {
      $1.directions == [.maximize]
    },
    Fault(sql: "UPDATE study_directions SET direction = 'NOT_SET' WHERE study_id = 1", note: "'NOT_SET'") {
      $1.directions == [.minimize]
    },
    Fault(sql: "DELETE FROM study_directions WHERE study_id = 1", note: "no direction") {
      $1.directions == [.minimize] && $0.values == [0.1]
    },
    Fault(sql: "UPDATE trial_values SET value = NULL WHERE trial_id = 1", note: "value 0 is NULL of type 'FINITE'") {
      trial, _ in trial.state == .failed && trial.values.isEmpty
    },
    Fault(sql: "UPDATE trial_values SET value_type = 'INF_NEG' WHERE trial_id = 1", note: "'0.1' of type 'INF_NEG'") {
      trial, _ in trial.values == [-.infinity]
    },
    Fault(sql: "UPDATE trial_values SET value_type = 'NAN', value = NULL WHERE trial_id = 1", note: "is NaN") {
      trial, _ in trial.state == .failed
    },
    Fault(sql: "UPDATE trial_values SET value_type = 'odd' WHERE trial_id = 1", note: "of type 'odd'") { trial, _ in
      trial.values == [0.1]
    },
    Fault(sql: "UPDATE trial_values SET value = 'many' WHERE trial_id = 1", note: "'many'") { trial, _ in
      trial.state == .failed
    },
    Fault(sql: "UPDATE trial_values SET objective = 7 WHERE trial_id = 1", note: "lacks a value") { trial, _ in
      trial.state == .failed
    },
    Fault(sql: "DELETE FROM trial_values WHERE trial_id = 1", note: "COMPLETE with 0 of 1 values") { trial, _ in
      trial.state == .failed && trial.intermediateValues.count == 6
    },
    Fault(
      sql: "UPDATE trial_intermediate_values SET intermediate_value = NULL WHERE trial_id = 1 AND step = 0",
      note: "the report of step 0 is NULL of type 'FINITE'"
    ) { trial, _ in trial.intermediateValues.map(\.step) == [-1, 1, 2, 3, 10] },
    Fault(
      sql: "UPDATE trial_intermediate_values SET step = 'x' WHERE trial_id = 1 AND step = 0", note: "the step 'x'"
    ) { trial, _ in trial.intermediateValues.map(\.step) == [-1, 1, 2, 3, 10] },
    Fault(sql: "UPDATE trials SET number = NULL WHERE trial_id = 1", note: "no number") { trial, _ in
      trial.number == 0
    },
    Fault(sql: "UPDATE trials SET number = 1 WHERE trial_id = 1", note: "has the number 1") { trial, _ in
      trial.number == 1
    },
    Fault(sql: "UPDATE trial_user_attributes SET value_json = NULL WHERE key = 'loss'", note: "'loss' is no JSON: NULL")
    {
      trial, _ in trial.userAttributes.keys.elementsEqual(["note", "list"])
    },
    Fault(sql: "UPDATE trial_user_attributes SET value_json = '{oops' WHERE key = 'loss'", note: "'{oops'") {
      trial, _ in trial.userAttributes.keys.elementsEqual(["note", "list"])
    },
    Fault(sql: "UPDATE trial_user_attributes SET value_json = x'00ff' WHERE key = 'loss'", note: "2 bytes") {
      trial, _ in trial.userAttributes.count == 2
    },
    Fault(
      sql: "UPDATE trial_system_attributes SET key = NULL WHERE trial_id = 1 AND key LIKE '%memory'", note: "no name"
    ) {
      trial, _ in trial.systemAttributes.count == 2
    },
    Fault(sql: "UPDATE study_user_attributes SET value_json = 'x' WHERE key = 'text'", note: "'text' is no JSON") {
      $1.userAttributes.keys.elementsEqual(["numbers", "unusual", "nested"])
    },
    Fault(sql: "UPDATE study_system_attributes SET key = NULL WHERE study_id = 1", note: "no name") {
      $1.systemAttributes.isEmpty
    },
    Fault(
      sql: "UPDATE trial_params SET param_value = 5.0 WHERE trial_id = 1 AND param_name = 'mixed'",
      note: "'mixed' is unusable"
    ) { trial, _ in trial.parameters["mixed"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET param_value = -1 WHERE trial_id = 1 AND param_name = 'mixed'",
      note: "'mixed' is unusable"
    ) { trial, _ in trial.parameters["mixed"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET param_value = 0 WHERE trial_id = 1 AND param_name = 'rate'",
      note: "'rate' is unusable"
    ) { trial, _ in trial.parameters["rate"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET param_value = 9e999 WHERE trial_id = 1 AND param_name = 'units'",
      note: "'units' is 'Inf'"
    ) { trial, _ in trial.parameters["units"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET param_value = NULL WHERE trial_id = 1 AND param_name = 'units'",
      note: "'units' is NULL"
    ) { trial, _ in trial.parameters["units"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET param_name = NULL WHERE trial_id = 1 AND param_name = 'units'", note: "no name"
    ) { trial, _ in trial.parameters.count == 9 },
    Fault(
      sql: """
        UPDATE trial_params SET distribution_json = '{"name": "Odd", "attributes": {}}'
        WHERE trial_id = 1 AND param_name = 'units'
        """, note: "'Odd' is no kind of distribution"
    ) { trial, _ in trial.parameters["units"] == nil && trial.parameters.count == 9 },
    Fault(
      sql: "UPDATE trial_params SET distribution_json = NULL WHERE trial_id = 1 AND param_name = 'units'",
      note: "no distribution but NULL"
    ) { trial, _ in trial.parameters["units"] == nil && trial.parameters.count == 9 },
    Fault(sql: "UPDATE trials SET datetime_start = 1700000000 WHERE trial_id = 1", note: "no date and time") {
      trial, _ in trial.started == nil && trial.completed != nil
    },
    Fault(sql: "UPDATE trials SET datetime_complete = 'soon' WHERE trial_id = 1", note: "'soon' is no date and time") {
      trial, _ in trial.completed == nil && trial.started != nil
    },
  ]

  @Test("A damaged row is left out or repaired, noted, and the rest stays readable", arguments: faults)
  func staysReadable(_ fault: Fault) throws {
    let sound = try folder.file("sound.db", running: Fixture.text("optuna.sql"))
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    _ = try folder.file(running: fault.sql)
    let storage = try SQLiteStorage(path: path)
    let reference = try SQLiteStorage(path: sound)
    let record = try storage.existingStudy(named: "every kind of row")
    let trials = try storage.trials(study: 1, states: nil)
    let trial = try #require(trials.first { $0.id == 1 })
    #expect(fault.check(trial, record), "\(trial) \(record)")
    let notes = try storage.oddities(study: 1)
    #expect(notes.contains { $0.contains(fault.note) }, "\(notes)")
    // All other trials are as they were.
    let others = try reference.trials(study: 1, states: nil).filter { $0.id != 1 }
    #expect(trials.filter { $0.id != 1 } == others)
    #expect(try storage.trials(study: 2, states: nil) == reference.trials(study: 2, states: nil))
    #expect(try storage.oddities(study: 2) == [])
    #expect(try storage.trials(study: 1, states: [trial.state]).contains { $0.id == 1 })
    // And the study goes on.
    let new = try started(storage, 1)
    #expect(new.number == 13)
    try storage.setParameters(["linear": try #require(others[5].parameters["linear"])], trial: new.id)
    try storage.finishTrial(new.id, state: .complete, values: [1], attributes: [:])
    #expect(try started(storage, 1).number == 15)
  }

  @Test(
    "Times of other shapes are read, offsets passed over",
    arguments: [
      ("2026-11-21T10:00:00Z", "2026-11-21 10:00:00.000000"),
      ("2026-11-21 10:00:00+09:00", "2026-11-21 10:00:00.000000"),
      ("2026-11-21 10:00:00.123", "2026-11-21 10:00:00.123000"), ("2026-11-21", "2026-11-21 00:00:00.000000"),
    ])
  func readsOtherTimes(_ text: String, _ moment: String) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    _ = try folder.file(running: "UPDATE trials SET datetime_start = '\(text)' WHERE trial_id = 1")
    let storage = try SQLiteStorage(path: path)
    #expect(try storage.trial(1).started?.description == moment)
    #expect(try storage.oddities(study: 1) == [])
  }

  @Test(
    "Old and short distributions are read",
    arguments: [
      #"{"type": "float", "low": 0.0, "high": 1.0}"#,
      #"{"name": "UniformDistribution", "attributes": {"low": 0.0, "high": 1.0}}"#,
      #"{"attributes": {"high": 1, "low": 0, "log": false, "step": null, "more": 1}, "name": "FloatDistribution"}"#,
    ])
  func readsOtherDistributions(_ json: String) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    _ = try folder.file(
      running: "UPDATE trial_params SET distribution_json = '\(json)' WHERE trial_id = 1 AND param_name = 'linear'")
    let storage = try SQLiteStorage(path: path)
    #expect(try storage.trial(1).parameters["linear"]?.distribution == .float(FloatDistribution(low: 0, high: 1)))
    #expect(try storage.oddities(study: 1) == [])
  }
}
