import OrderedCollections
import SQLiteStorage
import SearchSpace
import TestSupport
import Testing
import TrialStorage
import Trials

@Suite("Every storage: logs, owners and numbers")
struct AskedTrialTests {
  static let implementations = StorageImplementation.allCases
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func make(_ implementation: StorageImplementation) throws -> (any Storage, Int64) {
    let storage = try implementation.make(in: folder)
    return (storage, try storage.createStudy(name: "s", directions: [.minimize]).id)
  }

  @Test(
    "A log is replaced while the trial runs, stays after its end, and goes when it runs again",
    arguments: implementations)
  func logs(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let (first, second) = (try started(storage, study), try started(storage, study))
    #expect(try storage.log(trial: first.id) == nil)
    for text in ["one\n", "one\nünö\n"] { try storage.setLog(text, of: TrialLease(trial: first.id, start: nil)) }
    try storage.setLog("lost", of: TrialLease(trial: second.id, start: nil))
    try storage.finishTrial(first.id, state: .complete, values: [1], attributes: [:])
    #expect(try storage.log(trial: first.id) == "one\nünö\n")
    expectError(.wrongState) { try storage.setLog("late", of: TrialLease(trial: first.id, start: nil)) }
    try storage.requeueTrial(second.id)
    #expect(try storage.log(trial: second.id) == nil)
    expectError(.trialNotFound) { _ = try storage.log(trial: 99) }
  }

  @Test("Added trials have the logs and notes that they are added with, and no other", arguments: implementations)
  func addedLogs(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    var trial = FrozenTrial(id: 0, number: 0, state: .failed)
    let waiting = FrozenTrial(id: 0, number: 0, state: .waiting)
    let before = try storage.addTrials(study: study) { _ in [trial] }
    let added = try storage.addTrials(study: study, above: before[0].id) { first, news in
      #expect(first == 1 && news.isEmpty)
      return [TrialAddition(trial, log: "one", note: "look"), TrialAddition(waiting, log: "two")]
    }
    #expect(try added.map { try storage.log(trial: $0.id) } == ["one", nil])
    let record = try #require(try storage.studies().first)
    #expect(added.map { record.note(onTrial: $0.id) } == ["look", nil])
    trial.values = [1]
    let broken = trial
    expectError(.invalidValue) {
      _ = try storage.addTrials(study: study, above: before[0].id) { first, news in
        #expect(first == 3 && news.map(\.id) == added.map(\.id))
        return [TrialAddition(waiting, log: "three", note: "no"), TrialAddition(broken)]
      }
    }
    #expect(try storage.trials(study: study, states: nil).count == 3)
  }

  @Test("A running trial has the owner that started it", arguments: implementations)
  func owners(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let trial = try started(storage, study)
    #expect(try storage.owner(trial: trial.id) == .current)
    try storage.finishTrial(trial.id, state: .failed, values: [], attributes: [:])
    #expect(try storage.owner(trial: trial.id) == nil)
  }

  @Test(
    "A run is the trial, its owner and a lease under which nothing is written once it is over",
    arguments: implementations)
  func runs(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let trial = try started(storage, study, owner: .asker())
    try storage.report(1, step: 3, trial: trial.id)
    let run = try #require(try storage.run(trial: trial.id))
    #expect(run.record == (try storage.trial(trial.id)) && run.owner == .asker() && run.lease.isOwned)
    try storage.setTrialAttributes(["a": 1], kind: .user, of: run.lease)
    try storage.requeueTrial(run.lease)
    #expect(try storage.run(trial: trial.id) == nil)
    expectError(.trialLost) { try storage.finishTrial(run.lease, state: .complete, values: [1], attributes: [:]) }
    _ = try started(storage, study)
    let next = try #require(try storage.run(trial: trial.id))
    #expect(next.owner == .current && next.lease != run.lease)
    expectError(.trialLost) { try storage.finishTrial(run.lease, state: .complete, values: [1], attributes: [:]) }
    try storage.finishTrial(next.lease, state: .complete, values: [2], attributes: [:])
    #expect(try storage.run(trial: trial.id) == nil && storage.trial(trial.id).values == [2])
    expectError(.trialNotFound) { _ = try storage.run(trial: trial.id + 1) }
  }

  @Test("The run of another program is over for who looked at it once hpo has taken the trial up")
  func foreignRuns() throws {
    let storage = try SQLiteStorage(path: folder.file(running: Fixture.text("optuna.sql")))
    let trial = try #require(try storage.trials(study: 1, states: [.running]).first)
    let run = try #require(try storage.run(trial: trial.id))
    #expect(run.owner == nil && !run.lease.isOwned)
    try storage.report(1, step: 900, checkpoint: nil, of: run.lease)
    try storage.requeueTrial(run.lease)
    expectError(.wrongState) { try storage.report(1, step: 901, checkpoint: nil, of: run.lease) }
    while try started(storage, 1).id != trial.id {}
    expectError(.trialLost) { try storage.finishTrial(run.lease, state: .complete, values: [1], attributes: [:]) }
    #expect(try storage.owner(trial: trial.id) == .current)
  }

  @Test("A trial that was asked for is no orphan until it expires", arguments: implementations)
  func askers(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    let later = Timestamp(microseconds: Timestamp.now.microseconds + 3_600_000_000)
    let owners: [ProcessIdentity] = [.asker(), .asker(until: later), .asker(until: .now), .ended]
    for owner in owners { _ = try started(storage, study, owner: owner) }
    _ = try storage.requeueOrphans(study: study)
    let states = try storage.trials(study: study, states: nil).map(\.state)
    #expect(states == [.running, .running, .waiting, .waiting])
    #expect(try storage.owner(trial: storage.trial(number: 1, study: study).id)?.expiry == later)
  }

  @Test("A trial is found by its number", arguments: implementations)
  func numbers(_ implementation: StorageImplementation) throws {
    let (storage, study) = try make(implementation)
    #expect(expectError(.trialNotFound) { _ = try storage.trial(number: 0, study: study) }.contains("none yet"))
    for _ in 0..<3 { _ = try started(storage, study) }
    for number in 0..<3 { #expect(try storage.trial(number: number, study: study).number == number) }
    let message = expectError(.trialNotFound) { _ = try storage.trial(number: 3, study: study) }
    #expect(message == "there is no trial 3; the study has the trials 0 to 2")
  }
}
