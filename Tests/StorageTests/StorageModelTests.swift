import OrderedCollections
import SearchSpace
import Testing
import TrialStorage
import Trials

@Suite("Storages under random operations")
struct StorageModelTests {
  @Test("A file and the memory agree on 576 random sequences of operations", arguments: 0..<6)
  func agrees(batch: Int) throws {
    for number in 0..<12 {
      let folder = try TemporaryFolder()
      // Every third file is of Optuna's making, without AUTOINCREMENT.
      let file = try (number % 3 == 0 ? StorageImplementation.optunaFile : .file).make(in: folder)
      let memory = InMemoryStorage()
      for sequence in 0..<8 {
        let seed = UInt64((batch * 12 + number) * 8 + sequence)
        var run = RandomRun(seed: seed, left: memory, right: file)
        try run.perform(operations: 40)
        for study in try memory.studies() { try memory.deleteStudy(study.id) }
        for study in try file.studies() { try file.deleteStudy(study.id) }
      }
      try file.close()
    }
  }
}

/// The same random operations on two storages, whose answers must be equal but for identifiers and times.
private struct RandomRun {
  let seed: UInt64
  let left: any Storage
  let right: any Storage
  private var generator: SplitMix
  private var studies: [(left: Int64, right: Int64)] = []
  private var trials: [(left: Int64, right: Int64)] = []
  private var cursors: [Int64: (left: TrialCursor, right: TrialCursor)] = [:]

  init(seed: UInt64, left: any Storage, right: any Storage) {
    (self.seed, self.left, self.right) = (seed, left, right)
    generator = SplitMix(state: seed)
  }

  mutating func perform(operations: Int) throws {
    for operation in 0..<operations {
      try step()
      if operation % 10 == 9 { try compareAll() }
    }
  }

  private mutating func number(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

  /// Runs an operation on both and returns both answers where both gave one.
  private func both<Answer>(
    _ what: String, left first: () throws -> Answer, right second: () throws -> Answer
  ) throws -> (left: Answer, right: Answer)? {
    switch (Result(catching: first), Result(catching: second)) {
    case (.success(let left), .success(let right)): return (left, right)
    case (.failure(let left as StorageError), .failure(let right as StorageError)):
      #expect(left.code == right.code, "seed \(seed), \(what)")
    case (let left, let right): Issue.record("seed \(seed), \(what): \(left) against \(right)")
    }
    return nil
  }

  private mutating func step() throws {
    let choice = number(20)
    if studies.isEmpty || choice == 0 { return try createStudy() }
    let study = studies[number(studies.count)]
    switch choice {
    case 1 where number(3) == 0: try deleteStudy(study)
    case 1...4: try start(study)
    case 5, 6: try enqueue(study)
    case 7: try add(study)
    case 8, 9: try readChanges(study)
    case 10:
      let numbers = try both(
        "orphans", left: { try left.requeueOrphans(study: study.left).requeued },
        right: { try right.requeueOrphans(study: study.right).requeued })
      #expect(numbers?.left == numbers?.right)
    default: try changeTrial(choice)
    }
  }

  private mutating func createStudy() throws {
    let name = "s\(number(4))"
    let directions = Array(repeating: StudyDirection.maximize, count: 1 + number(2))
    let made = try both(
      "create", left: { try left.createStudy(name: name, directions: directions).id },
      right: { try right.createStudy(name: name, directions: directions).id })
    if let made { studies.append(made) }
  }

  private mutating func deleteStudy(_ study: (left: Int64, right: Int64)) throws {
    _ = try both(
      "delete", left: { try left.deleteStudy(study.left) }, right: { try right.deleteStudy(study.right) })
    // Half of the time the study is asked for again, in vain.
    if number(2) == 0 { studies.removeAll { $0.left == study.left } }
  }

  private mutating func start(_ study: (left: Int64, right: Int64)) throws {
    let limit = [nil, 0, 3, 10][number(4)]
    let owner = number(3) == 0 ? ProcessIdentity.ended : .current
    let started = try both(
      "start", left: { try left.startTrial(study: study.left, owner: owner, limit: limit) },
      right: { try right.startTrial(study: study.right, owner: owner, limit: limit) })
    guard let started else { return }
    #expect(started.left.map(comparable) == started.right.map(comparable), "seed \(seed)")
    if let left = started.left, let right = started.right { trials.append((left.id, right.id)) }
  }

  private mutating func enqueue(_ study: (left: Int64, right: Int64)) throws {
    let fixed: OrderedDictionary<String, Choice> = [["x": 0.5], ["n": 3, "kind": nil], ["": 1]][number(3)]
    let queued = try both(
      "enqueue",
      left: { try left.enqueueTrial(study: study.left, parameters: fixed, userAttributes: ["q": 1]) },
      right: { try right.enqueueTrial(study: study.right, parameters: fixed, userAttributes: ["q": 1]) })
    guard let queued else { return }
    #expect(comparable(queued.left) == comparable(queued.right), "seed \(seed)")
    trials.append((queued.left.id, queued.right.id))
  }

  private mutating func add(_ study: (left: Int64, right: Int64)) throws {
    var trial = FrozenTrial(id: 0, number: 0, state: [.complete, .pruned, .failed, .running][number(4)])
    trial.values = [[], [1.5], [1, -.infinity], [.nan]][number(4)]
    trial.parameters = try randomParameters()
    trial.intermediateValues = (0..<number(4)).map { _ in .init(step: number(5), value: 0.5) }
    trial.userAttributes = ["z": 1, "a": ["x"]]
    trial.completed = .now
    let added = try both(
      "add", left: { try left.addTrial(trial, study: study.left) },
      right: { try right.addTrial(trial, study: study.right) })
    guard let added else { return }
    #expect(comparable(added.left) == comparable(added.right), "seed \(seed)")
    trials.append((added.left.id, added.right.id))
  }

  private mutating func readChanges(_ study: (left: Int64, right: Int64)) throws {
    var cursor = cursors[study.left] ?? (TrialCursor(), TrialCursor())
    let changes = try both(
      "changes", left: { try left.changes(study: study.left, since: &cursor.left) },
      right: { try right.changes(study: study.right, since: &cursor.right) })
    cursors[study.left] = cursor
    if let changes { #expect(changes.left.map(comparable) == changes.right.map(comparable), "seed \(seed)") }
  }

  private mutating func changeTrial(_ choice: Int) throws {
    guard !trials.isEmpty else { return }
    let trial = trials[max(0, trials.count - 1 - number(6))]
    switch choice {
    case 11, 12, 13:
      let parameters = try randomParameters()
      _ = try both(
        "parameters", left: { try left.setParameters(parameters, trial: trial.left) },
        right: { try right.setParameters(parameters, trial: trial.right) })
    case 14, 15:
      let (step, value) = (number(6), [0.5, .nan, .infinity, -0.25][number(4)])
      _ = try both(
        "report", left: { try left.report(value, step: step, trial: trial.left) },
        right: { try right.report(value, step: step, trial: trial.right) })
    case 16:
      let attributes: OrderedDictionary<String, JSONValue> = ["a": .int(number(3)), "k\(number(3))": [nil]]
      let kind: AttributeKind = number(2) == 0 ? .user : .system
      _ = try both(
        "attributes", left: { try left.setTrialAttributes(attributes, kind: kind, trial: trial.left) },
        right: { try right.setTrialAttributes(attributes, kind: kind, trial: trial.right) })
    case 17 where number(2) == 0:
      let (step, bytes) = (number(6), [UInt8](repeating: 7, count: number(3)))
      _ = try both(
        "checkpoint",
        left: {
          try left.report(1, step: step, checkpoint: bytes, of: TrialLease(trial: trial.left, start: nil))
        },
        right: {
          try right.report(1, step: step, checkpoint: bytes, of: TrialLease(trial: trial.right, start: nil))
        })
      let kept = try both(
        "resume", left: { try left.checkpoint(trial: trial.left) }, right: { try right.checkpoint(trial: trial.right) })
      #expect(kept?.left == kept?.right, "seed \(seed)")
    case 17:
      _ = try both(
        "requeue", left: { try left.requeueTrial(trial.left) }, right: { try right.requeueTrial(trial.right) })
    default:
      let state = TrialState.allCases[number(5)]
      let values: [Double] = [[1], [], [1, 2], [.infinity]][number(4)]
      _ = try both(
        "finish",
        left: { try left.finishTrial(trial.left, state: state, values: values, attributes: ["why": "x"]) },
        right: { try right.finishTrial(trial.right, state: state, values: values, attributes: ["why": "x"]) })
    }
  }

  private mutating func randomParameters() throws -> OrderedDictionary<String, FrozenTrial.Parameter> {
    var result: OrderedDictionary<String, FrozenTrial.Parameter> = [:]
    for _ in 0..<number(4) {
      let (name, distribution) = Distributions.all.elements[number(Distributions.all.count)]
      // Now and then a name has the distribution of another.
      let other = number(8) == 0 ? Distributions.all.elements[number(Distributions.all.count)].value : distribution
      result[name] = .init(distribution: other, value: 1)
    }
    return result
  }

  private func compareAll() throws {
    let records = (try left.studies(), try right.studies())
    #expect(records.0.map(\.name) == records.1.map(\.name), "seed \(seed)")
    #expect(records.0.map(\.directions) == records.1.map(\.directions), "seed \(seed)")
    for (first, second) in zip(records.0, records.1) {
      let trials = (try left.trials(study: first.id, states: nil), try right.trials(study: second.id, states: nil))
      #expect(trials.0.map(comparable) == trials.1.map(comparable), "seed \(seed)")
      #expect(try left.counts(study: first.id) == right.counts(study: second.id), "seed \(seed)")
    }
  }
}

/// A trial without what differs from storage to storage.
private func comparable(_ trial: FrozenTrial) -> String {
  var trial = trial
  trial.id = 0
  trial.started = trial.started.map { _ in Timestamp(microseconds: 0) }
  trial.completed = trial.completed.map { _ in Timestamp(microseconds: 0) }
  return "\(trial)"
}

/// A small generator with a seed (Steele, Lea and Flood, doi:10.1145/2660193.2660195).
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
