import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@testable import SQLiteStorage

@Suite("Every storage: checkpoints and leases")
struct CheckpointContractTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ implementation: StorageImplementation) throws -> (any Storage, Int64) {
    let storage = try implementation.make(in: folder)
    return (storage, try storage.createStudy(name: "s", directions: [.minimize]).id)
  }

  private func start(
    _ storage: any Storage, _ study: Int64, owner: ProcessIdentity = .current
  ) throws -> StartedTrial {
    try #require(try storage.startTrial(study: study, owner: owner, limit: nil) { _ in [:] })
  }

  @Test(
    "A trial with a checkpoint goes on from it: reports behind it are gone, all else stays", arguments: implementations)
  func goesOnFromCheckpoint(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let lease = try start(storage, study).lease
    #expect(try storage.checkpoint(trial: lease.trial) == nil)
    try storage.setParameters(parameters(["x": 0.5]), of: lease)
    try storage.setTrialAttributes(["constraints:size": 1], kind: .system, of: lease)
    try storage.report(1, step: 1, checkpoint: [1], of: lease)
    try storage.report(2, step: 2, checkpoint: [2, 0, 255], of: lease)
    try storage.report(3, step: 3, checkpoint: nil, of: lease)
    try storage.requeueTrial(lease)
    let waiting = try storage.trial(lease.trial)
    #expect(waiting.state == .waiting && waiting.intermediateValues.map(\.step) == [1, 2])
    #expect(waiting.externalParameters == ["x": 0.5] && waiting.constraints == ["size": 1])
    let again = try start(storage, study)
    #expect(again.record.intermediateValues == waiting.intermediateValues)
    #expect(try storage.checkpoint(trial: lease.trial) == [2, 0, 255])
    try storage.report(3, step: 3, checkpoint: nil, of: again.lease)
    try storage.finishTrial(again.lease, state: .complete, values: [1], attributes: [:])
    #expect(try storage.checkpoint(trial: lease.trial) == nil)
    let finished = try storage.trial(lease.trial)
    #expect(
      finished.intermediateValues.map(\.value) == [1, 2, 3] && finished.systemAttributes == ["constraints:size": 1])
  }

  @Test("A checkpoint between reports keeps those before it", arguments: implementations)
  func keepsCheckpointBetweenReports(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let lease = try start(storage, study).lease
    try storage.setCheckpoint([], of: lease)
    #expect(try storage.checkpoint(trial: lease.trial) == [])
    try storage.report(1, step: 0, checkpoint: nil, of: lease)
    try storage.setCheckpoint([9], of: lease)
    try storage.report(1, step: 1, checkpoint: nil, of: lease)
    try storage.requeueTrial(lease)
    #expect(try storage.trial(lease.trial).intermediateValues.map(\.step) == [0])
  }

  @Test("A trial that starts over has neither checkpoint nor reports nor constraints", arguments: implementations)
  func startsOver(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let lease = try start(storage, study).lease
    try storage.setParameters(parameters(["x": 0.5]), of: lease)
    try storage.setTrialAttributes(["constraints:size": 1, "kept": 2], kind: .system, of: lease)
    try storage.report(1, step: 1, checkpoint: [1], of: lease)
    try storage.startOver(lease)
    let trial = try storage.trial(lease.trial)
    #expect(trial.state == .running && trial.intermediateValues.isEmpty && trial.systemAttributes == ["kept": 2])
    #expect(try trial.externalParameters == ["x": 0.5] && storage.checkpoint(trial: lease.trial) == nil)
  }

  @Test("A checkpoint that is too large is refused together with its report", arguments: implementations)
  func boundsCheckpoints(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let lease = try start(storage, study).lease
    let bytes = [UInt8](repeating: 0, count: InMemoryStorage.largestCheckpoint + 1)
    expectError(.invalidValue) { try storage.report(1, step: 1, checkpoint: bytes, of: lease) }
    expectError(.invalidValue) { try storage.setCheckpoint(bytes, of: lease) }
    #expect(try storage.trial(lease.trial).intermediateValues.isEmpty)
  }

  @Test("Who lost a trial cannot write to it any more, even in the same process", arguments: implementations)
  func refusesLostLease(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let first = try start(storage, study).lease
    try storage.setParameters(parameters(["x": 0.5]), of: first)
    let others: [(TrialLease) throws -> Void] = [
      { try storage.setParameters(parameters(["n": 1]), of: $0) },
      { try storage.report(1, step: 1, checkpoint: nil, of: $0) },
      { try storage.report(1, step: 2, checkpoint: [1], of: $0) },
      { try storage.setCheckpoint([1], of: $0) }, { try storage.startOver($0) },
      { try storage.setTrialAttributes(["a": 1], kind: .user, of: $0) },
      { try storage.finishTrial($0, state: .complete, values: [1], attributes: [:]) },
      { try storage.requeueTrial($0) },
    ]
    try storage.requeueTrial(first)
    for write in others { expectError(.trialLost) { try write(first) } }
    let second = try start(storage, study).lease
    #expect(second.trial == first.trial && second != first)
    for write in others { expectError(.trialLost) { try write(first) } }
    #expect(try storage.trial(first.trial).externalParameters == ["x": 0.5])
    try storage.report(7, step: 1, checkpoint: nil, of: second)
    try storage.finishTrial(second, state: .complete, values: [2], attributes: [:])
    for write in others { expectError(.trialLost) { try write(first) } }
    for write in others { expectError(.wrongState) { try write(second) } }
    let trial = try storage.trial(first.trial)
    #expect(
      trial.values == [2] && trial.intermediateValues == [.init(step: 1, value: 7)] && trial.userAttributes.isEmpty)
  }

  @Test("A trial whose process always ends before it gets further fails; one that gets further does not")
  func failsPoisonTrial() throws {
    for implementation in Self.implementations {
      let (storage, study) = try make(implementation)
      for death in 1...3 * OrphanedTrials.mostDeaths {
        let trial = try start(storage, study, owner: .ended)
        if death.isMultiple(of: OrphanedTrials.mostDeaths - 1) { try storage.setCheckpoint([1], of: trial.lease) }
        #expect(try storage.requeueOrphans(study: study).requeued == [0], "\(implementation), \(death)")
      }
      for death in 1... {
        let trial = try start(storage, study, owner: .ended)
        let orphans = try storage.requeueOrphans(study: study)
        guard orphans.requeued.isEmpty else { continue }
        #expect(orphans.failed == [0] && death <= OrphanedTrials.mostDeaths)
        let failed = try storage.trial(trial.record.id)
        #expect(failed.state == .failed && failed.failure?.contains("memory") == true && failed.completed != nil)
        #expect(try storage.checkpoint(trial: failed.id) == nil)
        break
      }
      try storage.close()
      try storage.deleteFile(in: folder)
    }
  }

  @Test("The end of the computer does not count against a trial", arguments: implementations)
  func forgivesPowerLoss(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    var owner = ProcessIdentity.current
    owner.boot = "an earlier boot/" + (owner.boot.split(separator: "/").last ?? "")
    for _ in 0..<2 * OrphanedTrials.mostDeaths {
      _ = try start(storage, study, owner: owner)
      #expect(try storage.requeueOrphans(study: study).requeued == [0])
    }
  }
}

extension Storage {
  /// Removes the file of a closed storage, so that another can be made in its place.
  fileprivate func deleteFile(in folder: TemporaryFolder) throws {
    guard let storage = self as? SQLiteStorage else { return }
    #expect(storage.file.path == folder.file())
    try folder.remove()
  }
}

@Suite("Heartbeats, in the table of Optuna's")
struct HeartbeatTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private let elsewhere = ProcessIdentity(host: "elsewhere", boot: "x", process: 1, startTime: 1)

  @Test("A trial of another host is given up once its heartbeats have stopped, and only then")
  func takesSilentTrials() throws {
    let path = folder.file()
    let storage = try SQLiteStorage(path: path)
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    let trials = try [elsewhere, .asker(), elsewhere, elsewhere].map { owner in
      try #require(try storage.startTrial(study: study, owner: owner, limit: nil) { _ in [:] })
    }
    #expect(try rows(path, "SELECT trial_id FROM trial_heartbeats").isEmpty)
    #expect(try storage.requeueOrphans(study: study).isEmpty)
    try storage.recordHeartbeats(of: [trials[0].lease, trials[2].lease])
    #expect(try rows(path, "SELECT trial_id FROM trial_heartbeats") == ["1", "3"])
    // Where there was no heartbeat, the start counts.
    _ = try folder.file(running: "UPDATE trials SET datetime_start = datetime('now', '-130 seconds')")
    #expect(try storage.requeueOrphans(study: study).requeued == [3])
    _ = try folder.file(running: "UPDATE trial_heartbeats SET heartbeat = datetime('now', '-110 seconds')")
    #expect(try storage.requeueOrphans(study: study).isEmpty)
    _ = try folder.file(running: "UPDATE trial_heartbeats SET heartbeat = datetime('now', '-130 seconds')")
    try storage.recordHeartbeats(of: [trials[0].lease])
    #expect(try storage.requeueOrphans(study: study).requeued == [2])
    // The process was only slow.
    try storage.recordHeartbeats(of: [0, 2, 3].map { trials[$0].lease })
    expectError(.trialLost) { try storage.report(1, step: 1, checkpoint: nil, of: trials[2].lease) }
    #expect(try rows(path, "SELECT trial_id FROM trial_heartbeats") == ["1"])
    try storage.finishTrial(trials[0].lease, state: .complete, values: [1], attributes: [:])
    #expect(try rows(path, "SELECT count(*) FROM trial_heartbeats") == ["0"])
  }

  @Test("Processes of this host are known to live or to have ended, whatever their heartbeats")
  func trustsProcessTable() throws {
    let storage = try SQLiteStorage(path: folder.file())
    let study = try storage.createStudy(name: "s", directions: [.minimize]).id
    for owner in [ProcessIdentity.current, .ended] {
      _ = try storage.startTrial(study: study, owner: owner, limit: nil) { _ in [:] }
    }
    _ = try folder.file(running: "UPDATE trial_heartbeats SET heartbeat = '2020-01-01 00:00:00' WHERE trial_id = 1")
    #expect(try storage.requeueOrphans(study: study).requeued == [1])
  }
}
