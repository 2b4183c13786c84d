import Foundation
import OrderedCollections
import Pruners
import SQLiteStorage
import Samplers
import SearchSpace
import StudyEngine
import Testing
import TrialStorage
import Trials

@Suite("Studies whose file is closed, or let go of")
struct ClosingTests {
  private static let name = "study.db"

  /// Calls `body` with the path of a file in a folder of its own, and then with the names in the folder.
  private func inFolder(_ body: (String) throws -> Void, _ after: ([String]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder.appending(path: Self.name).path)
    try after(FileManager.default.contentsOfDirectory(atPath: folder.path).sorted())
  }

  private func open(_ path: String) throws -> Study {
    try Study(
      name: "s", directions: [.minimize], sampler: TPESampler(seed: 5), pruner: NopPruner(),
      storage: SQLiteStorage(path: path))
  }

  private func evaluate(_ study: Study) throws {
    let trial = try #require(try study.ask())
    try study.tell(trial, value: try trial.suggest(.float("x", 0...1)))
  }

  /// The states of the trials that a file has.
  private func states(_ path: String) throws -> [TrialState] {
    let storage = try SQLiteStorage(path: path, opening: .existing)
    defer { try? storage.close() }
    return try storage.trials(study: storage.existingStudy(named: "s").id, states: nil).map(\.state)
  }

  @Test("A study that is closed leaves its file alone, with all trials, and may be closed twice")
  func closed() throws {
    try inFolder { path in
      let study = try open(path)
      try evaluate(study)
      #expect(FileManager.default.fileExists(atPath: path + "-wal"))
      try study.close()
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
      try study.close()
      #expect(try states(path) == [.complete])
    } _: { names in
      #expect(names == [Self.name])
    }
  }

  @Test("A study that is let go of without being closed leaves its file as if it were")
  func released() throws {
    try inFolder { path in
      do {
        let study = try open(path)
        try evaluate(study)
        #expect(FileManager.default.fileExists(atPath: path + "-wal"))
      }
      #expect(!FileManager.default.fileExists(atPath: path + "-wal"))
      #expect(try states(path) == [.complete])
    } _: { names in
      #expect(names == [Self.name])
    }
  }

  @Test("A trial that runs while its study is let go of keeps the file until it is let go of itself")
  func releasedByTrial() throws {
    try inFolder { path in
      do {
        let trial = try { () throws -> Trial in try #require(try open(path).ask()) }()
        #expect(try trial.suggest(.float("x", 0...1)) <= 1)
        try trial.report(0.5, at: 1)
        #expect(try states(path) == [.running])
      }
      #expect(try states(path) == [.running])
    } _: { names in
      #expect(names == [Self.name])
    }
  }

  @Test("What is done to a study after it was closed is an error that says so")
  func usedAfterwards() throws {
    try inFolder { path in
      let study = try open(path)
      let trial = try #require(try study.ask())
      try study.close()
      let uses: [() throws -> Void] = [
        { try study.tell(trial, value: 1) }, { try trial.report(1, at: 1) }, { try study.tellPruned(trial) },
        { try study.requeue(trial) }, { _ = try study.ask() }, { _ = try study.trials },
        { try study.enqueue(["x": 0.5]) },
      ]
      for use in uses {
        let error = #expect(throws: StorageError.self) { try use() }
        #expect(error?.message.contains("after it was closed") == true, "\(String(describing: error))")
      }
      #expect(try states(path) == [.running])
    } _: { _ in
    }
  }

  @Test("A study that is closed during a run ends it with an error")
  func closedDuringRun() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let study = try open(folder.appending(path: Self.name).path)
    await #expect(throws: StorageError.self) {
      try await study.optimize(trials: 10_000, jobs: 2) { trial in
        if trial.number == 20 { try study.close() }
        return try trial.suggest(.float("x", 0...1))
      }
    }
  }

  @Test("Closing keeps what the next process would have to read of many trials")
  func keepsHistory() throws {
    try inFolder { path in
      let study = try open(path)
      let id = try study.storage.existingStudy(named: "s").id
      let line: Distribution = .float(try FloatDistribution(low: 0, high: 1))
      // One trial less than are worth keeping, so that the one below makes them so many.
      _ = try study.storage.addTrials(study: id) { first in
        (first..<first + 4095).map { number in
          var trial = FrozenTrial(id: 0, number: number, state: .complete)
          trial.parameters["x"] = .init(distribution: line, value: Double(number % 97) / 97)
          trial.values = [Double(number % 89)]
          return trial
        }
      }
      try evaluate(study)
      #expect(try study.storage.history(study: id) == nil)
      try study.close()
      let storage = try SQLiteStorage(path: path, opening: .existing)
      #expect(try storage.history(study: id) != nil)
      try storage.close()
    } _: { names in
      #expect(names == [Self.name])
    }
  }
}
