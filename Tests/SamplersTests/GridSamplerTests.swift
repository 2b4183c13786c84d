import OrderedCollections
import SearchSpace
import Testing
import Trials

import TestSupport
@testable import Samplers

@Suite("Grid sampler")
struct GridSamplerTests {
  private let space: OrderedDictionary<String, Distribution>
  private let grid: Grid

  init() throws {
    space = [
      "z": .int(try IntDistribution(low: 1, high: 3)), "b": .categorical(try CategoricalDistribution(["x", "y"])),
      "a": .float(try FloatDistribution(low: 0, high: 0.3, step: 0.1)),
    ]
    grid = try Grid(space: space)
  }

  @Test("A grid of too many values is refused")
  func tooLong() throws {
    let space: OrderedDictionary<String, Distribution> = ["n": .int(try IntDistribution(low: 1, high: 20_000))]
    let error = #expect(throws: SamplerError.self) { try Grid(space: space) }
    #expect(error?.code == .invalidOption && error?.message.contains("20000") == true)
  }

  /// A trial that starts as the engine starts one.
  private func start(
    _ number: Int, _ sampler: GridSampler, _ history: inout TrialHistory, seed: UInt64 = 9
  ) throws -> FrozenTrial {
    var trial = FrozenTrial(id: Int64(number), number: number, state: .running)
    history.update(trial)
    let draw = Draw(seed: seed, number: number)
    trial.systemAttributes = sampler.assignment(for: draw, history: history)
    history.update(trial)
    for (name, distribution) in space {
      let value = try sampler.sampleIndependent(name, distribution, draw: draw, history: history)
      trial.parameters[name] = .init(distribution: distribution, value: value)
    }
    history.update(trial)
    return trial
  }

  private func finish(_ trial: FrozenTrial, _ state: TrialState, _ history: inout TrialHistory) {
    var trial = trial
    trial.state = state
    trial.values = state == .complete ? [0] : []
    history.update(trial)
  }

  @Test("Points are ordered as the product of the sorted names, the last name fastest")
  func order() throws {
    #expect(Array(grid.values.keys) == ["a", "b", "z"])
    #expect(grid.count == 24)
    var expected: [OrderedDictionary<String, Choice>] = []
    for a in [0, 0.1, 0.2, 0.3] {
      for b in ["x", "y"] { for z in 1...3 { expected.append(["a": .double(a), "b": .string(b), "z": .int(z)]) } }
    }
    #expect((0..<24).map { grid[$0] } == expected)
  }

  @Test("One job evaluates every point once, in an order of the seed's, and then nothing is left")
  func completeness() throws {
    let sampler = GridSampler(grid)
    var orders: [[[Double]]] = []
    for seed in [9, 9, 10] as [UInt64] {
      var history = TrialHistory(directions: [.minimize])
      var points: [[Double]] = []
      while !sampler.isExhausted(history) {
        let trial = try start(points.count, sampler, &history, seed: seed)
        #expect(trial.systemAttributes["grid_id"] == .int(points.count))
        points.append(trial.parameters.values.map(\.value))
        finish(trial, [.complete, .pruned, .failed][points.count % 3], &history)
      }
      #expect(points.count == 24)
      #expect(Set(points).count == 24)
      orders.append(points)
    }
    #expect(orders[0] == orders[1])
    #expect(orders[0] != orders[2])
  }

  @Test("Several jobs, interruptions and enqueued trials leave each point evaluated once", arguments: 0..<20)
  func interleavings(seed: Int) throws {
    let sampler = GridSampler(grid)
    var random = SplitMix64(seed: UInt64(seed))
    var history = TrialHistory(directions: [.minimize])
    var (running, waiting): ([FrozenTrial], [FrozenTrial]) = ([], [])
    var evaluated: [[Double]] = []
    var number = 0
    while true {
      let isExhausted = sampler.isExhausted(history)
      if isExhausted, running.isEmpty, waiting.isEmpty { break }
      switch random.below(6) {
      case 0 where number % 5 == 2:
        // An enqueued trial has its parameters and no point.
        var trial = FrozenTrial(id: 0, number: number, state: .running)
        trial.systemAttributes["fixed_params"] = ["a": 0.1]
        history.update(trial)
        #expect(sampler.assignment(for: Draw(seed: 9, number: number), history: history).isEmpty)
        number += 1
        finish(trial, .complete, &history)
      case 0...2 where running.count < 4:
        if var trial = waiting.popLast() {
          trial.state = .running
          history.update(trial)
          #expect(sampler.assignment(for: Draw(seed: 9, number: trial.number), history: history).isEmpty)
          running.append(trial)
        } else if !isExhausted {
          running.append(try start(number, sampler, &history))
          number += 1
        }
      case 3 where !running.isEmpty:
        var trial = running.remove(at: random.below(running.count))
        trial.state = .waiting
        history.update(trial)
        waiting.append(trial)
      case 4, 5:
        guard !running.isEmpty else { continue }
        let trial = running.remove(at: random.below(running.count))
        evaluated.append(trial.parameters.values.map(\.value))
        finish(trial, .complete, &history)
      default: continue
      }
    }
    #expect(evaluated.count == 24)
    #expect(Set(evaluated).count == 24)
  }

  @Test("A new trial on an exhausted grid has no point and says so")
  func exhaustion() throws {
    let sampler = GridSampler(try Grid(["z": [1, 2, 3]]))
    var history = TrialHistory(directions: [.minimize])
    for number in 0..<3 {
      var trial = FrozenTrial(id: 0, number: number, state: .running)
      trial.systemAttributes = sampler.assignment(for: Draw(seed: 9, number: number), history: history)
      history.update(trial)
    }
    #expect(sampler.isExhausted(history))
    let draw = Draw(seed: 9, number: 3)
    #expect(sampler.assignment(for: draw, history: history).isEmpty)
    history.update(FrozenTrial(id: 0, number: 3, state: .running))
    let error = #expect(throws: SamplerError.self) {
      try sampler.sampleIndependent("z", .int(IntDistribution(low: 1, high: 3)), draw: draw, history: history)
    }
    #expect(error?.code == .exhausted)
  }

  @Test("Trials of another grid do not count")
  func otherGrids() throws {
    let (sampler, other) = (GridSampler(grid), GridSampler(try Grid(["z": [1, 2]])))
    var history = TrialHistory(directions: [.minimize])
    for number in 0..<2 {
      var trial = FrozenTrial(id: 0, number: number, state: .running)
      trial.systemAttributes = other.assignment(for: Draw(seed: 9, number: number), history: history)
      history.update(trial)
    }
    #expect(other.isExhausted(history))
    #expect(!sampler.isExhausted(history))
    #expect(sampler.assignment(for: Draw(seed: 9, number: 2), history: history)["grid_id"] == 2)
  }

  @Test("Parameters and values that the grid was not made for are refused by name")
  func refusals() throws {
    let sampler = GridSampler(try Grid(["z": [1, 20]]))
    var history = TrialHistory(directions: [.minimize])
    let distribution = Distribution.int(try IntDistribution(low: 1, high: 3))
    var messages: [String] = []
    for number in 0..<2 {
      var trial = FrozenTrial(id: 0, number: number, state: .running)
      let draw = Draw(seed: 9, number: number)
      trial.systemAttributes = sampler.assignment(for: draw, history: history)
      history.update(trial)
      for name in ["z", "y"] {
        do { _ = try sampler.sampleIndependent(name, distribution, draw: draw, history: history) } catch {
          messages.append("\(error)")
        }
      }
    }
    #expect(messages.count { $0.contains("'y'") } == 2)
    #expect(messages.count { $0.contains("20") && $0.contains("'z'") } == 1)
    let continuous: OrderedDictionary = ["rate": Distribution.float(try FloatDistribution(low: 0, high: 1))]
    let error = #expect(throws: SamplerError.self) { try Grid(space: continuous) }
    #expect(error?.message.contains("'rate'") == true)
    #expect(throws: SamplerError.self) { try Grid([:]) }
    #expect(throws: SamplerError.self) { try Grid(["a": []]) }
    #expect(throws: SamplerError.self) { try Grid(["a": [1, 1]]) }
    let many = (0..<10_000).map(Choice.int)
    #expect(throws: SamplerError.self) { try Grid(["a": many, "b": many]) }
  }
}
