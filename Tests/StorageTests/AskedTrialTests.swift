import OrderedCollections
import SearchSpace
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
