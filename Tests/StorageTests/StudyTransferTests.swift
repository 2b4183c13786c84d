import Foundation
import OrderedCollections
import SQLiteStorage
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
      #expect("\(summary.added)" == "\(copied)" && summary.known == 0 && copied.count == original.count)
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
      #expect("\(stored.systemAttributes)" == "\(record.systemAttributes)")
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
    #expect(try merge(b, a).added.map(\.number) == [2])
    #expect(try merge(b, a).added.isEmpty && merge(b, a).known == 1)
    #expect(try merge(a, b).added.map(\.value) == [1, 2])
    #expect(try merge(a, a).added.isEmpty)
    try run(a, 4)
    let copy = try StudyTransfer(from: storage, study: a, place: "here").copy(to: storage, name: "c").study
    #expect(try merge(copy, a).added.isEmpty)
    #expect(try merge(copy, b).added.map(\.value) == [4])
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
    let added = try StudyTransfer(from: storage, study: record, place: "here").add(to: storage, study: b).added
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
        "\(summary.added.count)|0|\(summary.added.count - 1)"
      ])
    #expect(try source.trials(study: record.id, states: nil).count == summary.added.count + 1)
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
