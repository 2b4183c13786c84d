import Foundation
import Graphs
import TestSupport
import Testing

@testable import Execution

/// Fake quantization as PyTorch computes it; `Fixtures/generate_quantization.py` writes the fixture.
@Suite("Fake quantization")
struct FakeQuantizationTests {
  struct Fixture: Decodable {
    let values: [Values]
    let weights: [Weights]
  }

  struct Values: Decodable, Sendable, CustomTestStringConvertible {
    struct Batch: Decodable {
      let x, output, gradient, range: [Float]
    }
    let shape: [Int]
    let momentum: Double
    let batches: [Batch]

    var testDescription: String { "values \(shape)" }
  }

  struct Weights: Decodable, Sendable, CustomTestStringConvertible {
    let shape: [Int]
    let bits: Int
    let weights, steps, output, gradient, stepsGradient: [Float]

    var testDescription: String { "\(bits) bits \(shape), \(steps.count) steps" }
  }

  static let fixture: Fixture? = {
    let data = try? Data(contentsOf: TestSupport.Fixture.url("quantization.json"))
    return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }
  }()

  /// A graph with the sum of output element i times cos(i).
  static func weightedSum(of output: Value, in graph: inout Graph) throws -> (loss: Value, factors: Value) {
    let factors = try graph.input("factors", shape: graph.shape(of: output))
    return (try graph.sum(graph.multiply(output, factors)), factors)
  }

  static func expect(_ found: some Collection<Float>, _ expected: [Float], _ what: String, within tolerance: Float) {
    #expect(found.count == expected.count)
    let wrong = zip(found, expected).first { !(abs($0 - $1) <= tolerance * max(1, abs($1))) }
    #expect(wrong == nil, "\(what): \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
  }

  @Test("The fixture holds every kind") func fixtureIsWhole() {
    #expect(Self.fixture?.values.count == 3 && Self.fixture?.weights.count == 16)
  }

  @Test(
    "Values, their ranges batch after batch, and gradients agree with PyTorch's", arguments: fixture?.values ?? [],
    Kernels.available)
  func values(_ test: Values, _ kernels: Kernels) throws {
    var graph = Graph()
    // x is a parameter, so that a training run gives its gradient.
    let x = try graph.parameter("x", shape: Shape(test.shape), initializer: .zeros)
    let range = try graph.appendLeaf(.state(.zeros), shape: [2], name: "range")
    let output = try graph.append(.fakeQuantization(.values(momentum: test.momentum)), [x, range])
    let (loss, factors) = try Self.weightedSum(of: output, in: &graph)
    let store = ParameterStore(graph, seed: 1)
    let training = try Plan(training: graph, loss: loss, outputs: [output], parameters: store, kernels: kernels)
    let given = training.input(factors)
    for i in given.indices { given[i] = Float(cos(Double(i))) }
    let inference = try Plan(inference: graph, outputs: [output], parameters: store, kernels: kernels)
    let (xEntry, rangeEntry) = (try #require(store.layout["x"]), try #require(store.layout["range"]))
    for (i, number) in test.batches[0].range.enumerated() { store.values[rangeEntry.offset + i] = number }
    for (number, batch) in test.batches.enumerated() {
      for (i, element) in batch.x.enumerated() { store.values[xEntry.offset + i] = element }
      try training.run()
      Self.expect(try #require(store.values(of: "range")), batch.range, "range \(number)", within: 1e-6)
      Self.expect(training.output(output), batch.output, "output \(number)", within: 1e-5)
      Self.expect(try #require(store.gradient(of: "x")), batch.gradient, "gradient \(number)", within: 1e-6)
      try inference.run()
      Self.expect(try #require(store.values(of: "range")), batch.range, "range after inference", within: 1e-6)
      Self.expect(inference.output(output), batch.output, "inference \(number)", within: 1e-5)
    }
  }

  @Test(
    "Weights and gradients by them and by their steps agree with PyTorch's", arguments: fixture?.weights ?? [],
    Kernels.available)
  func weights(_ test: Weights, _ kernels: Kernels) throws {
    var graph = Graph()
    let weights = try graph.parameter("weights", shape: Shape(test.shape), initializer: .zeros)
    let steps = try graph.parameter("steps", shape: [test.steps.count], initializer: .zeros)
    let output = try graph.append(.fakeQuantization(.weights(bits: test.bits)), [weights, steps])
    let (loss, factors) = try Self.weightedSum(of: output, in: &graph)
    let store = ParameterStore(graph, seed: 1)
    for (name, elements) in [("weights", test.weights), ("steps", test.steps)] {
      let entry = try #require(store.layout[name])
      for (i, element) in elements.enumerated() { store.values[entry.offset + i] = element }
    }
    let plan = try Plan(training: graph, loss: loss, outputs: [output], parameters: store, kernels: kernels)
    let given = plan.input(factors)
    for i in given.indices { given[i] = Float(cos(Double(i))) }
    try plan.run()
    Self.expect(plan.output(output), test.output, "output", within: 1e-5)
    Self.expect(try #require(store.gradient(of: "weights")), test.gradient, "gradient", within: 1e-6)
    Self.expect(try #require(store.gradient(of: "steps")), test.stepsGradient, "gradient by steps", within: 1e-5)
  }

  @Test("Gradients are those of the rounding whose error is held fixed", arguments: 0..<8)
  func straightThrough(seed: UInt64) throws {
    var random = SplitMix(seed)
    for test in OperationCase.fakeQuantizations(&random) {
      guard case .fakeQuantization(.weights(let bits)) = test.operation, test.shapes[0].count < 300,
        test.inputs[1].allSatisfy({ $0 > 0 })
      else { continue }
      let limit = Double((1 << (bits - 1)) - 1)
      let channels = WeightChannels(test.shapes[0])
      var (graph, inputs, output) = try test.graph()
      let (loss, factors) = try Self.weightedSum(of: output, in: &graph)
      let gradients = try graph.gradient(of: loss, withRespectTo: inputs)
      var given = Dictionary(uniqueKeysWithValues: zip(inputs, test.inputs))
      let upstream = (0..<test.shapes[0].count).map { _ in random.number() }
      given[factors] = upstream
      let found = ReferenceInterpreter(graph: graph, seed: 1).evaluate(gradients, given)

      /// The loss with the error of each rounding, and what is cut off, as they are at the given point.
      func value(_ inputs: [[Double]]) -> Double {
        upstream.indices.reduce(0) { sum, i in
          let channel = inputs[1].count == 1 ? 0 : channels.channel(of: i)
          let there = test.inputs[0][i] / test.inputs[1][channel]
          let whole = there.rounded(.toNearestOrEven)
          let step = inputs[1][channel]
          let q = abs(whole) <= limit ? inputs[0][i] / step + (whole - there) : there < 0 ? -limit : limit
          return sum + upstream[i] * step * q
        }
      }
      let h = 1e-6
      for (input, gradient) in found.enumerated() {
        // What an input's slope is multiplied by.
        let factor = input == 0 ? 1 : 1 / (Double(upstream.count / test.inputs[1].count) * limit).squareRoot()
        for i in gradient.indices {
          var (above, below) = (test.inputs, test.inputs)
          above[input][i] += h
          below[input][i] -= h
          let slope = (value(above) - value(below)) / (2 * h)
          #expect(abs(gradient[i] - factor * slope) < 1e-5 * max(1, abs(slope)), "\(test) by input \(input), \(i)")
        }
      }
    }
  }
}
