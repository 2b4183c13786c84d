import Foundation
import OrderedCollections
import Pruners
import SQLiteStorage
import Samplers
import SearchSpace
import StudyEngine
import TestSupport
import Synchronization
import Testing
import TrialStorage
import Trials

@Suite("Studies of many trials")
struct ManyTrialsTests {
  /// A file with so many finished trials, of which some have reports.
  private func file(_ count: Int, in folder: URL, edit: (inout FrozenTrial) -> Void = { _ in }) throws -> String {
    let path = folder.appending(path: UUID().uuidString).path
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "s", directions: [.minimize])
    let line: Distribution = .float(try FloatDistribution(low: 0, high: 1))
    let units: Distribution = .int(try IntDistribution(low: 1, high: 64, log: true))
    var random = SplitMix64(seed: 3)
    _ = try storage.addTrials(study: study.id) { first in
      (first..<(first + count)).map { number in
        var trial = FrozenTrial(id: 0, number: number, state: number % 9 == 0 ? .pruned : .complete)
        if number % 50 == 3 { trial.state = .failed }
        trial.parameters["x"] = .init(distribution: line, value: random.uniform())
        trial.parameters["units"] = .init(distribution: units, value: Double(1 + random.below(64)))
        if trial.state != .failed { trial.values = [random.uniform()] }
        if number % 2 == 0 { trial.intermediateValues = [.init(step: 1, value: random.uniform())] }
        edit(&trial)
        return trial
      }
    }
    try storage.close()
    return path
  }

  private func objective(_ trial: Trial) throws -> Double {
    let x = try trial.suggest(.float("x", 0...1))
    let units = try trial.suggest(.int("units", 1...64, log: true))
    try trial.report(x, at: 1)
    return x * x + Double(units) / 64
  }

  /// Goes on with a study up to so many trials, in a process that knows nothing of it yet.
  private func goOn(_ path: String, to trials: Int) async throws {
    let storage = try SQLiteStorage(path: path)
    let study = try Study(
      name: "s", directions: [.minimize], sampler: TPESampler(seed: 5), pruner: MedianPruner(), storage: storage)
    try await study.optimize(trials: trials, objective: objective)
    try storage.close()
  }

  private func last(_ path: String, from number: Int) throws -> [OrderedDictionary<String, FrozenTrial.Parameter>] {
    let storage = try SQLiteStorage(path: path, opening: .existing)
    defer { try? storage.close() }
    let study = try storage.existingStudy(named: "s")
    return try storage.trials(study: study.id, states: nil).filter { $0.number >= number }.map(\.parameters)
  }

  @Test("A study goes on in the same way from what was kept of its trials, from their outline, and from all of them")
  func goingOn() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try file(9000, in: folder)
    let (outlined, read) = (path + "-outlined", path + "-read")
    try FileManager.default.copyItem(atPath: path, toPath: outlined)
    try FileManager.default.copyItem(atPath: path, toPath: read)

    // In one process, which keeps the history; and in two, of which the second takes it up.
    try await goOn(outlined, to: 9030)
    try await goOn(path, to: 9010)
    let storage = try SQLiteStorage(path: path)
    let study = try storage.existingStudy(named: "s").id
    #expect(try storage.history(study: study) != nil)
    try storage.close()
    try await goOn(path, to: 9030)
    let expected = try last(outlined, from: 9000)
    #expect(expected.count == 30)
    #expect(try last(path, from: 9000) == expected)

    // A history of all trials, read one by one.
    let all = try SQLiteStorage(path: read)
    let id = try all.existingStudy(named: "s").id
    var history = TrialHistory(directions: [.minimize])
    for trial in try all.trials(study: id, states: nil) { history.update(trial) }
    let (cursor, outline) = try #require(try all.outline(study: id))
    let made = try #require(
      try TrialHistory(outline: outline, directions: [.minimize]) { try all.trials(study: id, numbers: $0) })
    #expect(made.encoded == history.encoded)
    #expect(cursor.lastID == 9000 && cursor.unfinished.isEmpty)
    try all.close()
  }

  @Test("Where an outline does not tell enough, all trials are read: constraints, grids, and few trials")
  func withoutOutline() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func hasOutline(_ count: Int, _ edit: (inout FrozenTrial) -> Void) throws -> Bool {
      let storage = try SQLiteStorage(path: file(count, in: folder, edit: edit))
      defer { try? storage.close() }
      return try storage.outline(study: storage.existingStudy(named: "s").id) != nil
    }
    #expect(try hasOutline(8700) { _ in })
    #expect(try !hasOutline(6000) { _ in })
    for key in ["constraints", "constraints:size", "grid_id"] {
      #expect(try !hasOutline(8700) { if $0.number == 700 { $0.systemAttributes[key] = .int(1) } }, "\(key)")
    }
  }

  @Test("A rule is shown all of very many finished trials, in the order in which they ended, before another one starts")
  func stopRules() async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = try file(9000, in: folder) { trial in
      // Two jobs, of which now and then the second one is faster, also where the trials are read in parts.
      trial.started = Timestamp(microseconds: Int64(trial.number) * 10)
      trial.completed = Timestamp(microseconds: Int64(trial.number ^ 1) * 10 + 30)
    }
    let storage = try SQLiteStorage(path: path)
    let study = try Study(
      name: "s", directions: [.minimize], sampler: RandomSampler(seed: 5), pruner: NopPruner(), storage: storage)
    let shown = Mutex<[Int]>([])
    let rule = StopCallback("found") { trial in
      shown.withLock { $0.append(trial.number) }
      return trial.number == 8500
    }
    let summary = try await study.optimize(trials: 9100, stopRules: [rule], objective: objective)
    #expect(summary.finished == 0 && summary.stopReason == "found")
    #expect(shown.withLock { $0 } == (0...8501).map { $0 ^ 1 })
    try storage.close()
  }
}
