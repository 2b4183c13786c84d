import Graphs
import RealModule
import Testing

@testable import Execution

@Suite struct OptimizerTests {
  static let optimizers: [Optimizer] = [
    .gradientDescent(learningRate: 0.1), .gradientDescent(learningRate: 0.1, weightDecay: 0.3),
    .momentum(0.7, learningRate: 0.05), .momentum(0.9, learningRate: 0.05, weightDecay: 0.2),
    .adam(learningRate: 0.02), .adam(learningRate: 0.02, beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.1),
  ]

  /// A store of 45 parameters, of which the layout pads both.
  static func store() throws -> ParameterStore {
    var graph = Graph()
    _ = try graph.parameter("a", shape: [7, 5], initializer: .heNormal)
    _ = try graph.parameter("b", shape: [10], initializer: .constant(0.5))
    return ParameterStore(graph, seed: 3)
  }

  static func setGradients(_ store: ParameterStore, step: Int) {
    for entry in store.layout.entries {
      for index in entry.range { store.gradients[index] = Float(.sin(Double(index * 7 + step * 3))) }
    }
  }

  @Test("Each instruction set follows the documented formulas", arguments: optimizers, VectorTable.all.indices)
  func formulas(_ optimizer: Optimizer, table: Int) throws {
    let store = try Self.store()
    let state = OptimizerState(optimizer, parameters: store, table: VectorTable.all[table])
    var p = store.values.map(Double.init)
    var (first, second) = (p.map { _ in 0.0 }, p.map { _ in 0.0 })
    for step in 1...10 {
      Self.setGradients(store, step: step)
      if step == 6 { state.learningRate *= 0.5 }
      let rate = state.learningRate
      for i in p.indices {
        let g = Double(store.gradients[i]) + optimizer.weightDecay * p[i]
        switch optimizer.rule {
        case .gradientDescent:
          p[i] -= rate * g
        case .momentum(let momentum):
          first[i] = momentum * first[i] + g
          p[i] -= rate * first[i]
        case .nesterov, .adaGrad, .rmsProp, .adamW:
          Issue.record("checked against PyTorch")
        case .adam(let beta1, let beta2, let epsilon):
          first[i] = beta1 * first[i] + (1 - beta1) * g
          second[i] = beta2 * second[i] + (1 - beta2) * g * g
          let (m, v) = (first[i] / (1 - .pow(beta1, step)), second[i] / (1 - .pow(beta2, step)))
          p[i] -= rate * m / (.sqrt(v) + epsilon)
        }
      }
      state.step()
      let wrong = zip(store.values, p).first { abs(Double($0) - $1) > 1e-6 * max(1, abs($1)) }
      #expect(wrong == nil, "step \(step): \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
    }
  }

  @Test("The padding between parameters stays zero", arguments: optimizers)
  func padding(_ optimizer: Optimizer) throws {
    let store = try Self.store()
    let state = OptimizerState(optimizer, parameters: store)
    for step in 1...5 {
      Self.setGradients(store, step: step)
      state.step()
    }
    let inUse = Set(store.layout.entries.flatMap(\.range))
    #expect(store.values.indices.allSatisfy { inUse.contains($0) || store.values[$0] == 0 })
  }

  @Test("A restored state goes on bit for bit", arguments: optimizers)
  func snapshots(_ optimizer: Optimizer) throws {
    let store = try Self.store()
    let state = OptimizerState(optimizer, parameters: store)
    for step in 1...4 {
      Self.setGradients(store, step: step)
      state.step()
    }
    state.learningRate = 0.007
    let (parameters, saved) = (store.snapshot(), state.snapshot())
    func goOn(_ state: OptimizerState) -> [Float] {
      for step in 5...8 {
        Self.setGradients(store, step: step)
        state.step()
      }
      return store.snapshot()
    }
    let straight = goOn(state)
    try store.restore(parameters)
    let fresh = OptimizerState(optimizer, parameters: store)
    try fresh.restore(saved)
    #expect(fresh.stepCount == 4)
    #expect(goOn(fresh) == straight)
  }

  @Test("An exempted parameter is neither decayed, penalized nor bounded", arguments: optimizers)
  func exempted(_ plain: Optimizer) throws {
    func trained(_ change: (inout Optimizer) -> Void) throws -> ParameterStore {
      let store = try Self.store()
      var optimizer = plain
      (optimizer.weightDecay, optimizer.l1Penalty, optimizer.bounds) = (0.3, 0.2, -0.01...0.01)
      change(&optimizer)
      let state = OptimizerState(optimizer, parameters: store)
      for step in 1...5 {
        Self.setGradients(store, step: step)
        state.step()
      }
      return store
    }
    let free = try trained { ($0.weightDecay, $0.l1Penalty, $0.bounds) = (0, 0, nil) }
    let held = try trained { _ in }
    for entry in held.layout.entries {
      let mixed = try trained { $0.exempted = [entry.name] }
      for other in held.layout.entries {
        let expected = other.name == entry.name ? free : held
        #expect(Array(mixed.values[other.range]) == Array(expected.values[other.range]), "\(entry.name), \(other.name)")
      }
      #expect(Array(free.values[entry.range]) != Array(held.values[entry.range]), "the test needs a difference")
    }
  }

  @Test("A snapshot of another rule is refused")
  func wrongSnapshot() throws {
    let store = try Self.store()
    let adam = OptimizerState(.adam(), parameters: store)
    let momentum = OptimizerState(.momentum(learningRate: 0.1), parameters: store)
    let error = #expect(throws: ExecutionError.self) { try momentum.restore(adam.snapshot()) }
    #expect(error?.code == .snapshotMismatch)
  }
}
