import Dispatch
import OrderedCollections
import Pruners
import Samplers
import SearchSpace
@testable import StudyEngine
import Synchronization
import Testing
import TrialStorage
import Trials

/// Lets as many threads as it expects go on at the same moment, again and again.
private final class Rendezvous: Sendable {
  private let party: Int
  private let arrived = Atomic(0)

  init(of party: Int) { self.party = party }

  func meet() {
    let place = arrived.add(1, ordering: .acquiringAndReleasing).newValue
    let wave = (place + party - 1) / party * party
    while arrived.load(ordering: .acquiring) < wave {}
  }
}

private func study(_ policy: DuplicatePolicy, seed: UInt64, in storage: any Storage) throws -> Study {
  try Study(
    name: "s", directions: [.minimize], sampler: RandomSampler(seed: seed), pruner: NopPruner(), storage: storage,
    duplicates: policy)
}

private func space(_ choices: Int) throws -> ParameterSpace {
  try ParameterSpace([.init("c", .categorical(CategoricalDistribution((0..<choices).map { .int($0) })))])
}

extension [FrozenTrial] {
  /// The trials by their parameters.
  fileprivate var groups: [[FrozenTrial]] {
    [Double?: [FrozenTrial]](grouping: self) { $0.parameters["c"]?.value }.values.map { $0 }
  }
}

@Suite struct SimultaneousTwinTests {
  private static let jobs = 4

  @Test(
    "of trials that draw at the same moment no two evaluate the same parameters", arguments: 0..<40 as Range<UInt64>)
  func redraws(seed: UInt64) async throws {
    let study = try study(.redraw, seed: seed, in: InMemoryStorage())
    let space = try space(16)
    let rendezvous = Rendezvous(of: Self.jobs)
    try await study.optimize(trials: 12, jobs: Self.jobs) { trial in
      rendezvous.meet()
      _ = try trial.suggest(space)
      rendezvous.meet()
      return 1
    }
    let trials = try study.trials
    #expect(trials.count == 12 && trials.groups.allSatisfy { $0.count == 1 })
    #expect(trials.allSatisfy { $0.replicated == nil })
  }

  @Test(
    "of trials with the same parameters that end at the same moment all but one are replicates of that one",
    arguments: 0..<40 as Range<UInt64>, [true, false])
  func ends(seed: UInt64, asksOneByOne: Bool) async throws {
    let study = try study(.replicate, seed: seed, in: InMemoryStorage())
    let space = try space(3)
    let rendezvous = Rendezvous(of: Self.jobs)
    let summary = try await study.optimize(trials: 12, jobs: Self.jobs) { trial in
      rendezvous.meet()
      if asksOneByOne {
        _ = try trial.suggest(.choice("c", [0, 1, 2]))
      } else {
        _ = try trial.suggest(space)
      }
      rendezvous.meet()
      return 1
    }
    let trials = try study.trials
    for group in trials.groups {
      let originals = group.filter { $0.replicated == nil }.map(\.number)
      #expect(originals.count == 1, "\(group.map { ($0.number, $0.replicated) })")
      #expect(group.allSatisfy { $0.replicated == nil || [$0.replicated] == originals })
    }
    #expect(summary.replicates == 12 - trials.groups.count)
  }

  @Test("so are those that other processes end at the same moment", arguments: 0..<40 as Range<UInt64>)
  func processes(seed: UInt64) async throws {
    let storage = InMemoryStorage()
    let rendezvous = Rendezvous(of: Self.jobs)
    let studies = try (0..<Self.jobs).map { _ in try study(.replicate, seed: seed, in: storage) }
    let done = DispatchGroup()
    for study in studies {
      DispatchQueue(label: "process").async(group: done) {
        for _ in 0..<3 {
          rendezvous.meet()
          guard let trial = try? study.ask(), (try? trial.suggest(.choice("c", [0, 1, 2]))) != nil else { return }
          rendezvous.meet()
          _ = try? study.tell(trial, value: 1)
        }
      }
    }
    await withCheckedContinuation { end in done.notify(queue: .global()) { end.resume() } }
    let trials = try studies[0].trials
    #expect(trials.count == 12 && trials.allSatisfy { $0.state == .complete })
    for group in trials.groups {
      let originals = group.filter { $0.replicated == nil }.map(\.number)
      #expect(originals.count == 1, "\(group.map { ($0.number, $0.replicated) })")
      #expect(group.allSatisfy { $0.replicated == nil || [$0.replicated] == originals })
    }
  }
}
