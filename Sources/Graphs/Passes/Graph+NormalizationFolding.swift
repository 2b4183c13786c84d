extension Graph {
  /// Lets the layer before each batch normalization compute it: a convolution or a dense layer takes its scale and shift
  /// into weights and bias.
  ///
  /// With the running mean μ and variance σ², w becomes w γ / √(σ² + ε) for each output channel and b becomes
  /// (b - μ) γ / √(σ² + ε) + β (Jacob et al. 2018, arXiv:1712.05877, eq. 14). The bias takes the place and the name of the
  /// shift. A normalization of anything else, or of an output that is read elsewhere as well, becomes a depthwise
  /// convolution of one by one.
  ///
  /// - Parameters:
  ///   - weights: The parameters and states by name.
  ///   - kept: Values that must stay what they are.
  /// - Returns: The graph without batch normalization, which holds leaves that nothing reads any more, and the parameters
  ///   and states of all of its leaves.
  /// - Throws: `GraphError` where weights are missing or of another size, or a layer's weight is no parameter.
  public func foldingNormalization(
    weights: [String: [Float]], keeping kept: [Value]
  ) throws -> (rewritten: RewrittenGraph, weights: [String: [Float]]) {
    let readers = readerCounts(keeping: kept)
    var folding = NormalizationFolding(graph: self, readers: readers, weights: weights)
    for value in values {
      guard case .normalization(.batch) = self[value].operation, let layer = self[value].inputs.first,
        readers[layer.index] == 1, self[layer].operation.hasFoldableOutput
      else { continue }
      folding.folded.insert(layer)
    }
    for value in values where !folding.folded.contains(value) { try folding.take(value) }
    return (folding.rewritten, folding.weights)
  }
}

/// The rewriting of one graph.
private struct NormalizationFolding {
  let graph: Graph
  let readers: [Int]
  /// Before the pass those of the old graph, after it those of the new one.
  var weights: [String: [Float]]
  /// The layers that a normalization behind them is folded into.
  var folded: Set<Value> = []
  var rewritten: RewrittenGraph

  init(graph: Graph, readers: [Int], weights: [String: [Float]]) {
    self.graph = graph
    self.readers = readers
    self.weights = weights
    rewritten = RewrittenGraph(rewriting: graph)
  }

  /// Takes over one node, or what replaces it.
  mutating func take(_ value: Value) throws {
    let node = graph[value]
    guard case .normalization(.batch(let numbers)) = node.operation else {
      return rewritten.copy(value, of: graph)
    }
    let figures = try node.inputs.dropFirst().map { try elements(of: $0, for: node) }
    let (scale, shift, mean, variance) = (figures[0], figures[1], figures[2], figures[3])
    let factors = zip(scale, variance).map { Double($0) / (Double($1) + numbers.epsilon).squareRoot() }
    func bias(_ before: [Float]?) -> [Float] {
      factors.indices.map {
        Float((Double(before?[$0] ?? 0) - Double(mean[$0])) * factors[$0] + Double(shift[$0]))
      }
    }
    rewritten[value] =
      folded.contains(node.inputs[0])
      ? try fold(node, factors: factors, bias: bias) : try replace(node, factors: factors, bias: bias(nil))
  }

  private mutating func fold(
    _ node: Graph.Node, factors: [Double], bias: ([Float]?) -> [Float]
  ) throws -> Value {
    let layer = graph[node.inputs[0]]
    let weight = layer.inputs[1]
    let elements = try elements(of: weight, for: layer)
    let before = try layer.inputs.count > 2 ? self.elements(of: layer.inputs[2], for: layer) : nil
    // Channels are the rows of a dense weight and the last axis of a convolution's.
    let isDense = if case .dense = layer.operation { true } else { false }
    let inner = elements.count / factors.count
    let scaled = elements.indices.map {
      Float(Double(elements[$0]) * factors[isDense ? $0 / inner : $0 % factors.count])
    }
    let x = rewritten.newInput(layer.inputs[0], of: layer)
    let newWeight = try leaf(scaled, inPlaceOf: weight, "\(node.name).weight")
    let newBias = try leaf(bias(before), inPlaceOf: node.inputs[2], "\(node.name).bias")
    return try rewritten.graph.append(layer.operation, [x, newWeight, newBias], name: node.name)
  }

  private mutating func replace(_ node: Graph.Node, factors: [Double], bias: [Float]) throws -> Value {
    let (shape, channels) = (node.shape, factors.count)
    let images: Shape = [shape[0], shape.count / (shape[0] * channels), 1, channels]
    let name = "\(node.name).weight"
    let weight = try rewritten.graph.parameter(name, shape: [1, 1, 1, channels], initializer: .constant(1))
    weights[name] = factors.map { Float($0) }
    let newBias = try leaf(bias, inPlaceOf: node.inputs[2], "\(node.name).bias")
    let operation = ConvolutionOperation.forward(Convolution(groups: channels), activation: nil)
    var x = rewritten.newInput(node.inputs[0], of: node)
    if shape.rank == 4 {
      return try rewritten.graph.append(.convolution(operation), [x, weight, newBias], name: node.name)
    }
    x = try rewritten.graph.reshape(x, images)
    x = try rewritten.graph.append(.convolution(operation), [x, weight, newBias])
    return try rewritten.graph.reshape(x, shape, name: node.name)
  }

  /// The leaf with new elements: the old one where nobody else reads it, else one of its own.
  private mutating func leaf(_ elements: [Float], inPlaceOf old: Value, _ name: String) throws -> Value {
    if readers[old.index] == 1 {
      weights[graph[old].name] = elements
      return rewritten.newInput(old, of: graph[old])
    }
    weights[name] = elements
    return try rewritten.graph.parameter(name, shape: graph.shape(of: old), initializer: .zeros)
  }

  private func elements(of leaf: Value, for reader: Graph.Node) throws -> [Float] {
    let node = graph[leaf]
    guard node.operation.isStored, let elements = weights[node.name] else {
      throw GraphError(
        .invalidArgument,
        "\(reader.operation.name) '\(reader.name)' reads '\(node.name)', for which there are no weights to fold")
    }
    guard elements.count == node.shape.count else {
      throw GraphError(
        .shapeMismatch, "'\(node.name)' has shape \(node.shape), but its weights are \(elements.count) numbers")
    }
    return elements
  }
}

extension Operation {
  /// Whether a scale and a shift of the output's channels can be taken into the weights.
  fileprivate var hasFoldableOutput: Bool {
    switch self {
    case .dense(activation: nil), .convolution(.forward(_, activation: nil)): true
    default: false
    }
  }
}
