import Graphs
import Testing

@testable import Execution

@Suite(.enabled(if: Kernels.isOneDNNAvailable)) struct OneDNNTests {
  /// What oneDNN has no primitive for.
  private static func isLeftToVectorLoops(_ operation: Graphs.Operation) -> Bool {
    switch operation {
    case .dropoutMask, .fakeQuantization, .loss, .lossGradient, .activationCurvature: true
    default: false
    }
  }

  @Test("Every operation is oneDNN's but those that it has no primitive for")
  func coverage() throws {
    let set = try OneDNNKernelSet()
    var random = SplitMix(1)
    for test in OperationCase.all(&random) {
      let (graph, _, output) = try test.graph()
      let shape = graph.shape(of: output)
      let inputs = test.shapes.map { AlignedBuffer(count: $0.count) }
      let result = AlignedBuffer(count: shape.count)
      let kernel = try set.makeKernel(
        KernelRequest(
          operation: test.operation, name: "tested", inputs: inputs.map { UnsafePointer($0.start) },
          inputShapes: test.shapes, output: result.start, outputShape: shape))
      #expect(kernel.name.hasPrefix("oneDNN") != Self.isLeftToVectorLoops(test.operation), "\(test): \(kernel.name)")
    }
  }

  @Test("NaN goes through activations behind products and through poolings", arguments: Kernels.available)
  func keepsNaN(_ kernels: Kernels) throws {
    for activation in Activation.standard {
      var graph = Graph()
      let x = try graph.input("x", shape: [2, 4, 4, 3])
      let convolved = try graph.activation(activation, graph.conv2d(x, channels: 5, name: "conv"))
      let pooled = try graph.maxPooling(convolved, Pooling(window: Extent(2)))
      let output = try graph.activation(activation, graph.dense(graph.flatten(pooled), units: 3, name: "dense"))
      let plan = try Plan(
        inference: graph, outputs: [output], parameters: ParameterStore(graph, seed: 1), kernels: kernels)
      plan.input(x).update(repeating: 0.5)
      plan.input(x)[0] = .nan
      try plan.run()
      let found = Array(plan.output(output))
      #expect(found.prefix(3).allSatisfy(\.isNaN) && found.suffix(3).allSatisfy(\.isFinite), "\(activation): \(found)")
    }
  }

  @Test("A convolution network trains by oneDNN as by the reference")
  func trainsAlike() throws {
    func losses(_ kernels: Kernels) throws -> [Float] {
      var graph = Graph()
      let x = try graph.input("x", shape: [5, 8, 8, 3])
      let labels = try graph.input("labels", shape: [5])
      let start = try graph.batchNormalization(
        graph.conv2d(x, channels: 7, hasBias: false, name: "start"), name: "startNorm")
      let pooled = try graph.maxPooling(graph.relu(start), Pooling(window: Extent(2)))
      let filtered = try graph.depthwiseConv2d(pooled, stride: Extent(2), hasBias: false, name: "depthwise")
      let second = try graph.hardSwish(graph.batchNormalization(filtered, name: "second"))
      let wide = try graph.concatenate([second, graph.maxPooling(pooled, Pooling(window: Extent(2)))])
      let third = try graph.relu(graph.conv2d(wide, channels: 6, groups: 2, name: "grouped"))
      let flat = try graph.layerNormalization(graph.flatten(third), name: "layer")
      let loss = try graph.softmaxCrossEntropy(logits: graph.dense(flat, units: 4, name: "head"), labels: labels)
      let store = ParameterStore(graph, seed: 3)
      let plan = try Plan(training: graph, loss: loss, parameters: store, kernels: kernels)
      let optimizer = OptimizerState(.gradientDescent(learningRate: 0.05), parameters: store)
      var random = SplitMix(5)
      for index in plan.input(x).indices { plan.input(x)[index] = Float(random.number()) }
      for index in plan.input(labels).indices { plan.input(labels)[index] = Float(index % 4) }
      return try (0..<10 as Range<UInt64>).map { step in
        try plan.run(seed: step)
        optimizer.step()
        return plan.scalar(loss)
      }
    }
    let (found, right) = (try losses(.oneDNN), try losses(.reference))
    #expect(zip(found, right).allSatisfy { abs($0 - $1) < 1e-3 }, "\(found) instead of \(right)")
    #expect(right[9] < right[0])
  }
}
