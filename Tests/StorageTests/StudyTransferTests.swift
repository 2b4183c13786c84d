import Foundation
import OrderedCollections
@testable import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("StudyTransfer")
struct StudyTransferTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func source() throws -> (storage: SQLiteStorage, record: StudyRecord) {
    let storage = try SQLiteStorage(path: folder.file("source.db", running: Fixture.text("optuna.sql")))
    return (storage, try storage.existingStudy(named: "every kind of row"))
  }

  /// A trial without what a copy changes.
  private func content(_ trial: FrozenTrial) -> FrozenTrial {
    var content = trial
    content.id = 0
    content.systemAttributes[FrozenTrial.sourceKey] = nil
    return content
  }

  @Test("A copy has every finished trial as it is, and lets the others wait")
  func copies() throws {
    let (source, record) = try source()
    for target: any Storage in [InMemoryStorage(), try SQLiteStorage(path: folder.file("copy.db"))] {
      let (copy, summary) = try StudyTransfer(from: source, study: record, place: "source.db")
        .copy(to: target, name: "copy")
      #expect(copy.directions == record.directions)
      let original = try source.trials(study: record.id, states: nil)
      let copied = try target.trials(study: copy.id, states: nil)
      #expect(summary.added == copied.count && summary.known == 0 && copied.count == original.count)
      #expect(summary.numbers == 0...copied.count - 1)
      for (old, new) in zip(original, copied) {
        if old.state.isFinished {
          // NaN equals itself in words alone.
          #expect("\(content(new))" == "\(content(old))")
        } else {
          #expect(new.state == .waiting && new.number == old.number)
          #expect(new.systemAttributes[FrozenTrial.fixedParametersKey] == old.parametersToRepeat)
        }
        #expect(new.systemAttributes[FrozenTrial.sourceKey]?["number"] == .int(old.number))
        #expect(new.systemAttributes[FrozenTrial.sourceKey]?["storage"] == "source.db")
      }
      let stored = try target.existingStudy(named: "copy")
      #expect("\(stored.userAttributes)" == "\(record.userAttributes)")
      var attributes = stored.systemAttributes
      #expect(attributes.removeValue(forKey: "hpo:source") == ["study": .string(record.name), "storage": "source.db"])
      #expect("\(attributes)" == "\(record.systemAttributes)")
      try target.close()
    }
  }

  @Test("Merging twice, or back into the source, adds nothing twice")
  func mergesOnce() throws {
    let storage = InMemoryStorage()
    let a = try storage.createStudy(name: "a", directions: [.minimize])
    let b = try storage.createStudy(name: "b", directions: [.minimize])
    func run(_ study: StudyRecord, _ value: Double) throws {
      let trial = try started(storage, study.id)
      try storage.finishTrial(trial.id, state: .complete, values: [value], attributes: [:])
    }
    for value in [1.0, 2] { try run(a, value) }
    try run(b, 3)
    let merge = { (from: StudyRecord, to: StudyRecord) in
      try StudyTransfer(from: storage, study: from, place: "here").add(to: storage, study: to)
    }
    #expect(try merge(b, a).numbers == 2...2)
    #expect(try merge(b, a).added == 0 && merge(b, a).known == 1)
    #expect(try merge(a, b).added == 2)
    #expect(try merge(a, a).added == 0)
    try run(a, 4)
    let copy = try StudyTransfer(from: storage, study: a, place: "here").copy(to: storage, name: "c").study
    #expect(try merge(copy, a).added == 0)
    #expect(try merge(copy, b).added == 1)
    #expect(try storage.trials(study: b.id, states: nil).map(\.value) == [3, 1, 2, 4])
    #expect(try storage.trials(study: a.id, states: nil).compactMap(\.value) == [1, 2, 3, 4])
    // The origin stays the first one.
    let last = try #require(try storage.trials(study: b.id, states: nil).last)
    #expect(last.systemAttributes[FrozenTrial.sourceKey]?["study"] == "a")
  }

  @Test("Numbers that trials say of one another, notes and exclusions go along")
  func remaps() throws {
    let storage = InMemoryStorage()
    let a = try storage.createStudy(name: "a", directions: [.minimize])
    let b = try storage.createStudy(name: "b", directions: [.minimize])
    for study in [b, b, a] {
      let trial = try started(storage, study.id)
      try storage.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
    }
    let replicate = try started(storage, a.id)
    try storage.finishTrial(
      replicate.id, state: .complete, values: [2], attributes: [FrozenTrial.replicatedKey: .int(0)])
    try storage.setExclusion("odd", trial: replicate.id)
    try storage.annotate(trial: replicate.id, of: a, with: "see the log")
    let record = try storage.existingStudy(named: "a")
    let summary = try StudyTransfer(from: storage, study: record, place: "here").add(to: storage, study: b)
    #expect(summary.numbers == 2...3)
    let added = try storage.trials(study: b.id, numbers: [2, 3])
    #expect(added.map(\.number) == [2, 3] && added.map(\.replicated) == [nil, 2])
    #expect(added.map(\.exclusion) == [nil, "odd"])
    #expect(try storage.existingStudy(named: "b").note(onTrial: added[1].id) == "see the log")
  }

  @Test("Studies that do not belong together are refused, and nothing is left of a copy that fails")
  func refuses() throws {
    let (source, record) = try source()
    let other = try source.createStudy(name: "other", directions: [.minimize, .minimize])
    let transfer = StudyTransfer(from: source, study: record, place: "here")
    expectError(.invalidValue) { _ = try transfer.add(to: source, study: other) }
    expectError(.studyExists) { _ = try transfer.copy(to: source, name: "other") }
    let target = InMemoryStorage()
    let clash = try target.createStudy(name: "clash", directions: record.directions)
    var trial = FrozenTrial(id: 0, number: 0, state: .failed)
    trial.parameters = ["rate": .init(distribution: .categorical(try CategoricalDistribution(["a"])), value: 0)]
    try target.addTrial(trial, study: clash.id)
    expectError(.incompatibleParameter) { _ = try transfer.add(to: target, study: clash) }
    #expect(try target.trials(study: clash.id, states: nil).count == 1)
  }

  /// A study of so many finished trials with logs and notes, and one in which such a study is to be merged.
  private func many(_ count: Int, in storage: any Storage) throws -> StudyRecord {
    let study = try storage.createStudy(name: "many", directions: [.minimize])
    _ = try storage.addTrials(study: study.id, above: nil) { first, _ in
      (first..<first + count).map { number in
        var trial = FrozenTrial(id: 0, number: number, state: .complete)
        trial.values = [Double(number)]
        trial.started = Timestamp(microseconds: Int64(number) * 10)
        trial.completed = Timestamp(microseconds: Int64(number) * 10 + 5)
        if number % 7 == 3 { trial.systemAttributes[FrozenTrial.replicatedKey] = .int(number - 3) }
        return TrialAddition(trial, log: "log \(number)", note: number % 100 == 0 ? "note \(number)" : nil)
      }
    }
    return try storage.existingStudy(named: "many")
  }

  @Test("Several processes that merge the same study at once add each trial once")
  func mergesAtOnce() async throws {
    let path = folder.file()
    let storage = try SQLiteStorage(path: path)
    _ = try many(1000, in: storage)
    let target = try storage.createStudy(name: "target", directions: [.minimize])
    let added = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<3 {
        group.addTask {
          let own = try SQLiteStorage(path: path)
          defer { try? own.close() }
          let study = try own.existingStudy(named: "many")
          return try StudyTransfer(from: own, study: study, place: "x").add(to: own, study: target).added
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(added == 1000)
    let trials = try storage.trials(study: target.id, states: nil)
    #expect(Set(trials.compactMap(\.value)) == Set((0..<1000).map(Double.init)) && trials.count == 1000)
    for trial in trials.prefix(20) {
      #expect(try storage.log(trial: trial.id) == trial.value.map { "log \(Int($0))" })
      if let original = trial.replicated {
        #expect(trials[original].value == trial.value.map { $0 - 3 })
      }
    }
  }

  @Test("A copy that was ended goes on, and is called incomplete until then")
  func goesOnCopying() throws {
    let storage = try SQLiteStorage(path: folder.file())
    let study = try many(600, in: storage)
    // What a process leaves that was ended behind its first batch.
    let transfer = StudyTransfer(from: storage, study: study, place: "x")
    let whole = try transfer.copy(to: storage, name: "copy").study
    try storage.renameStudy(whole.id, to: "copy (incomplete copy)")
    try storage.file.write(.full) { connection in
      try connection.execute("DELETE FROM trials WHERE study_id = ? AND number >= 256", .int(whole.id))
    }
    let other = try storage.createStudy(name: "other", directions: [.minimize])
    expectError(.studyExists) {
      _ = try StudyTransfer(from: storage, study: other, place: "x").copy(to: storage, name: "copy")
    }
    let (copy, summary) = try transfer.copy(to: storage, name: "copy")
    #expect(copy.id == whole.id && copy.name == "copy" && summary.added == 344 && summary.known == 256)
    let trials = try storage.trials(study: copy.id, states: nil)
    #expect(trials.map(\.value) == (0..<600).map { Double($0) })
    for trial in [trials[255], trials[256], trials[500]] {
      #expect(try storage.log(trial: trial.id) == "log \(trial.number)")
    }
    #expect(copy.note(onTrial: trials[500].id) == "note 500")
    expectError(.studyExists) { _ = try transfer.copy(to: storage, name: "copy") }
  }

  @Test("An exported file is Optuna's alone, without a write-ahead log, without excluded trials and without gaps")
  func exports() throws {
    let (source, record) = try source()
    let excluded = try source.trial(number: 0, study: record.id)
    try source.setExclusion("wrong", trial: excluded.id)
    let path = folder.file("export.db")
    let summary = try SQLiteStorage.export(record, of: source, place: "source.db", to: path)
    let header = try #require(FileManager.default.contents(atPath: path)?.prefix(20))
    #expect(Array(header[18..<20]) == [1, 1])
    #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
    #expect(try rows(path, "SELECT name FROM sqlite_master WHERE name LIKE '%hpo%'") == [])
    #expect(
      try rows(path, "SELECT count(*), min(number), max(number) FROM trials") == [
        "\(summary.added)|0|\(summary.added - 1)"
      ])
    #expect(try source.trials(study: record.id, states: nil).count == summary.added + 1)
    #expect(try rows(path, "SELECT count(*) FROM trials WHERE state = 'RUNNING'") == ["0"])
    let doctor = try DatabaseDoctor(path: path)
    #expect(try doctor.examine().findings.isEmpty)
    try doctor.close()
    expectError(.inaccessible) {
      _ = try SQLiteStorage.export(record, of: source, place: "source.db", to: path)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.hasSuffix("partial") })
  }
}
