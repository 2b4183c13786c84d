import SearchSpace
import OrderedCollections
import Dispatch
import Foundation
import Synchronization
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("A file that several use, or that nobody closed")
struct DurabilityTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("The journal is a log while a file is open, and none once the last has closed")
  func leavesRollbackJournal() throws {
    let path = folder.file()
    let first = try SQLiteStorage(path: path)
    _ = try first.createStudy(name: "a", directions: [.minimize])
    let second = try SQLiteStorage(path: path)
    _ = try second.createStudy(name: "b", directions: [.minimize])
    #expect(try journalFlags(path) == [2, 2])
    try first.close()
    #expect(try journalFlags(path) == [2, 2])
    _ = try second.createStudy(name: "c", directions: [.minimize])
    try second.close()
    #expect(try journalFlags(path) == [1, 1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["study.db"])
  }

  @Test("What was committed is there after the process was killed, at any moment")
  func survivesKill() throws {
    let path = folder.file()
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    for number in 0..<30 {
      let trial = try started(storage, study).id
      try storage.setParameters(parameters(["x": 0.5]), trial: trial)
      try storage.report(Double(number), step: 1, trial: trial)
      // A copy of the file with its log is what a killed process leaves behind.
      let copy = try TemporaryFolder()
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(atPath: path + suffix, toPath: copy.file() + suffix)
      }
      let revived = try SQLiteStorage(path: copy.file())
      #expect(try revived.trials(study: study, states: nil) == storage.trials(study: study, states: nil))
      #expect(try revived.counts(study: study)[.running] == 1)
      try revived.close()
      #expect(try rows(copy.file(), "PRAGMA integrity_check") == ["ok"])
      try storage.finishTrial(trial, state: .complete, values: [1], attributes: [:])
    }
  }

  @Test("Eight connections start each trial once, with a reader among them")
  func startsTrialsOnce() throws {
    let path = folder.file()
    let creator = try SQLiteStorage(path: path)
    let study = try creator.createStudy(name: "s", directions: [.minimize]).id
    for _ in 0..<60 { _ = try creator.enqueueTrial(study: study, parameters: ["x": 0.5], userAttributes: [:]) }
    let numbers = Mutex<[Int]>([])
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 9) { worker in
      do {
        let storage = try SQLiteStorage(path: path)
        defer { try? storage.close() }
        guard worker > 0 else {
          var cursor = TrialCursor()
          while try storage.counts(study: study)[.complete] ?? 0 < 200 {
            _ = try storage.changes(study: study, since: &cursor)
            if failures.withLock({ !$0.isEmpty }) { return }
          }
          return
        }
        while let trial = try storage.startTrial(study: study, owner: .current, limit: 200) {
          numbers.withLock { $0.append(trial.number) }
          try storage.setParameters(parameters(["x": 0.5, "n": 3]), trial: trial.id)
          try storage.report(1, step: 1, trial: trial.id)
          try storage.finishTrial(trial.id, state: .complete, values: [1], attributes: [:])
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(numbers.withLock { $0.sorted() } == Array(0..<200))
    #expect(try creator.counts(study: study) == [.complete: 200])
    try creator.close()
    #expect(try journalFlags(path) == [1, 1])
    #expect(try rows(path, "PRAGMA integrity_check") == ["ok"])
  }

  @Test("One storage serves many threads")
  func servesThreads() throws {
    let storage = try SQLiteStorage(path: folder.file())
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { _ in
      do {
        while let trial = try storage.startTrial(study: study, owner: .current, limit: 100) {
          try storage.report(1, step: trial.number, trial: trial.id)
          #expect(try storage.trial(trial.id).intermediateValues.map(\.step) == [trial.number])
          try storage.finishTrial(trial.id, state: .pruned, values: [1], attributes: [:])
        }
      } catch {
        failures.withLock { $0.append("\(error)") }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try storage.trials(study: study, states: [.pruned]).map(\.number) == Array(0..<100))
  }

  @Test("Opening and closing by many at once ends without an error")
  func opensConcurrently() throws {
    let path = folder.file()
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 8) { worker in
      for round in 0..<5 {
        do {
          let storage = try SQLiteStorage(path: path)
          _ = try storage.createStudy(name: "\(worker)-\(round)", directions: [.minimize])
          try storage.close()
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try journalFlags(path) == [1, 1])
    #expect(try SQLiteStorage(path: path).studies().count == 40)
  }

  @Test("A file that another program never lets go of is reported as busy, and usable later")
  func reportsBusyFile() throws {
    let path = folder.file()
    try SQLiteStorage.createEmpty(at: path)
    let storage = try SQLiteStorage(path: path, opening: .existing, busyWait: BusyWait(patience: 0.05))
    let holder = try DatabaseFile(path: path)
    try holder.write(.full) { _ throws -> Void in
      let message = expectError(.busy) { _ = try storage.createStudy(name: "s", directions: [.minimize]) }
      #expect(message.contains(path))
      #expect(try storage.studies().isEmpty)
    }
    try holder.close()
    _ = try storage.createStudy(name: "s", directions: [.minimize])
  }

  @Test("A study that another connection deletes is gone for this one")
  func noticesDeletion() throws {
    let path = folder.file()
    let first = try SQLiteStorage(path: path)
    let study = try first.createStudy(name: "s", directions: [.minimize]).id
    let trial = try started(first, study).id
    try first.setParameters(parameters(["x": 0.5]), trial: trial)
    let second = try SQLiteStorage(path: path)
    try second.deleteStudy(study)
    expectError(.trialNotFound) { try first.report(1, step: 1, trial: trial) }
    expectError(.studyNotFound) { _ = try started(first, study) }
    let other = try second.createStudy(name: "s", directions: [.minimize]).id
    #expect(other > study)
    #expect(try started(first, other).id > trial)
  }
}

/// The bytes of the header that say which journal a reader must know.
func journalFlags(_ path: String) throws -> [UInt8] {
  let handle = try #require(FileHandle(forReadingAtPath: path))
  defer { try? handle.close() }
  try handle.seek(toOffset: 18)
  let flags = try #require(try handle.read(upToCount: 2))
  return Array(flags)
}
