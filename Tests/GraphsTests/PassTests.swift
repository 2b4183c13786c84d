import Testing

@testable import Graphs

@Suite struct PassTests {
  /// x [4, 3] through a dense layer of 5, ReLU, dropout, a dense layer of 2, and cross-entropy.
  struct Network {
    var graph = Graph()
    let x, labels, hidden, rectified, dropped, logits, loss: Value

    init() throws {
      x = try graph.input("x", shape: [4, 3])
      labels = try graph.input("labels", shape: [4])
      hidden = try graph.dense(x, units: 5, name: "hidden")
      rectified = try graph.relu(hidden, name: "rectified")
      dropped = try graph.dropout(rectified, probability: 0.5, name: "dropped")
      logits = try graph.dense(dropped, units: 2, name: "logits")
      loss = try graph.softmaxCrossEntropy(logits: logits, labels: labels, name: "loss")
    }
  }

  @Test("Dead nodes are left out, live ones keep their names and order")
  func deadNodes() throws {
    let network = try Network()
    let rewritten = network.graph.removingDeadNodes(keeping: [network.rectified])
    #expect(rewritten.graph.nodes.map(\.name) == ["x", "hidden.weight", "hidden.bias", "hidden", "rectified"])
    #expect(rewritten[network.loss] == nil)
    let value = try #require(rewritten[network.rectified])
    #expect(rewritten.graph[value].operation == .activation(.relu))
    #expect(rewritten.graph[value].inputs == rewritten.graph.value(named: "hidden").map { [$0] })
  }

  @Test("Nothing is dead in a graph whose last value is kept")
  func nothingDead() throws {
    let network = try Network()
    #expect(network.graph.removingDeadNodes(keeping: [network.loss]).graph.nodes == network.graph.nodes)
  }

  @Test("Inference has no dropout")
  func inference() throws {
    let network = try Network()
    let inference = network.graph.convertingToInference()
    #expect(inference[network.dropped] == inference[network.rectified])
    let logits = try #require(inference[network.logits])
    let live = inference.graph.removingDeadNodes(keeping: [logits])
    #expect(!live.graph.nodes.contains { $0.operation.name == "dropoutMask" || $0.operation == .multiply })
    #expect(live.graph.nodes.last?.name == "logits")
  }

  @Test("A dense layer takes over the activation that alone reads it")
  func fusion() throws {
    let network = try Network()
    let fused = network.graph.fusingActivations(keeping: [network.loss])
    #expect(fused[network.hidden] == nil)
    let rectified = try #require(fused[network.rectified])
    #expect(fused.graph[rectified].operation == .dense(activation: .relu))
    #expect(fused.graph[rectified].name == "rectified")
    #expect(fused.graph.nodes.count == network.graph.nodes.count - 1)
  }

  @Test("A dense output that is kept, or read twice, is not fused")
  func noFusion() throws {
    var network = try Network()
    let keepingBoth = network.graph.fusingActivations(keeping: [network.loss, network.hidden])
    #expect(keepingBoth.graph.nodes == network.graph.nodes)
    _ = try network.graph.tanh(network.hidden)
    #expect(network.graph.fusingActivations(keeping: [network.loss]).graph.nodes == network.graph.nodes)
  }

  @Test("The cost counts parameters and multiply-accumulates")
  func cost() throws {
    var network = try Network()
    let forward = 4 * 3 * 5 + 4 * 5 * 2
    #expect(network.graph.cost == Graph.Cost(parameters: 3 * 5 + 5 + 5 * 2 + 2, multiplyAccumulates: forward))
    _ = try network.graph.gradient(of: network.loss, withRespectTo: network.graph.parameters)
    // Backwards there are two products for each layer, but none for the gradient of x.
    #expect(network.graph.cost.multiplyAccumulates == forward + 2 * forward - 4 * 3 * 5)
  }

  @Test("The gradient of a value that the loss does not depend on is zero")
  func independent() throws {
    var network = try Network()
    let unread = try network.graph.parameter("unread", shape: [3], initializer: .zeros)
    let gradients = try network.graph.gradient(of: network.loss, withRespectTo: [network.labels, unread].suffix(1))
    #expect(network.graph[gradients[0]].operation == .constant(0))
    #expect(network.graph.shape(of: gradients[0]) == [3])
  }

  @Test("The gradient of the loss by itself is one")
  func itself() throws {
    var network = try Network()
    let gradient = try network.graph.gradient(of: network.loss, withRespectTo: [network.loss])[0]
    #expect(network.graph[gradient].operation == .constant(1))
  }

  @Test("A gradient that is not defined is refused with the node named")
  func undefinedGradients() throws {
    var network = try Network()
    let noScalar = #expect(throws: GraphError.self) {
      try network.graph.gradient(of: network.logits, withRespectTo: [network.x])
    }
    #expect(noScalar?.code == .shapeMismatch)
    #expect(noScalar?.message.contains("'logits'") == true)

    let byLabels = #expect(throws: GraphError.self) {
      try network.graph.gradient(of: network.loss, withRespectTo: [network.labels])
    }
    #expect(byLabels?.code == .notDifferentiable)
    #expect(byLabels?.message.contains("'loss'") == true)

    let huber = try network.graph.loss(.huber(delta: 1), prediction: network.logits, target: network.logits)
    let gradient = try network.graph.gradient(of: huber, withRespectTo: [network.logits])[0]
    let sum = try network.graph.sum(gradient)
    let twice = #expect(throws: GraphError.self) {
      try network.graph.gradient(of: sum, withRespectTo: [network.logits])
    }
    #expect(twice?.code == .notDifferentiable)
  }

  /// A training step of a convolution's batch normalization with ReLU and a pooling by `window` behind it.
  private func normalizationStep(window: Int) throws -> (graph: Graph, kept: [Value]) {
    var graph = Graph()
    let x = try graph.input("x", shape: [2, 4, 4, 1])
    var value = try graph.conv2d(x, channels: 3, hasBias: false, name: "conv")
    value = try graph.relu(graph.batchNormalization(value, name: "norm"), name: "rectified")
    value = try graph.maxPooling(value, Pooling(window: Extent(window)), name: "pooled")
    let loss = try graph.sum(value, name: "loss")
    let training = try graph.usingBatchStatistics()
    graph = training.rewritten.graph
    let newLoss = try #require(training.rewritten[loss])
    let gradients = try graph.gradient(of: newLoss, withRespectTo: graph.parameters)
    let live = graph.removingDeadNodes(keeping: [newLoss] + gradients)
    let kept = try ([newLoss] + gradients).map { try #require(live[$0]) }
    let fused = live.graph.fusingActivations(keeping: kept)
    let fusedKept = try kept.map { try #require(fused[$0]) }
    let masked = fused.graph.fusingActivationGradients(keeping: fusedKept)
    let maskedKept = try fusedKept.map { try #require(masked[$0]) }
    let lean = masked.graph.removingDeadNodes(keeping: maskedKept)
    return (lean.graph, try maskedKept.map { try #require(lean[$0]) })
  }

  @Test("A normalization with ReLU and a pooling by two by two is one node, and so is each of its gradients")
  func pooledNormalization() throws {
    let (graph, kept) = try normalizationStep(window: 2)
    let fused = graph.fusingPooling(keeping: kept)
    let operations = fused.graph.nodes.map(\.operation)
    #expect(operations.contains(.normalization(.batchNormalizePooled(epsilon: 1e-5))))
    #expect(operations.contains(.normalization(.batchSums(epsilon: 1e-5, tail: .pooledReLU))))
    #expect(operations.contains(.normalization(.batchInputGradient(epsilon: 1e-5, tail: .pooledReLU))))
    #expect(!operations.contains { $0.name.hasPrefix("maxPooling") || $0.name == "batchNormalize" })
    #expect(kept.allSatisfy { fused[$0] != nil })
    #expect(fused.graph.value(named: "rectified") == nil)
    #expect(fused.graph.value(named: "pooled") != nil)
  }

  @Test("A normalization whose output is kept, or pooled otherwise, keeps its pooling apart")
  func normalizationApart() throws {
    let (graph, kept) = try normalizationStep(window: 2)
    let rectified = try #require(graph.value(named: "rectified"))
    #expect(graph.fusingPooling(keeping: kept + [rectified]).graph.nodes == graph.nodes)
    let (other, otherKept) = try normalizationStep(window: 4)
    #expect(other.fusingPooling(keeping: otherKept).graph.nodes == other.nodes)
    // ReLU is still taken over by the gradients.
    #expect(other.nodes.contains { $0.operation == .normalization(.batchSums(epsilon: 1e-5, tail: .relu)) })
  }
}
