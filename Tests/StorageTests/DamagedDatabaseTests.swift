import Foundation
import OrderedCollections
import Synchronization
import SearchSpace
@testable import SQLiteStorage
import TestSupport
import Testing
import TrialStorage
import Trials

/// Ten thousand damaged databases: none ends the program, and no damage in one trial makes another one unreadable.
@Suite("Damaged databases")
struct DamagedDatabaseTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Values that no column expects, as SQL.
  private static let oddValues = [
    "NULL", "''", "'x'", "0", "-1", "1", "2", "7.5", "1e308", "9e999", "-9e999", "9223372036854775807", "x'00ff'",
    "x''", "'NaN'", "'null'", "'[1, 2'", "'{}'", "'{\"name\": \"IntDistribution\", \"attributes\": {\"low\": 5}}'",
    "'{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": []}}'", "'[[[[[[[[[[[['", "'INF_POS'",
    "'FINITE'", "'NAN'", "'complete'", "'WAITING'", "'RUNNING'", "'FAIL'", "'minimize'", "'NOT_SET'", "'2026'",
    "'2026-02-30 25:61:00'", "1700000000", "char(0)", "replace(hex(zeroblob(600)), '0', 'é')", "'fixed_params'",
    "'constraints'", "'hpo:replicate_of'", "'tpe:relative_params:0'", "'grid_id'",
  ]

  private static let tables: [(name: String, columns: [String])] = [
    ("studies", ["study_id", "study_name"]), ("study_directions", ["direction", "study_id", "objective"]),
    ("study_user_attributes", ["study_id", "key", "value_json"]),
    ("study_system_attributes", ["study_id", "key", "value_json"]),
    ("trials", ["trial_id", "number", "study_id", "state", "datetime_start", "datetime_complete"]),
    ("trial_user_attributes", ["trial_id", "key", "value_json"]),
    ("trial_system_attributes", ["trial_id", "key", "value_json"]),
    ("trial_params", ["trial_id", "param_name", "param_value", "distribution_json"]),
    ("trial_values", ["trial_id", "objective", "value", "value_type"]),
    ("trial_intermediate_values", ["trial_id", "step", "intermediate_value", "intermediate_value_type"]),
    ("trial_heartbeats", ["trial_id", "heartbeat"]),
    ("hpo_trial_owners", ["trial_id", "host", "process", "start_time"]),
    ("hpo_trial_exclusions", ["trial_id", "study_id", "reason"]), ("hpo_study_revisions", ["study_id", "revision"]),
    ("hpo_study_documents", ["study_id", "document", "text"]),
  ]

  /// A statement that damages one row.
  private static func damage(_ random: inout SplitMix64) -> String {
    let table = tables[random.below(tables.count)]
    let row =
      "rowid = (SELECT rowid FROM \(table.name) ORDER BY rowid LIMIT 1 OFFSET \(random.below(60)) % (SELECT max(1, count(*)) FROM \(table.name)))"
    if random.below(20) == 0 { return "DELETE FROM \(table.name) WHERE \(row)" }
    let column = table.columns[random.below(table.columns.count)]
    return
      "UPDATE OR REPLACE \(table.name) SET \"\(column)\" = \(oddValues[random.below(oddValues.count)]) WHERE \(row)"
  }

  /// Ends a transaction that is to leave no trace.
  private static let undo = StorageError(.wrongState, "undone by the test")

  @Test("8,000 files with damaged rows are read, examined and mended")
  func rowsDamaged() throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let storage = try SQLiteStorage(path: path)
    let own = try storage.createStudy(
      name: "own", directions: [.minimize, .maximize], systemAttributes: [:], documents: [.seed: "7"])
    for number in 0..<3 {
      let trial = try started(storage, own.id)
      try storage.setParameters(parameters(["x": 0.5, "kind": "a", "n": 3]), trial: trial.id)
      try storage.finishTrial(trial.id, state: .complete, values: [Double(number), 1], attributes: [:])
    }
    try storage.setExclusion("", trial: storage.trial(number: 0, study: own.id).id)
    _ = try started(storage, own.id)

    var random = SplitMix64(seed: 20)
    var repairs = 0
    for round in 0..<8000 {
      let statements = (0...random.below(3)).map { _ in Self.damage(&random) }
      do {
        try storage.file.write(.process) { connection in
          DoctorFunctions.add(to: connection, DocumentReaders())
          // What a constraint forbids no program can have written.
          for statement in statements { try? connection.executeOnce(statement) }
          try read(storage, connection)
          let report = try DatabaseDoctor.report(connection)
          guard report.findings.contains(where: \.isRepairable) else { throw Self.undo }
          repairs += 1
          _ = try DatabaseDoctor.mend(connection, report)
          let left = try DatabaseDoctor.report(connection).findings.filter(\.isRepairable)
          #expect(left.isEmpty, "\(round): \(statements) left \(left.map { ($0.rule, $0.breaches) })")
          try read(storage, connection)
          throw Self.undo
        }
      } catch let error as StorageError where error.message == Self.undo.message {
        storage.forget()
      }
    }
    #expect(repairs > 5000)
    #expect(try DatabaseDoctor(path: path).examine().findings.allSatisfy { !$0.isFault }, "all damage was undone")
  }

  /// Reads all there is, as commands do.
  private func read(_ storage: SQLiteStorage, _ connection: Connection) throws {
    storage.forget()
    for study in try StudyReader(connection: connection, oddities: Oddities(areCollected: true)).studies() {
      let reader = TrialReader(connection: connection, storage: storage, oddities: Oddities(areCollected: true))
      let trials = try reader.trials(study: study.id)
      #expect(zip(trials, trials.dropFirst()).allSatisfy { $0.number <= $1.number })
      var history = TrialHistory(directions: study.directions)
      for trial in trials {
        _ = (trial.constraints, trial.fixedParameters, trial.failure, study.note(onTrial: trial.id))
        history.update(trial)
      }
      _ = try reader.trials(study: study.id, states: [.complete])
    }
  }

  @Test("Damage in one trial leaves all others as they are")
  func othersUnchanged() throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let storage = try SQLiteStorage(path: path)
    try storage.setStudyAttribute("own", to: 1, kind: .user, study: 1)
    let reference = try storage.trials(study: 1, states: nil)
    let tables = Self.tables.filter { $0.name.hasPrefix("trial_") && $0.name != "trial_heartbeats" }
    for table in tables {
      for column in table.columns where column != "trial_id" {
        for value in Self.oddValues {
          do {
            try storage.file.write(.process) { connection in
              try? connection.executeOnce(
                "UPDATE OR REPLACE \(table.name) SET \"\(column)\" = \(value) WHERE trial_id = 1")
              let trials = try TrialReader(connection: connection, storage: storage).trials(study: 1)
              #expect(
                trials.filter { $0.id != 1 } == reference.filter { $0.id != 1 }, "\(table.name).\(column) = \(value)")
              #expect(trials.count == reference.count)
              throw Self.undo
            }
          } catch let error as StorageError where error.message == Self.undo.message {
            storage.forget()
          }
        }
      }
    }
  }

  @Test("2,000 files with damaged bytes are read, or refused with a reason")
  func bytesDamaged() throws {
    let whole = folder.file("whole.db")
    let source = try SQLiteStorage(path: whole)
    let study = try source.createStudy(name: "s", directions: [.minimize]).id
    for number in 0..<12 {
      let trial = try started(source, study)
      try source.setParameters(parameters(["x": 0.5, "kind": "a"]), trial: trial.id)
      try source.report(Double(number), step: 1, trial: trial.id)
      try source.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
    }
    try source.close()
    let bytes = Array(try #require(FileManager.default.contents(atPath: whole)))
    var random = SplitMix64(seed: 21)
    var refused = 0
    for _ in 0..<2000 {
      var damaged = bytes
      if random.below(10) == 0 { damaged.removeLast(1 + random.below(bytes.count - 1)) }
      for _ in 0...random.below(30) {
        // Most damage to the beginning of a page, which holds its structure.
        let page = random.below(max(1, damaged.count / 4096)) * 4096
        let place = random.below(2) == 0 ? page + random.below(120) : random.below(damaged.count)
        if place < damaged.count { damaged[place] = UInt8(truncatingIfNeeded: random.next()) }
      }
      let path = folder.file("damaged.db")
      for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      try Data(damaged).write(to: URL(fileURLWithPath: path))
      do {
        let doctor = try DatabaseDoctor(path: path)
        defer { try? doctor.close() }
        _ = try doctor.examine()
        let storage = try SQLiteStorage(path: path, opening: .existing)
        defer { try? storage.close() }
        for study in try storage.studies() { _ = try storage.trials(study: study.id, states: nil) }
        try StudyQuery(path: path).run("SELECT * FROM trials", columns: { _ in }) { _ in .goOn }
      } catch let error as StorageError {
        refused += 1
        #expect(!error.message.isEmpty)
      }
    }
    #expect(refused > 100 && refused < 1990, "\(refused)")
  }
}

extension SQLiteStorage {
  /// Forgets what is known of the file, since the test undoes what it wrote.
  fileprivate func forget() { memory.withLock { $0 = StorageMemory() } }
}
