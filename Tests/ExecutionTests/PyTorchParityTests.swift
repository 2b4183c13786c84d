import Foundation
import Graphs
import TestSupport
import Testing

@testable import Execution

/// Forward, loss, gradients and 20 steps of each optimizer as PyTorch computes them; `Fixtures/generate_pytorch.py`
/// writes the fixture.
@Suite struct PyTorchParityTests {
  struct Fixture: Decodable {
    let steps: Int
    let cases: [Case]
  }

  struct Case: Decodable {
    let name: String
    let widths: [Int]
    let activations: [String]
    let batch: Int
    let input, target, parameters, output, gradients: [Float]
    let loss: Float
    let runs: [Run]
  }

  struct Run: Decodable {
    let rule: String
    let learningRate, weightDecay: Double
    let momentum, beta1, beta2, epsilon: Double?
    let losses, parameters: [Float]

    var optimizer: Optimizer {
      switch rule {
      case "adam":
        .adam(
          learningRate: learningRate, beta1: beta1 ?? 0.9, beta2: beta2 ?? 0.999, epsilon: epsilon ?? 1e-8,
          weightDecay: weightDecay)
      case "momentum": .momentum(momentum ?? 0, learningRate: learningRate, weightDecay: weightDecay)
      default: .gradientDescent(learningRate: learningRate, weightDecay: weightDecay)
      }
    }
  }

  static func fixture() throws -> Fixture {
    try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: TestSupport.Fixture.url("pytorch.json")))
  }

  /// The network of a case, compiled for training, with the case's parameters and batch.
  struct Trained {
    let store: ParameterStore
    let plan: Plan
    let loss, output: Value

    init(_ test: Case, _ kernels: Kernels) throws {
      var graph = Graph()
      let x = try graph.input("x", shape: [test.batch, test.widths[0]])
      var value = x
      for (number, units) in test.widths.dropFirst().enumerated() {
        value = try graph.dense(value, units: units, name: "layer\(number)")
        if number < test.activations.count {
          value = try graph.activation(#require(Activation(named: test.activations[number])), value)
        }
      }
      output = value
      let target: Value
      if test.name == "regression" {
        target = try graph.input("target", shape: graph.shape(of: value))
        loss = try graph.meanSquaredError(prediction: value, target: target)
      } else {
        target = try graph.input("target", shape: [test.batch])
        loss = try graph.softmaxCrossEntropy(logits: value, labels: target)
      }
      store = ParameterStore(graph, seed: 0)
      plan = try Plan(training: graph, loss: loss, outputs: [output], parameters: store, kernels: kernels)
      _ = plan.input(x).update(fromContentsOf: test.input)
      _ = plan.input(target).update(fromContentsOf: test.target)
      reset(test)
    }

    func reset(_ test: Case) {
      var rest = test.parameters[...]
      for entry in store.layout.entries {
        for index in entry.range { store.values[index] = rest.removeFirst() }
      }
    }

    /// Elements of a flat buffer without its padding, as PyTorch orders them.
    func packed(_ flat: UnsafeMutableBufferPointer<Float>) -> [Float] {
      store.layout.entries.flatMap { flat[$0.range] }
    }
  }

  static func expectClose(_ found: [Float], _ right: [Float], _ what: String) {
    #expect(found.count == right.count, "\(what)")
    let wrong = zip(found, right).first { !(abs($0 - $1) <= 1e-5 * max(1, abs($1))) }
    #expect(wrong == nil, "\(what): \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
  }

  @Test("Forward, loss and gradients are PyTorch's", arguments: Kernels.available)
  func gradients(_ kernels: Kernels) throws {
    for test in try Self.fixture().cases {
      let trained = try Trained(test, kernels)
      try trained.plan.run()
      Self.expectClose(Array(trained.plan.output(trained.output)), test.output, "\(test.name) output")
      Self.expectClose([trained.plan.scalar(trained.loss)], [test.loss], "\(test.name) loss")
      Self.expectClose(trained.packed(trained.store.gradients), test.gradients, "\(test.name) gradients")
    }
  }

  @Test("Twenty steps of each optimizer are PyTorch's", arguments: Kernels.available)
  func steps(_ kernels: Kernels) throws {
    let fixture = try Self.fixture()
    for test in fixture.cases {
      let trained = try Trained(test, kernels)
      for run in test.runs {
        trained.reset(test)
        let state = OptimizerState(run.optimizer, parameters: trained.store)
        let losses = try (0..<fixture.steps).map { _ in
          try trained.plan.run()
          state.step()
          return trained.plan.scalar(trained.loss)
        }
        let what = "\(test.name), \(run.optimizer)"
        Self.expectClose(losses, run.losses, "\(what): losses")
        Self.expectClose(trained.packed(trained.store.values), run.parameters, "\(what): parameters")
      }
    }
  }
}
