extension Graph {
  /// What the integer model of a trained network of this architecture takes, without training or quantizing it.
  ///
  /// Batch normalization is folded into the layer before it, dropout is gone, and ReLU and ReLU6 are a part of the layer or the
  /// sum before them; any other activation is a step with a table. See `IntegerFootprint` for what is counted.
  ///
  /// - Parameters:
  ///   - output: What the model computes.
  ///   - weightBits: The bits of a weight by the name of the weight parameter; 8 for those not listed.
  public func integerFootprint(of output: Value, weightBits: [String: Int] = [:]) -> IntegerFootprint {
    let converted = convertingToInference()
    guard let kept = converted[output] else { return IntegerFootprint(steps: [], inputBytes: 0) }
    let pruned = converted.graph.removingDeadNodes(keeping: [kept])
    guard let output = pruned[kept] else { return IntegerFootprint(steps: [], inputBytes: 0) }
    var schedule = IntegerSchedule(pruned.graph, output: output, weightBits: weightBits)
    return schedule.footprint()
  }
}

/// The steps of a graph's integer model in their order, with the memory of its activations.
private struct IntegerSchedule {
  /// The memory of one value, or of several that take one another's place.
  private struct Buffer {
    let bytes: Int
    let firstNode: Int
    var lastNode: Int
  }

  private let graph: Graph
  private let weightBits: [String: Int]
  private let readers: [Int]
  private var lastReads: [Int]
  private var buffers: [Buffer] = []
  private var bufferOfNode: [Int?]
  private var steps: [(node: Int, step: IntegerFootprint.Step)] = []
  /// The name of the step, or input, that made a value.
  private var makers: [Value: String] = [:]
  /// The step that made a value, as long as the value is what the step's operation itself made.
  private var openLayers: [Value: Int] = [:]
  /// The values of layers, folded, and sums, whose saturation is a ReLU behind them.
  private var clipped: Set<Value> = []

  init(_ graph: Graph, output: Value, weightBits: [String: Int]) {
    self.graph = graph
    self.weightBits = weightBits
    readers = graph.readerCounts(keeping: [output])
    lastReads = Array(graph.nodes.indices)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastReads[input.index] = index }
    }
    lastReads[output.index] = graph.nodes.count
    bufferOfNode = Array(repeating: nil, count: graph.nodes.count)
  }

  mutating func footprint() -> IntegerFootprint {
    for value in graph.values { take(value, graph[value]) }
    let inputBytes = graph.inputs.reduce(0) { $0 + graph.shape(of: $1).count }
    return IntegerFootprint(
      steps: steps.map { index, step in
        var step = step
        step.liveBytes = buffers.reduce(0) { $0 + ($1.firstNode <= index && index <= $1.lastNode ? $1.bytes : 0) }
        return step
      }, inputBytes: inputBytes)
  }

  private mutating func take(_ value: Value, _ node: Graph.Node) {
    switch node.operation {
    case .input:
      makers[value] = node.name
      makeBuffer(for: value, node)
    case .reshape: share(value, node.inputs[0])
    case .dense, .convolution(.forward):
      appendStep(value, node, weight: node.inputs[1], biases: node.inputs.count == 3 ? node.shape.channels : 0)
      makeBuffer(for: value, node)
      if !node.operation.hasActivation, readers[value.index] == 1 {
        openLayers[value] = steps.count - 1
        clipped.insert(value)
      }
    case .normalization(.batch):
      share(value, node.inputs[0])
      if let layer = openLayers[node.inputs[0]] {
        // Folded: the layer has a bias from now on.
        steps[layer].step.setBiases(node.shape.channels)
        if readers[value.index] == 1 { clipped.insert(value) }
      } else {
        appendStep(value, node, weight: nil, biases: 0)
        steps[steps.count - 1].step.addAffine(channels: node.shape.channels)
      }
    case .normalization(.layer):
      appendStep(value, node, weight: nil, biases: 0)
      steps[steps.count - 1].step.addAffine(channels: node.shape.channels)
      makeBuffer(for: value, node)
    case .activation(let activation) where activation.isClip && clipped.contains(node.inputs[0]):
      share(value, node.inputs[0])
    case _ where node.operation.isStored: break
    default:
      appendStep(value, node, weight: nil, biases: 0)
      steps[steps.count - 1].step.tables = node.tables
      if case .add = node.operation, readers[value.index] == 1 { clipped.insert(value) }
      if let input = overwritten(by: node, at: value.index) {
        share(value, input)
      } else {
        makeBuffer(for: value, node)
      }
    }
  }

  /// An input whose place the output of a node takes: one of as many elements that nobody reads afterwards.
  private func overwritten(by node: Graph.Node, at index: Int) -> Value? {
    node.inputs.enumerated().first { position, input in
      guard node.operation.mayOverwrite(input: position), graph.shape(of: input).count == node.shape.count,
        let buffer = bufferOfNode[input.index]
      else { return false }
      return buffers[buffer].lastNode == index
    }?.element
  }

  private mutating func makeBuffer(for value: Value, _ node: Graph.Node) {
    bufferOfNode[value.index] = buffers.count
    buffers.append(Buffer(bytes: node.shape.count, firstNode: value.index, lastNode: lastReads[value.index]))
  }

  /// Lets a value lie where one that it is made of lies.
  private mutating func share(_ value: Value, _ input: Value) {
    makers[value] = makers[value] ?? makers[input]
    guard let buffer = bufferOfNode[input.index] else { return }
    bufferOfNode[value.index] = buffer
    buffers[buffer].lastNode = max(buffers[buffer].lastNode, lastReads[value.index])
  }

  private mutating func appendStep(_ value: Value, _ node: Graph.Node, weight: Value?, biases: Int) {
    var step = IntegerFootprint.Step(
      name: node.name, operation: node.operation.name, shape: node.shape,
      inputs: node.inputs.compactMap { makers[$0] },
      multiplyAccumulates: graph.multiplyAccumulates(of: node))
    if let weight {
      step.weights = graph.shape(of: weight).count
      step.weightBits = weightBits[graph[weight].name] ?? 8
      step.scales = node.shape.channels
    }
    step.biases = biases
    makers[value] = node.name
    steps.append((value.index, step))
  }
}

extension Shape {
  /// The extent of the last axis.
  fileprivate var channels: Int { dimensions.last ?? 1 }
}

extension Graph.Node {
  /// The tables of 256 bytes that take bytes of one quantization to those of another: that of an activation, and one for each
  /// value that is concatenated.
  fileprivate var tables: Int {
    switch operation {
    case .activation: 1
    case .concatenate: inputs.count
    default: 0
    }
  }
}

extension Operation {
  /// Whether ReLU behind it costs nothing in an integer model, since saturation does the same.
  package var takesClip: Bool {
    switch self {
    case .dense(activation: nil), .convolution(.forward(_, activation: nil)), .add: true
    default: false
    }
  }

  /// Whether the layer applies an activation itself.
  fileprivate var hasActivation: Bool {
    switch self {
    case .dense(let activation), .convolution(.forward(_, let activation)): activation != nil
    default: false
    }
  }
}
