import OrderedCollections
import Pruners
import Samplers
import SearchSpace
import StudyEngine
import Testing
import TrialStorage
import Trials

@Suite("Trials that are told by another process than the one that asked")
struct ToldTrialTests {
  let study: Study

  init() throws {
    study = try Study(
      name: "s", directions: [.minimize], sampler: RandomSampler(seed: 1), pruner: NopPruner(),
      storage: InMemoryStorage())
  }

  @Test("What is told once another run of the trial has begun is refused, and that run goes on")
  func race() throws {
    let asked = try #require(try study.ask(owner: .asker(until: .now)))
    let looked = try study.trial(asked.number)
    // Between the look and the word the trial is given up and taken up by a run.
    _ = try study.storage.requeueOrphans(study: study.id)
    let run = try #require(try study.ask())
    #expect(run.number == looked.number)
    let words: [() throws -> Void] = [
      { try study.tell(looked, value: 1) }, { try study.tellPruned(looked) }, { try study.tell(looked, failure: "no") },
      { try looked.report(1, at: 1) }, { try looked.setUserAttribute("a", to: 1) },
      { try looked.setConstraint("c", to: 1) }, { try study.requeue(looked) },
    ]
    for word in words {
      let error = #expect(throws: StorageError.self) { try word() }
      #expect(error?.code == .trialLost)
    }
    let record = try #require(try study.trials.first)
    #expect(record.state == .running && record.intermediateValues.isEmpty && record.userAttributes.isEmpty)
    #expect(try study.storage.owner(trial: record.id) == .current)
    try study.tell(run, value: 2)
    #expect(try study.trials.map(\.values) == [[2]])
  }

  @Test("A trial of a process that has ended is the next to be asked for")
  func orphan() throws {
    let ended = ProcessIdentity(
      host: ProcessIdentity.current.host, boot: ProcessIdentity.current.boot, process: Int32.max, startTime: 1)
    let lost = try #require(try study.ask(owner: ended))
    let x = try lost.suggest(.float("x", 0...1))
    let other = try Study(
      name: "s", directions: [.minimize], sampler: RandomSampler(seed: 9), pruner: NopPruner(), storage: study.storage)
    let again = try #require(try other.ask(limit: 1))
    #expect(again.number == lost.number)
    #expect(try again.suggest(.float("x", 0...1)) == x)
  }

  @Test("What does not run cannot be told, and says why")
  func refusals() throws {
    let asked = try #require(try study.ask(owner: .asker()))
    try study.requeue(asked)
    #expect(throws: StudyError.self) { try study.trial(0) }
    try study.tell(try #require(try study.ask()), value: 0.5)
    let error = #expect(throws: StudyError.self) { try study.trial(0) }
    #expect(error?.code == .trialFinished && error?.message.contains("COMPLETE with 0.5") == true)
  }
}
