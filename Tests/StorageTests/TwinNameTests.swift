import Foundation
import OrderedCollections
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

/// Names of which Swift's `String` takes two for one, and SQLite and Python do not: é as one character, and as e with an accent.
@Suite("Names that differ by the composition of their characters alone")
struct TwinNameTests {
  let folder: TemporaryFolder
  let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = try folder.file(running: Fixture.text("optuna.sql"))
  }

  private static let (composed, decomposed) = ("char(0xE9)", "char(0x65, 0x301)")
  private static let spellings = [#""\u00e9""#, #""e\u0301""#]
  private static let units =
    #"'{"name": "IntDistribution", "attributes": {"log": false, "step": 1, "low": 1, "high": 64}}'"#
  private static let deep = String(repeating: "[", count: 70) + String(repeating: "]", count: 70)

  /// What Optuna reads and Swift has no place for, in trial 0 of study 1 or in that study, and the rule of the doctor that tells.
  static let twins: [(sql: String, rule: String)] =
    [
      (
        """
        INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
        VALUES (1, \(composed), 11, \(units)), (1, \(decomposed), 12, \(units))
        """, "twin names in trial_params"
      )
    ]
    + ["trial_user_attributes", "trial_system_attributes", "study_user_attributes", "study_system_attributes"].flatMap {
      table in
      [
        "VALUES (1, \(composed), '11'), (1, \(decomposed), '12')",
        "VALUES (1, 'object', '{\"' || \(composed) || '\": 11, \"' || \(decomposed) || '\": 12}')",
        "VALUES (1, 'object', '[{\"\\u00e9\": 11, \"e\\u0301\": 12}]')",
        "VALUES (1, 'deep', '\(deep)')",
      ].map { ("INSERT INTO \(table) (\(table.prefix(5))_id, key, value_json) \($0)", "twin names in \(table)") }
    }

  private func damaged(_ sql: String) throws -> SQLiteStorage {
    _ = try folder.file(running: sql)
    return try SQLiteStorage(path: path)
  }

  @Test("The first of two parameters is read, and the other one is told of")
  func parameters() throws {
    let storage = try damaged(Self.twins[0].sql)
    let trial = try storage.trial(1)
    let name = try #require(trial.parameters.keys.first { $0 == "\u{E9}" })
    #expect(Array(name.utf8) == [0xC3, 0xA9] && trial.parameters[name]?.value == 11 && trial.parameters.count == 11)
    let notes = try storage.oddities(study: 1)
    #expect(notes.contains { note in Self.spellings.allSatisfy(note.contains) }, "\(notes)")
    #expect(trial.omissions.count == 1)
  }

  @Test(
    "Nothing is brought elsewhere that would lose one of them, and the doctor says where they are", arguments: twins)
  func refuses(_ sql: String, _ rule: String) throws {
    let storage = try damaged(sql)
    let record = try storage.existingStudy(named: "every kind of row")
    let transfer = StudyTransfer(from: storage, study: record, place: "here")
    let target = try SQLiteStorage(path: folder.file("target.db"))
    let message = expectError(.invalidValue) { _ = try transfer.copy(to: target, name: "copy") }
    #expect(message.contains(sql.contains("'deep'") ? "nested deeper" : Self.spellings[1]), "\(message)")
    #expect(message.contains(sql.contains("INTO study") ? "every kind of row" : "trial 0"), "\(message)")
    #expect(message.contains("hpo doctor"), "\(message)")
    #expect(try target.studies().isEmpty)
    expectError(.invalidValue) {
      _ = try SQLiteStorage.export(record, of: storage, place: "here", to: folder.file("export.db"))
    }
    #expect(!FileManager.default.fileExists(atPath: folder.file("export.db")))
    if sql.contains("INTO trial") {
      let other = try target.createStudy(name: "other", directions: record.directions)
      expectError(.invalidValue) { _ = try transfer.add(to: target, study: other) }
      #expect(try target.trials(study: other.id, states: nil).isEmpty)
      expectError(.invalidValue) { _ = try storage.repeatTrial(1) { _ in "" } }
    } else {
      #expect(try storage.existingStudy(named: record.name).omissions.count == 1)
    }
    #expect(try storage.oddities(study: 1).count == 1)
    try storage.close()
    let doctor = try DatabaseDoctor(path: path)
    let report = try doctor.examine()
    try doctor.close()
    let finding = try #require(report.findings.first { $0.rule == rule }, "\(report.findings.map(\.rule))")
    #expect(finding.count == 1 && !finding.isRepairable)
    #expect(report.findings.allSatisfy { $0.rule == rule || !$0.isFault }, "\(report.findings.map(\.rule))")
  }

  @Test("Choices keep their bytes, and are not taken for those of another parameter")
  func choices() throws {
    func distribution(_ choices: String) -> String {
      #"'{"name": "CategoricalDistribution", "attributes": {"choices": [\#(choices)]}}'"#
    }
    let (composed, decomposed) = (#""\u00e9""#, #""e\u0301""#)
    let storage = try damaged(
      """
      INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES
      (1, 'both', 1, \(distribution(composed + ", " + decomposed))), (1, 'composed', 0, \(distribution(composed))),
      (1, 'decomposed', 0, \(distribution(decomposed))), (1, 'raw', 0, \(distribution("\"e\u{301}\""))),
      (1, 'cooked', 0, \(distribution("\"\u{E9}\"")))
      """)
    let trial = try storage.trial(1)
    func bytes(_ name: String) -> [UInt8] { Array(trial.parameters[name]?.external.stringValue?.utf8 ?? "".utf8) }
    #expect(bytes("both") == [0x65, 0xCC, 0x81] && bytes("raw") == [0x65, 0xCC, 0x81])
    #expect(bytes("cooked") == [0xC3, 0xA9] && bytes("composed") == [0xC3, 0xA9])
    let both = try #require(trial.parameters["both"])
    #expect(try both.distribution.internal(both.external) == 1)
    let target = try SQLiteStorage(path: folder.file("target.db"))
    let record = try storage.existingStudy(named: "every kind of row")
    _ = try StudyTransfer(from: storage, study: record, place: "here").copy(to: target, name: "copy")
    let query = "SELECT distribution_json FROM trial_params WHERE trial_id = 1 AND param_name = "
    for (name, choices) in [
      ("both", composed + ", " + decomposed), ("composed", composed), ("decomposed", decomposed), ("raw", decomposed),
      ("cooked", composed),
    ] {
      let found = try rows(folder.file("target.db"), query + "'\(name)'")
      #expect(found.count == 1 && found[0].contains("[\(choices)]"), "\(found)")
    }
  }

  @Test("Two trials may have one of them each, of whatever kind; the doctor notes it")
  func acrossTrials() throws {
    let storage = try damaged(
      """
      INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json)
      VALUES (1, \(Self.composed), 11, \(Self.units)), (6, \(Self.decomposed), 0.5,
      '{"name": "FloatDistribution", "attributes": {"step": null, "low": 0.0, "high": 1.0, "log": false}}')
      """)
    let target = try SQLiteStorage(path: folder.file("target.db"))
    let record = try storage.existingStudy(named: "every kind of row")
    let transfer = StudyTransfer(from: storage, study: record, place: "here")
    _ = try transfer.copy(to: target, name: "copy")
    _ = try transfer.add(to: target, study: target.createStudy(name: "other", directions: record.directions))
    #expect(
      try rows(folder.file("target.db"), "SELECT hex(param_name) FROM trial_params WHERE param_name > 'z'")
        == ["C3A9", "C3A9"])
    #expect(
      try rows(folder.file("target.db"), "SELECT hex(param_name) FROM trial_params WHERE param_name GLOB 'e?'")
        == ["65CC81", "65CC81"])
    try storage.close()
    let doctor = try DatabaseDoctor(path: path)
    let report = try doctor.examine()
    try doctor.close()
    let finding = try #require(report.findings.first { $0.rule == "spellings of parameters" })
    #expect(!finding.isFault && finding.count == 1)
  }

  @Test("What is plain is not looked at twice")
  func soundFile() throws {
    let storage = try SQLiteStorage(path: path)
    for study in try storage.studies() {
      #expect(study.omissions.isEmpty)
      #expect(try storage.trials(study: study.id, states: nil).allSatisfy(\.omissions.isEmpty))
    }
  }
}
