import Graphs
import RealModule
import Testing

@testable import Execution

/// Gradients against central finite differences, in Double.
@Suite struct GradientTests {
  /// Compares the gradient of `loss` by each variable with (f(x + h) - f(x - h)) / 2h, element by element.
  static func check(
    _ graph: Graph, loss: Value, by variables: [Value], at given: [Value: [Double]], seed: UInt64 = 5,
    _ what: String
  ) throws {
    var graph = graph
    let gradients = try graph.gradient(of: loss, withRespectTo: variables)
    let interpreter = ReferenceInterpreter(graph: graph, seed: seed)
    let found = interpreter.evaluate(gradients, given)
    for (variable, gradient) in zip(variables, found) {
      let elements = try #require(given[variable])
      #expect(gradient.count == elements.count)
      for index in elements.indices {
        let h = 1e-5
        var moved = given
        moved[variable]?[index] = elements[index] + h
        let above = interpreter.evaluate([loss], moved)[0][0]
        moved[variable]?[index] = elements[index] - h
        let below = interpreter.evaluate([loss], moved)[0][0]
        let slope = (above - below) / (2 * h)
        if abs(gradient[index] - slope) <= 1e-7 * max(1, abs(slope)) { continue }
        Issue.record("\(what) by \(graph[variable].name)[\(index)]: \(gradient[index]) instead of \(slope)")
      }
    }
  }

  /// Appends a scalar that weighs each element of `value` differently.
  static func weighted(_ value: Value, in graph: inout Graph) throws -> (loss: Value, weights: Value) {
    let weights = try graph.input("weights", shape: graph.shape(of: value))
    return (try graph.sum(graph.multiply(value, weights)), weights)
  }

  static func isDifferentiable(_ operation: Graphs.Operation, by input: Int) -> Bool {
    switch operation {
    case .dense(let activation?), .convolution(.forward(_, let activation?)): activation.isDifferentiatedAtOutput
    case .loss(.softmaxCrossEntropy), .loss(.klDivergence): input == 0
    case .lossGradient(.softmaxCrossEntropy), .lossGradient(.klDivergence): input != 1
    case .lossGradient(.huber): input == 2
    case .normalization(.batchNormalize): input >= 2
    case .normalization(.layer): true
    case .dropoutMask, .activationCurvature, .pooling(.maximumGradient), .normalization: false
    // The straight-through estimator is no derivative; FakeQuantizationTests says whose it is.
    case .fakeQuantization: false
    default: true
    }
  }

  /// Whether the gradient by the first input has a gradient itself.
  static func isTwiceDifferentiable(_ operation: Graphs.Operation) -> Bool {
    switch operation {
    case .loss(.huber), .pooling(.maximum), .normalization, .activationGradient, .softmaxGradient, .lossGradient: false
    default: true
    }
  }

  @Test("The gradient of each operation agrees with finite differences over random shapes", arguments: 0..<6)
  func operations(seed: UInt64) throws {
    var random = SplitMix(seed)
    for test in OperationCase.all(&random) {
      // Finite differences take two evaluations an element, so the shapes are kept small.
      guard test.shapes.map(\.count).reduce(0, +) < 400 else { continue }
      var (graph, inputs, output) = try test.graph()
      let variables = inputs.indices.filter { Self.isDifferentiable(test.operation, by: $0) }.map { inputs[$0] }
      guard !variables.isEmpty else { continue }
      let (loss, weights) = try Self.weighted(output, in: &graph)
      var given = Dictionary(uniqueKeysWithValues: zip(inputs, test.inputs))
      given[weights] = (0..<graph.shape(of: output).count).map { _ in random.number() }
      try Self.check(graph, loss: loss, by: variables, at: given, test.description)
    }
  }

  @Test("The gradient of each operation is itself differentiated right")
  func secondDerivatives() throws {
    // How often each kind was tested.
    var counts: [String: Int] = [:]
    for seed in UInt64(100)..<160 {
      var random = SplitMix(seed)
      for test in OperationCase.all(&random) where Self.isTwiceDifferentiable(test.operation) {
        let variables = test.shapes.indices.filter { Self.isDifferentiable(test.operation, by: $0) }
        guard !variables.isEmpty else { continue }
        let count = counts[test.kind, default: 0]
        let isSmall = test.shapes.map(\.count).reduce(0, +) < 120
        counts[test.kind] = count + (isSmall ? 1 : 0)
        // As many as a kind has variants: transpositions, axes, windows.
        if isSmall, count < 12 { try checkSecondDerivative(of: test, by: variables, &random) }
      }
    }
    #expect(counts.count >= 50)
    for (kind, count) in counts { #expect(count > 0, "\(kind) was never small enough") }
  }

  private func checkSecondDerivative(of test: OperationCase, by positions: [Int], _ random: inout SplitMix) throws {
    var (graph, inputs, output) = try test.graph()
    let variables = positions.map { inputs[$0] }
    let first = variables[0]
    let (loss, weights) = try Self.weighted(output, in: &graph)
    var given = Dictionary(uniqueKeysWithValues: zip(inputs, test.inputs))
    given[weights] = (0..<graph.shape(of: output).count).map { _ in random.number() }
    let gradient = try graph.gradient(of: loss, withRespectTo: [first])[0]
    let other = try graph.input("other weights", shape: graph.shape(of: gradient))
    given[other] = (0..<graph.shape(of: gradient).count).map { _ in random.number() }
    let second = try graph.sum(graph.multiply(gradient, other))
    try Self.check(graph, loss: second, by: variables, at: given, "second derivative of \(test)")
  }

  @Test("The gradient of a whole network agrees with finite differences", arguments: OperationCase.activations)
  func network(activation: Activation) throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [5, 4])
    let labels = try graph.input("labels", shape: [5])
    let target = try graph.input("target", shape: [5, 3])
    let hidden = try graph.activation(activation, graph.dense(x, units: 7, name: "first"))
    let dropped = try graph.dropout(hidden, probability: 0.4)
    let second = try graph.tanh(graph.dense(dropped, units: 6, name: "second"))
    let logits = try graph.dense(second, units: 3, name: "logits")
    // Two losses over one network, so that gradients meet in the logits.
    let entropy = try graph.softmaxCrossEntropy(logits: logits, labels: labels)
    let squares = try graph.meanSquaredError(prediction: graph.sigmoid(logits), target: target)
    let loss = try graph.add(entropy, graph.scale(squares, by: 0.3))

    var random = SplitMix(9)
    var given: [Value: [Double]] = [:]
    for value in graph.inputs + graph.parameters {
      given[value] = (0..<graph.shape(of: value).count).map { _ in random.number() * 0.7 }
    }
    given[labels] = [0, 2, 1, 1, 0]
    try Self.check(graph, loss: loss, by: graph.parameters + [x], at: given, "\(activation) network")
  }

  @Test("The gradient of a convolution network on its batch's own figures agrees with finite differences")
  func convolutionNetwork() throws {
    var network = Graph()
    let x = try network.input("x", shape: [3, 6, 5, 2])
    let labels = try network.input("labels", shape: [3])
    let first = try network.conv2d(x, channels: 4, hasBias: false, name: "first")
    let normal = try network.silu(network.batchNormalization(first, name: "normal"))
    let filtered = try network.depthwiseConv2d(normal, stride: Extent(2), hasBias: false, name: "filtered")
    let second = try network.relu(network.batchNormalization(filtered, name: "second"))
    let pooled = try network.maxPooling(network.concatenate([second, second]), Pooling(window: Extent(2)))
    let flat = try network.layerNormalization(network.flatten(pooled), name: "layer")
    let loss = try network.softmaxCrossEntropy(
      logits: network.dense(flat, units: 3, name: "logits"), labels: labels, labelSmoothing: 0.1)

    let (rewritten, updates) = try network.usingBatchStatistics()
    #expect(updates.count == 4)
    let graph = rewritten.graph
    var random = SplitMix(4)
    var given: [Value: [Double]] = [:]
    for value in graph.inputs + graph.parameters + graph.states {
      given[value] = (0..<graph.shape(of: value).count).map { _ in random.number() }
    }
    given[try #require(rewritten[labels])] = [0, 2, 1]
    try Self.check(
      graph, loss: #require(rewritten[loss]), by: graph.parameters + [#require(rewritten[x])], at: given, "network")
  }

  @Test("Hessian-vector products of a smooth network agree with finite differences", arguments: [true, false])
  func hessianVectorProduct(isClassifier: Bool) throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [6, 4])
    let target = try graph.input("target", shape: isClassifier ? [6] : [6, 3])
    let hidden = try graph.tanh(graph.dense(x, units: 5, name: "first"))
    let output = try graph.dense(graph.gelu(graph.dense(hidden, units: 4, name: "second")), units: 3, name: "output")
    let loss =
      isClassifier
      ? try graph.softmaxCrossEntropy(logits: output, labels: target)
      : try graph.meanSquaredError(prediction: output, target: target)
    let gradients = try graph.gradient(of: loss, withRespectTo: graph.parameters)

    // H v is the gradient of the gradient's product with a fixed v.
    var random = SplitMix(12)
    var given: [Value: [Double]] = [:]
    var product = try graph.constant(0)
    for (number, gradient) in gradients.enumerated() {
      let direction = try graph.input("v\(number)", shape: graph.shape(of: gradient))
      given[direction] = (0..<graph.shape(of: gradient).count).map { _ in random.number() }
      product = try graph.add(product, graph.sum(graph.multiply(gradient, direction)))
    }
    for value in [x, target] + graph.parameters {
      given[value] = (0..<graph.shape(of: value).count).map { _ in random.number() * 0.6 }
    }
    if isClassifier { given[target] = [0, 2, 1, 1, 0, 2] }
    try Self.check(graph, loss: product, by: graph.parameters, at: given, "H v")
  }
}
