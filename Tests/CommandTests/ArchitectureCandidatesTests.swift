import Dispatch
import Foundation
import HPO
import Samplers
import SearchSpace
import StudyConfiguration
import Synchronization
import TestSupport
import Testing

@testable import HPOCommands

/// What trials of a search of architectures are given.
@Suite(.on(.commands)) struct ArchitectureCandidatesTests {
  /// A space of twelve architectures.
  private static let text = """
    objective: {data: digits, epochs: 1, metric: accuracy}
    architecture:
      space:
      - dense: {name: first, units: [4, 8, 12]}
      - dense: {name: second, units: [4, 8, 12, 16]}
      - output
      input: row
      LIMITS
    sampler: random
    """

  private func candidates(limits: String = "minimize: [latency]") throws -> ArchitectureCandidates {
    try candidates(of: Self.text.replacing("LIMITS", with: limits))
  }

  private func candidates(of text: String) throws -> ArchitectureCandidates {
    let configuration = try StudyConfiguration(bytes: Array(text.utf8), file: "test.yaml", folder: nil)
    let objective = try #require(configuration.objective?.training)
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<40))
    return try ArchitectureCandidates(try #require(objective.architecture), samples: data)
  }

  private func study(_ storage: any Storage, seed: UInt64 = 1) throws -> Study {
    try Study(
      name: "s", directions: [.maximize, .minimize], sampler: RandomSampler(seed: seed), pruner: NopPruner(),
      storage: storage)
  }

  @Test("a trial that goes on has the architecture that is on record, whatever limits and others say by now")
  func goingOn() throws {
    let storage = InMemoryStorage()
    let study = try study(storage)
    let first = try #require(try study.ask())
    let drawn = try candidates().draw(first, space: .empty)
    let latency = try #require(first.record.userAttributes["latency"]?.doubleValue)
    #expect(drawn.objectives == [latency], "objective and record are of one measurement")
    try study.requeue(first)
    // Meanwhile somebody asks for the same.
    try study.enqueue(drawn.architecture.genome.choices)
    let again = try #require(try study.ask())
    #expect(again.number == first.number)
    let resumed = try candidates(limits: "limits: {flash: 1B, latency: 1us}").draw(again, space: .empty)
    #expect(resumed.architecture.genome == drawn.architecture.genome)
    #expect(again.record.userAttributes["latency"]?.doubleValue == latency, "it is not measured again")
    // What is given is judged.
    let given = try #require(try study.ask())
    #expect(throws: ArchitectureError.self) {
      try candidates(limits: "limits: {flash: 1B}").draw(given, space: .empty)
    }
  }

  /// A space of seven architectures that make four networks: the branch that is not taken has choices all the same.
  private static let branches = """
    objective: {data: digits, epochs: 1, metric: accuracy}
    architecture:
      space:
      - dense: {name: first, units: 4}
      - keep: a
      - dense: {name: second, units: [4, 8, 12]}
      - keep: b
      - inputChoice: {name: taken, from: [a, b]}
      - output
      input: row
    sampler: random
    """

  @Test("a network is one trial, whatever was chosen for layers that do not reach its output", arguments: [1, 3])
  func deadLayers(jobs: Int) throws {
    let candidates = try candidates(of: Self.branches)
    for seed in 0..<12 as Range<UInt64> {
      let study = try Study(
        name: "s", directions: [.maximize], sampler: RandomSampler(seed: seed), pruner: NopPruner(),
        storage: InMemoryStorage())
      // What somebody asks for counts as well, while it waits and once it is there.
      try study.enqueue(["second/units": 8, "taken": "0"])
      var widths: [Int] = []
      var running: [Trial] = []
      while let trial = try study.ask() {
        do {
          let graph = try candidates.draw(trial, space: .empty).architecture.graph
          let output = try #require(graph.value(named: "output"))
          let live = graph.removingDeadNodes(keeping: [output]).graph
          widths.append(live.value(named: "second").map { live.shape(of: $0)[1] } ?? 0)
        } catch is SearchExhausted { break }
        running.append(trial)
        if running.count == jobs { try study.tell(running.removeFirst(), value: 0.5) }
      }
      #expect(widths.sorted() == [0, 4, 8, 12], "seed \(seed)")
    }
  }

  @Test("a sampler that proposes what has been tried does not end a search before all has been", arguments: [1, 2, 3])
  func persistence(seed: UInt64) throws {
    let candidates = try candidates(
      of: """
        objective: {data: digits, epochs: 1, metric: accuracy}
        architecture:
          space:
          - dense: {name: first, units: [4, 8, 12, 16, 20, 24, 28, 32]}
          - dense: {name: second, units: [4, 8, 12, 16, 20, 24, 28, 32]}
          - output
          input: row
        """)
    let study = try Study(
      name: "s", directions: [.maximize], sampler: TPESampler(seed: seed), pruner: NopPruner(),
      storage: InMemoryStorage())
    var hashes: Set<String> = []
    while let trial = try study.ask() {
      do {
        let architecture = try candidates.draw(trial, space: .empty).architecture
        hashes.insert(architecture.genome.hash)
        try study.tell(trial, value: Double(architecture.footprint.parameters))
      } catch is SearchExhausted { break }
    }
    #expect(hashes.count == 64)
  }

  @Test("the same network with other hyperparameters is another trial")
  func hyperparameters() throws {
    let candidates = try candidates(of: Self.branches)
    let space = try ParameterSpace([.init("rate", .categorical(CategoricalDistribution([0.1, 0.2])))])
    let study = try Study(
      name: "s", directions: [.maximize], sampler: RandomSampler(seed: 1), pruner: NopPruner(),
      storage: InMemoryStorage())
    var count = 0
    while let trial = try study.ask() {
      do { _ = try candidates.draw(trial, space: space) } catch is SearchExhausted { break }
      try study.tell(trial, value: 0.5)
      count += 1
    }
    #expect(count == 8)
  }

  @Test("trials that are drawn at the same time by several who share a study are all different, to the last of them")
  func racing() throws {
    let folder = try TemporaryDatabase()
    defer { folder.remove() }
    let candidates = try candidates()
    for seed in 0..<4 as Range<UInt64> {
      let path = folder.path("race-\(seed).db")
      let storages = try (0..<4).map { _ in try SQLiteStorage(path: path) }
      defer { for storage in storages { try? storage.close() } }
      // All would draw in the same order.
      let studies = try storages.map { try study($0, seed: seed) }
      let outcomes = Mutex<(hashes: [String], exhausted: Int, errors: [String])>(([], 0, []))
      DispatchQueue.concurrentPerform(iterations: 4) { job in
        for _ in 0..<4 {
          do {
            guard let trial = try studies[job].ask() else { continue }
            do {
              let hash = try candidates.draw(trial, space: .empty).architecture.genome.hash
              outcomes.withLock { $0.hashes.append(hash) }
            } catch is SearchExhausted {
              outcomes.withLock { $0.exhausted += 1 }
            }
          } catch {
            outcomes.withLock { $0.errors.append("\(error)") }
          }
        }
      }
      let found = outcomes.withLock { $0 }
      #expect(found.errors.isEmpty, "\(found.errors)")
      #expect(found.hashes.count == 12 && Set(found.hashes).count == 12 && found.exhausted == 4, "seed \(seed)")
    }
  }
}

/// A folder for databases.
private struct TemporaryDatabase {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "hpo-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func path(_ name: String) -> String { folder.appending(path: name).path }

  func remove() { try? FileManager.default.removeItem(at: folder) }
}
