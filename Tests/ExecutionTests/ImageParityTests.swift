import Foundation
import Graphs
import RealModule
import TestSupport
import Testing

@testable import Execution

/// Forward and backward of all operations and losses as PyTorch computes them;
/// `Fixtures/generate_images.py` writes the fixture and tells the inputs.
@Suite struct ImageParityTests {
  struct Fixture: Decodable {
    let cases: [Case]
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let kind: String
    let number: Int
    let shapes: [[Int]]
    let stride, padding, dilation, window: [Int]?
    let groups: Int?
    let running, target, mask: [Float]?
    let output: [Float]
    let gradients: [[Float]]

    var testDescription: String { "\(kind) \(number)" }

    func extent(_ values: [Int]?, _ standard: Int) -> Extent {
      Extent(height: values?[0] ?? standard, width: values?[1] ?? standard)
    }
  }

  static let cases: [Case] = {
    let data = try? Data(contentsOf: TestSupport.Fixture.url("images.json"))
    return data.flatMap { try? JSONDecoder().decode(Fixture.self, from: $0) }?.cases ?? []
  }()

  static let losses: [String: Loss] = [
    "meanSquaredError": .meanSquaredError, "meanAbsoluteError": .meanAbsoluteError, "huber": .huber(delta: 0.7),
    "binaryCrossEntropy": .binaryCrossEntropy, "softmaxCrossEntropy": .softmaxCrossEntropy(labelSmoothing: 0.15),
    "klDivergence": .klDivergence(temperature: 2.5),
  ]

  /// Appends the operation of a case.
  static func append(_ test: Case, _ inputs: [Value], _ states: [Value], to graph: inout Graph) throws -> Value {
    let (stride, padding) = (test.extent(test.stride, 1), test.extent(test.padding, 0))
    let pooling = Pooling(window: test.extent(test.window, 1), stride: stride, padding: padding)
    switch test.kind {
    case "convolution":
      let convolution = Convolution(
        stride: stride, padding: padding, dilation: test.extent(test.dilation, 1), groups: test.groups ?? 1)
      return try graph.convolution(inputs[0], weight: inputs[1], bias: inputs[2], convolution)
    case "maxPooling": return try graph.maxPooling(inputs[0], pooling)
    case "averagePooling": return try graph.averagePooling(inputs[0], pooling)
    case "averagePoolingInside": return try graph.averagePooling(inputs[0], pooling, countsPadding: false)
    case "globalAveragePooling": return try graph.globalAveragePooling(inputs[0])
    case "batchNormalization":
      return try graph.append(.normalization(.batch(BatchNormalization())), inputs + states)
    case "layerNormalization": return try graph.append(.normalization(.layer(epsilon: 1e-5)), inputs)
    case "softmax": return try graph.softmax(inputs[0])
    case "dense": return try graph.dense(inputs[0], weight: inputs[1], bias: inputs[2])
    case "add": return try graph.add(inputs[0], inputs[1])
    case "multiply": return try graph.multiply(inputs[0], inputs[1])
    case "concatenation": return try graph.concatenate(inputs)
    case "flatten": return try graph.flatten(inputs[0])
    case "reshape": return try graph.reshape(inputs[0], Shape((test.target ?? []).map { Int($0) }))
    case "dropout":
      return try graph.multiply(inputs[0], graph.input("mask", shape: graph.shape(of: inputs[0])))
    case "relu6": return try graph.activation(.relu6, graph.scale(inputs[0], by: 4))
    case "hardSwish": return try graph.activation(.hardSwish, graph.scale(inputs[0], by: 3))
    default: return try graph.activation(#require(Activation(named: test.kind)), inputs[0])
    }
  }

  @Test("The fixture holds every kind") func fixture() {
    #expect(Self.cases.count == 140 && Set(Self.cases.map(\.kind)).count == 30)
  }

  @Test("Outputs, gradients and running figures agree with PyTorch's", arguments: cases, Kernels.available)
  func parity(_ test: Case, _ kernels: Kernels) throws {
    var graph = Graph()
    // Inputs are parameters, so that a training run gives their gradients.
    let inputs = try test.shapes.enumerated().map {
      try graph.parameter("\($0)", shape: Shape($1), initializer: .zeros)
    }
    var states: [Value] = []
    if test.kind == "batchNormalization" {
      let channels = Shape([test.shapes[1][0]])
      states = [
        try graph.appendLeaf(.state(.zeros), shape: channels, name: "mean"),
        try graph.appendLeaf(.state(.constant(1)), shape: channels, name: "variance"),
      ]
    }
    let output: Value
    let loss: Value
    let weights: Value
    if let kind = Self.losses[test.kind] {
      let shape: Shape = kind.name == "softmaxCrossEntropy" ? [test.shapes[0][0]] : Shape(test.shapes[0])
      weights = try graph.input("target", shape: shape)
      output = try graph.loss(kind, prediction: inputs[0], target: weights)
      loss = output
    } else {
      output = try Self.append(test, inputs, states, to: &graph)
      weights = try graph.input("weights", shape: graph.shape(of: output))
      loss = try graph.sum(graph.multiply(output, weights))
    }

    let store = ParameterStore(graph, seed: 1)
    for (k, shape) in test.shapes.enumerated() {
      let entry = try #require(store.layout["\(k)"])
      for i in 0..<shape.reduce(1, *) {
        let value = Double.sin(0.7 * Double(i) + 1.3 * Double(k) + Double(test.number))
        store.values[entry.offset + i] = Float(value + .cos(0.31 * Double(i * k)) / 3)
      }
    }
    let plan = try Plan(training: graph, loss: loss, outputs: [output], parameters: store, kernels: kernels)
    let given = plan.input(weights)
    let targets = Self.losses[test.kind] == nil ? nil : test.target
    for i in given.indices { given[i] = targets?[i] ?? Float(Double.cos(Double(i))) }
    if let mask = test.mask, let input = graph.inputs.first(where: { graph[$0].name == "mask" }) {
      _ = plan.input(input).update(fromContentsOf: mask)
    }
    for _ in 0..<(test.running == nil ? 1 : 3) { try plan.run() }

    func expect(_ found: some Collection<Float>, _ expected: [Float], _ what: String) {
      #expect(found.count == expected.count)
      let wrong = zip(found, expected).first { abs($0 - $1) > 2e-5 * max(1, abs($1)) }
      #expect(wrong == nil, "\(what): \(wrong?.0 ?? 0) instead of \(wrong?.1 ?? 0)")
    }
    expect(plan.output(output), test.output, "output")
    for (k, gradient) in test.gradients.enumerated() {
      expect(try #require(store.gradient(of: "\(k)")), gradient, "gradient by input \(k)")
    }
    if let running = test.running {
      expect(try #require(store.values(of: "mean")) + #require(store.values(of: "variance")), running, "running")
    }
  }
}
