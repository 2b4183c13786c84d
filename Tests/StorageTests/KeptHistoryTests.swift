import GRDB
import OrderedCollections
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("What is kept of a study's trials, and lists of the first ones")
struct KeptHistoryTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func add(_ values: [Double?], _ storage: any Storage, _ study: Int64) throws {
    for value in values {
      var trial = FrozenTrial(id: 0, number: 0, state: value == nil ? .failed : .complete)
      trial.values = value.map { [$0] } ?? []
      trial.parameters = try parameters(["x": 0.5])
      trial.intermediateValues = [.init(step: 0, value: 0.5)]
      trial.systemAttributes = ["a": 1]
      _ = try storage.addTrial(trial, study: study)
    }
  }

  @Test(
    "The first trials by number and by value are those of the whole list", arguments: StorageImplementation.allCases)
  func listing(implementation: StorageImplementation) throws {
    let storage = try implementation.make(in: folder)
    let other = try storage.createStudy(name: "other", directions: [.minimize]).id
    try add([-100, 100], storage, other)
    let study = try storage.createStudy(name: "s", directions: [.minimize])
    #expect(try !storage.hasReplicates(study: study.id))
    try add([3, nil, -.infinity, 1, .infinity, 1, 2], storage, study.id)
    func numbers(_ order: TrialOrder, _ limit: Int, _ states: Set<TrialState>? = nil) throws -> [Int] {
      try storage.trials(study: study.id, states: states, order: order, limit: limit).map(\.number)
    }
    #expect(try numbers(.number, 3) == [0, 1, 2])
    #expect(try numbers(.number, 3, [.failed]) == [1])
    #expect(try numbers(.value(ascending: true), 4) == [2, 3, 5, 6])
    #expect(try numbers(.value(ascending: false), 10) == [4, 0, 6, 3, 5, 2])
    #expect(try storage.distribution(of: "x", study: study.id) == parameters(["x": 0.5])["x"]?.distribution)
    #expect(try storage.distribution(of: "y", study: study.id) == nil)
    var replicate = FrozenTrial(id: 0, number: 0, state: .complete)
    replicate.values = [2]
    replicate.systemAttributes[FrozenTrial.replicatedKey] = .int(0)
    _ = try storage.addTrial(replicate, study: study.id)
    #expect(try storage.hasReplicates(study: study.id) && !storage.hasReplicates(study: other))
  }

  @Test(
    "A study of many trials has no outline where one has a state that is none, before, between or behind the others")
  func unknownState() throws {
    let first = try SQLiteStorage(path: folder.file())
    let study = try first.createStudy(name: "s", directions: [.minimize]).id
    try first.close()
    for (state, hasOutline) in [("PRUNED", true), ("ABORTED", false), ("LOST", false), ("ZOMBIE", false)] {
      _ = try folder.file(
        running: """
          DELETE FROM trials;
          WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 7999)
          INSERT INTO trials (number, study_id, state)
          SELECT i, \(study), CASE i WHEN 7 THEN '\(state)' ELSE 'COMPLETE' END FROM n;
          """)
      let storage = try SQLiteStorage(path: folder.file())
      #expect(try (storage.outline(study: study) != nil) == hasOutline, "\(state)")
      try storage.close()
    }
  }

  @Test("The best trials are found along an index")
  func index() throws {
    let storage = try SQLiteStorage(path: folder.file())
    _ = try storage.createStudy(name: "s", directions: [.maximize])
    let plan = try rows(
      folder.file(),
      """
      EXPLAIN QUERY PLAN SELECT v.trial_id FROM trial_values v CROSS JOIN trials t ON t.trial_id = v.trial_id
      WHERE v.objective = 0 AND \(Connection.rank) IS NOT NULL AND t.study_id = 1
      ORDER BY \(Connection.rank) ASC, v.trial_id LIMIT 8
      """
    ).joined()
    #expect(plan.contains("hpo_ix_trial_values_rank") && !plan.contains("TEMP B-TREE"))
  }

  @Test("No trigger makes a table of its own, nor reads one from end to end, where a trial is written")
  func plans() throws {
    let storage = try SQLiteStorage(path: folder.file())
    _ = try storage.createStudy(name: "s", directions: [.minimize])
    for statement in [
      "INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (1, 0, 1, 'FINITE')",
      "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (1, 'x', 1, '')",
      "INSERT INTO trial_intermediate_values (trial_id, step, intermediate_value, intermediate_value_type) "
        + "VALUES (1, 0, 1, 'FINITE')",
      "INSERT INTO trial_system_attributes (trial_id, key, value_json) VALUES (1, 'x', '1')",
      "INSERT INTO trials (number, study_id, state) VALUES (0, 1, 'RUNNING')",
      "UPDATE trials SET state = 'COMPLETE' WHERE trial_id = 1",
    ] {
      let program = try rows(folder.file(), "EXPLAIN \(statement)")
      #expect(program.contains { $0.contains("|Program|") }, "there are triggers")
      #expect(!program.contains { $0.contains("|OpenEphemeral|") || $0.contains("|OpenAutoindex|") }, "\(statement)")
    }
  }

  @Test("Many trials are read in batches, each once")
  func batches() throws {
    let storage = try SQLiteStorage(path: folder.file())
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    try storage.write(.process) { connection in
      try connection.execute(
        """
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999)
        INSERT INTO trials (number, study_id, state) SELECT i, ?, 'FAIL' FROM n
        """, .int(study))
    }
    var cursor = TrialCursor()
    var sizes: [Int] = []
    var seen: [Int] = []
    repeat {
      let changes = try storage.changes(study: study, since: &cursor)
      sizes.append(changes.count)
      seen += changes.map(\.number)
    } while cursor.isBehind
    #expect(sizes == [4096, 4096, 1808])
    #expect(seen == Array(0..<10_000))
  }

  @Test(
    "The index of configurations is that of the trials read whole, in a sound file and in damaged ones",
    arguments: [""] + DamagedRowTests.faults.map(\.sql))
  func configurations(damage: String) throws {
    let path = try folder.file(running: Fixture.text("optuna.sql"))
    let storage = try SQLiteStorage(path: path)
    let own = try storage.createStudy(name: "own", directions: [.minimize]).id
    let units: Distribution = .int(try IntDistribution(low: -8, high: 8))
    _ = try storage.addTrials(study: own) { first in
      (first..<(first + 5000)).map { number in
        var trial = FrozenTrial(id: 0, number: number, state: number % 7 == 0 ? .pruned : .complete)
        if number % 11 == 0 { trial.state = .failed }
        if trial.state == .complete || number % 14 == 0 && trial.state == .pruned { trial.values = [Double(number)] }
        trial.parameters["units"] = .init(distribution: units, value: number % 40 == 0 ? -0.0 : Double(number % 17 - 8))
        if number % 3 == 0 { trial.parameters["größe"] = .init(distribution: units, value: Double(number % 5)) }
        if number % 13 == 0 { trial.systemAttributes[FrozenTrial.reusedKey] = .int(1) }
        trial.systemAttributes["tpe:relative_params:0"] = .string("{}")
        return trial
      }
    }
    _ = try storage.enqueueTrial(study: own, parameters: ["units": 1], userAttributes: [:])
    for number in [2, 3, 4999] { try storage.setExclusion("", trial: storage.trial(number: number, study: own).id) }
    if !damage.isEmpty { _ = try folder.file(running: damage) }
    for study in try storage.studies() {
      let trials = try storage.trials(study: study.id, states: nil)
      var found: Set<HashedConfiguration> = []
      try storage.forEachConfiguration(study: study.id) { #expect(found.insert($0).inserted) }
      #expect(found == Set(trials.compactMap(HashedConfiguration.init)), "\(study.name)")
      var (whole, hashed) = (TrialHistory(directions: [.minimize]), TrialHistory(directions: [.minimize]))
      whole.indexConfigurations { trials.reversed().compactMap(HashedConfiguration.init).forEach($0) }
      try hashed.indexConfigurations { try storage.forEachConfiguration(study: study.id, $0) }
      #expect(try #require(hashed.encoded) == #require(whole.encoded))
    }
    try storage.close()
  }

  @Test("A kept history is found until a finished trial is changed or deleted by anybody; then all is read again")
  func changes() throws {
    let path = folder.file()
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    try add([1, 2, 3], storage, study)
    var cursor = TrialCursor()
    _ = try storage.changes(study: study, since: &cursor)
    let statements = [
      "UPDATE trials SET state = 'WAITING' WHERE number = 0", "DELETE FROM trials WHERE number = 2",
      "UPDATE trial_values SET value = 7 WHERE trial_id = 2",
      "UPDATE trial_params SET param_value = 0.25 WHERE trial_id = 2", "DELETE FROM trial_params WHERE trial_id = 2",
      "INSERT OR REPLACE INTO trial_params (trial_id, param_name, param_value, distribution_json) SELECT trial_id, param_name, "
        + "0.75, distribution_json FROM trial_params WHERE trial_id = 4",
      "REPLACE INTO trial_params SELECT param_id, trial_id, param_name, 0.25, distribution_json FROM trial_params",
      "REPLACE INTO trial_values (trial_id, objective, value, value_type) VALUES (4, 0, 9, 'FINITE')",
      "REPLACE INTO trial_params SELECT param_id, trial_id, 'y', param_value, distribution_json FROM trial_params "
        + "WHERE trial_id = 4",
      "REPLACE INTO trial_params SELECT param_id, (SELECT max(trial_id) FROM trials WHERE state = 'WAITING'), param_name, "
        + "param_value, distribution_json FROM trial_params WHERE trial_id = 5",
      "REPLACE INTO trial_intermediate_values SELECT trial_intermediate_value_id, trial_id, 7, 0.5, 'FINITE' "
        + "FROM trial_intermediate_values WHERE trial_id = 4",
      "REPLACE INTO trial_system_attributes SELECT trial_system_attribute_id, trial_id, 'b', '2' "
        + "FROM trial_system_attributes WHERE trial_id = 4",
      "REPLACE INTO trial_values SELECT trial_value_id, trial_id, 1, value, value_type FROM trial_values "
        + "WHERE trial_id = 5",
      "REPLACE INTO trials SELECT trial_id, number, study_id, 'FAIL', datetime_start, datetime_complete FROM trials "
        + "WHERE trial_id = 4",
    ]
    try add([4, 5], storage, study)
    for (index, statement) in statements.enumerated() {
      _ = try storage.changes(study: study, since: &cursor)
      let kept = KeptHistory(cursor: cursor, data: [1, 2, UInt8(index)])
      try storage.keepHistory(kept, study: study)
      // Trials that run, finish and wait are no changes of finished ones.
      let running = try #require(try storage.startTrial(study: study, owner: .current, limit: nil))
      try storage.finishTrial(running.id, state: .complete, values: [1], attributes: [:])
      try storage.requeueTrial(try #require(try storage.startTrial(study: study, owner: .current, limit: nil)).id)
      try add([6], storage, study)
      #expect(try storage.history(study: study) == kept)
      let queue = try DatabaseQueue(path: path, configuration: .plain)
      try queue.writeWithoutTransaction { try $0.execute(sql: statement) }
      try queue.close()
      #expect(try storage.history(study: study) == nil, "\(statement)")
      // What was made before the change is not kept behind it.
      try storage.keepHistory(kept, study: study)
      #expect(try storage.history(study: study) == nil, "\(statement)")
      let again = try storage.changes(study: study, since: &cursor)
      let all = try storage.trials(study: study, states: nil)
      #expect(cursor.hasBegunAgain && again.count == all.count)
    }
    try storage.deleteStudy(study)
    #expect(try rows(path, "SELECT count(*) FROM hpo_histories") == ["0"])
    try storage.close()
  }
}
