import Foundation
import Graphs
import RealModule
import TestSupport
import Testing

@testable import Execution

/// 100 steps of each optimizer as PyTorch takes them; `Fixtures/generate_optimizers.py` writes the fixture and tells the
/// gradients.
@Suite struct OptimizerParityTests {
  struct Fixture: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible, Sendable {
    let rule: String
    let learningRate: Double
    let weightDecay, momentum, alpha, epsilon, beta1, beta2, clipNorm, clipValue: Double?
    let centred, sparesVectors: Bool?
    /// The elements after each step.
    let steps: [[Float]]

    var testDescription: String { "\(rule), rate \(learningRate)" }

    var optimizer: Optimizer {
      let decay = weightDecay ?? (rule == "adamW" ? 0.01 : 0)
      let (beta1, beta2) = (beta1 ?? 0.9, beta2 ?? 0.999)
      var optimizer: Optimizer =
        switch rule {
        case "momentum": .momentum(momentum ?? 0, learningRate: learningRate, weightDecay: decay)
        case "nesterov": .nesterov(momentum ?? 0, learningRate: learningRate, weightDecay: decay)
        case "adaGrad": .adaGrad(learningRate: learningRate, epsilon: epsilon ?? 1e-10, weightDecay: decay)
        case "rmsProp":
          .rmsProp(
            learningRate: learningRate, alpha: alpha ?? 0.99, epsilon: epsilon ?? 1e-8, momentum: momentum ?? 0,
            isCentred: centred ?? false, weightDecay: decay)
        case "adam": .adam(learningRate: learningRate, beta1: beta1, beta2: beta2, weightDecay: decay)
        case "adamW": .adamW(learningRate: learningRate, beta1: beta1, beta2: beta2, weightDecay: decay)
        default: .gradientDescent(learningRate: learningRate, weightDecay: decay)
        }
      optimizer.decaysVectors = sparesVectors != true
      return optimizer
    }
  }

  static let cases: [Case] = {
    let data = try? Data(contentsOf: TestSupport.Fixture.url("optimizers.json"))
    return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }?.cases ?? []
  }()

  /// Parameters of a matrix and a vector, with the elements that the fixture begins with.
  static func store() throws -> ParameterStore {
    var graph = Graph()
    _ = try graph.parameter("matrix", shape: [4, 6], initializer: .zeros)
    _ = try graph.parameter("vector", shape: [7], initializer: .zeros)
    let store = ParameterStore(graph, seed: 0)
    forEachElement(of: store) { i, place in store.values[place] = Float(Double.sin(Double(i))) }
    return store
  }

  static func forEachElement(of store: ParameterStore, _ body: (Int, Int) -> Void) {
    var i = 0
    for entry in store.layout.entries {
      for place in entry.range {
        body(i, place)
        i += 1
      }
    }
  }

  @Test("The fixture holds every rule") func fixture() {
    #expect(Set(Self.cases.map(\.rule)).count == 7 && Self.cases.allSatisfy { $0.steps.count == 100 })
  }

  @Test("100 steps agree with PyTorch's on each instruction set", arguments: cases, VectorTable.all.indices)
  func steps(_ test: Case, table: Int) throws {
    let store = try Self.store()
    let state = OptimizerState(test.optimizer, parameters: store, table: VectorTable.all[table])
    for step in 1...100 {
      Self.forEachElement(of: store) { i, place in
        let value = Double.sin(Double(7 * i + 3 * step)) + Double.cos(Double(i * step)) / 2
        store.gradients[place] = step % 2 == 1 && i % 5 == 0 ? 0 : Float(value)
      }
      if let limit = test.clipNorm { store.clipGradients(norm: limit) }
      if let limit = test.clipValue { store.clipGradients(value: limit) }
      state.step()
      let expected = test.steps[step - 1]
      Self.forEachElement(of: store) { i, place in
        let difference = abs(store.values[place] - expected[i])
        if difference > 1e-6 * max(1, abs(expected[i])) {
          Issue.record("element \(i) after step \(step): \(store.values[place]) instead of \(expected[i])")
        }
      }
    }
  }

  @Test("The projection finds the minimum of x² + 2x + 1 on [-2, 2], and of its shift the bound", arguments: [1.0, -3])
  func projection(root: Double) throws {
    for start in [-2.0, -0.3, 2] {
      var graph = Graph()
      _ = try graph.parameter("x", shape: [1], initializer: .constant(start))
      let store = ParameterStore(graph, seed: 0)
      var optimizer = Optimizer.gradientDescent(learningRate: 0.1)
      optimizer.bounds = -2...2
      let state = OptimizerState(optimizer, parameters: store)
      for _ in 0..<100 {
        store.gradients[0] = 2 * (store.values[0] + Float(root))
        state.step()
        #expect((-2...2).contains(store.values[0]))
      }
      #expect(abs(Double(store.values[0]) - max(-2, min(2, -root))) < 1e-6)
    }
  }

  @Test("Bounds without 0 hold for the parameters, and the zeros between them stay zeros")
  func boundsWithoutZero() throws {
    let store = try Self.store()
    var optimizer = Optimizer.gradientDescent(learningRate: 0.1)
    optimizer.bounds = 0.5...2
    OptimizerState(optimizer, parameters: store).step()
    var places: Set<Int> = []
    Self.forEachElement(of: store) { _, place in
      places.insert(place)
      #expect((0.5...2).contains(store.values[place]))
    }
    #expect(store.values.indices.allSatisfy { places.contains($0) || store.values[$0] == 0 })
    #expect(places.count < store.values.count, "the layout pads")
  }

  @Test("An L1 penalty draws each weight to zero by its sign, and spares vectors where they are spared")
  func l1() throws {
    let store = try Self.store()
    var optimizer = Optimizer.gradientDescent(learningRate: 0.5)
    optimizer.l1Penalty = 0.1
    optimizer.decaysVectors = false
    let before = store.snapshot()
    OptimizerState(optimizer, parameters: store).step()
    Self.forEachElement(of: store) { i, place in
      let sign: Float = before[place] > 0 ? 1 : (before[place] < 0 ? -1 : 0)
      #expect(abs(store.values[place] - (i < 24 ? before[place] - 0.05 * sign : before[place])) < 1e-6)
    }
  }
}
