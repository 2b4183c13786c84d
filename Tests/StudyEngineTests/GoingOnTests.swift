import Foundation
import Pruners
import SQLiteStorage
import Samplers
import SearchSpace
import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

@Suite("A search whose next trial is started while the disk takes the last one")
struct GoingOnTests {
  private static let trials = 24

  private enum Step: Equatable {
    case evaluated(Int)
    case told(Int)
  }

  /// Runs a study up to 24 trials; returns what happened, in its order.
  private func run(
    _ storage: any Storage, stopping mode: StopSource.Mode? = nil, after last: Int = .max
  ) async throws -> [Step] {
    let study = try Study(
      name: "s", directions: [.minimize], sampler: TPESampler(seed: 5), pruner: NopPruner(), storage: storage)
    let steps = Mutex<[Step]>([])
    let stop = StopSource()
    try await study.optimize(trials: Self.trials, stop: stop) { event in
      guard case .finished(let trial) = event else { return }
      steps.withLock { $0.append(.told(trial.number)) }
      if let mode, trial.number == last { stop.stop(mode) }
    } objective: { trial -> Double in
      steps.withLock { $0.append(.evaluated(trial.number)) }
      let x = try trial.suggest(.float("x", -1...1))
      return x * x + Double(try trial.suggest(.int("n", 1...9)))
    }
    return steps.withLock { $0 }
  }

  /// What of the trials must not depend on where a search was interrupted.
  private func rows(_ storage: any Storage) throws -> [FrozenTrial] {
    try storage.trials(study: 1, states: nil).map { trial in
      var trial = trial
      (trial.started, trial.completed) = (nil, nil)
      return trial
    }
  }

  @Test("an objective begins once the trial before is told of")
  func order() async throws {
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let storage = try SQLiteStorage(path: path)
    #expect(try await run(storage) == (0..<Self.trials).flatMap { [.evaluated($0), .told($0)] })
    try storage.close()
  }

  @Test(
    "who stops a search as a trial is told of finds the next one waiting, not begun, and the study ends as if never stopped",
    arguments: [StopSource.Mode.afterRunningTrials, .atNextReport], [0, 13, Self.trials - 2, Self.trials - 1])
  func stoppedInBetween(mode: StopSource.Mode, last: Int) async throws {
    let whole = InMemoryStorage()
    _ = try await run(whole)
    let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let storage = try SQLiteStorage(path: path)
    let steps = try await run(storage, stopping: mode, after: last)
    #expect(steps.last == .told(last))
    #expect(!steps.contains(.evaluated(last + 1)))
    let states = try rows(storage).map(\.state)
    #expect(states.prefix(last + 1).allSatisfy { $0 == .complete })
    #expect(states.dropFirst(last + 1).allSatisfy { $0 == .waiting } && states.count <= last + 2)
    _ = try await run(storage)
    #expect(try rows(storage) == rows(whole))
    try storage.close()
  }
}
