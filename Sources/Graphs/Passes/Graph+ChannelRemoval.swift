extension Graph {
  /// The network without some groups of channels: smaller weights, and everything else as it was.
  ///
  /// - Parameters:
  ///   - removed: Groups of `groups` that may be removed.
  ///   - groups: The groups of this graph.
  ///   - weights: The parameters and states by name.
  ///   - output: What the network computes, whose channels stay.
  /// - Returns: The graph, its output, and the weights that are left.
  /// - Throws: `GraphError` where weights are missing, or a layer has no channel left.
  package func removingChannels(
    _ removed: Set<Int>, of groups: ChannelGroups, weights: [String: [Float]], output: Value
  ) throws -> (graph: Graph, output: Value, weights: [String: [Float]]) {
    var removal = ChannelRemoval(
      graph: self, weights: weights,
      kept: groups.groups.map { channels in
        channels.indices.filter { !removed.contains(channels[$0]) }
      })
    for value in values where !self[value].operation.isStored || self[value].operation == .input {
      try removal.take(value)
    }
    guard let output = removal.newValues[output] else { preconditionFailure("the output is a value of the graph") }
    return (removal.smaller, output, removal.smallerWeights)
  }
}

/// The rebuilding of one graph.
private struct ChannelRemoval {
  let graph: Graph
  let weights: [String: [Float]]
  /// The channels that each value keeps.
  let kept: [[Int]]
  var smaller = Graph()
  var newValues: [Value: Value] = [:]
  var smallerWeights: [String: [Float]] = [:]

  init(graph: Graph, weights: [String: [Float]], kept: [[Int]]) {
    self.graph = graph
    self.weights = weights
    self.kept = kept
  }

  mutating func take(_ value: Value) throws {
    let node = graph[value]
    guard !node.inputs.isEmpty else {
      newValues[value] = try smaller.appendLeaf(node.operation, shape: node.shape, name: node.name)
      return
    }
    var inputs: [Value] = []
    for (place, input) in node.inputs.enumerated() {
      if let known = newValues[input] {
        inputs.append(known)
      } else {
        let leaf = try leaf(input, at: place, of: node, own: kept[value.index], read: kept[node.inputs[0].index])
        newValues[input] = leaf
        inputs.append(leaf)
      }
    }
    var operation = node.operation
    switch operation {
    case .convolution(.forward(var convolution, let activation)) where convolution.groups > 1:
      convolution.groups = min(convolution.groups, kept[value.index].count)
      operation = .convolution(.forward(convolution, activation: activation))
    case .reshape(let shape) where shape.rank >= 1:
      operation = .reshape(shape.replacing(shape.rank - 1, by: kept[value.index].count))
    default: break
    }
    newValues[value] = try smaller.append(operation, inputs, name: node.name)
  }

  /// A parameter, state or constant with the channels that are left.
  private mutating func leaf(
    _ leaf: Value, at place: Int, of node: Graph.Node, own: [Int], read: [Int]
  ) throws -> Value {
    let old = graph[leaf]
    let axes = node.channelAxes(of: old.shape, at: place)
    var shape = old.shape
    if let axis = axes.own { shape = shape.replacing(axis, by: own.count) }
    if let axis = axes.read { shape = shape.replacing(axis, by: read.count) }
    let value = try smaller.appendLeaf(old.operation, shape: shape, name: old.name)
    guard old.operation.isTrainedOrState else { return value }
    guard let elements = weights[old.name], elements.count == old.shape.count else {
      throw GraphError(.invalidArgument, "there are no weights of shape \(old.shape) for '\(old.name)'")
    }
    let (ownKept, readKept) = (Set(own), Set(read))
    smallerWeights[old.name] = elements.indices.filter { index in
      (axes.own.map { ownKept.contains(old.shape.coordinate(of: index, $0)) } ?? true)
        && (axes.read.map { readKept.contains(old.shape.coordinate(of: index, $0)) } ?? true)
    }.map { elements[$0] }
    return value
  }
}

extension Graph.Node {
  /// Along which axes a leaf that the node reads has the channels of the node's output and of its input.
  package func channelAxes(of leaf: Shape, at place: Int) -> (own: Int?, read: Int?) {
    switch operation {
    case .dense: place == 1 ? (0, 1) : (0, nil)
    case .convolution(.forward(let convolution, _)):
      place == 1 ? (3, convolution.groups == 1 ? 2 : nil) : (0, nil)
    case .normalization(.batch), .normalization(.layer): (0, nil)
    default: (nil, nil)
    }
  }
}

extension Operation {
  fileprivate var isTrainedOrState: Bool {
    switch self {
    case .parameter, .state: true
    default: false
    }
  }
}

extension Shape {
  /// The coordinate along an axis of the element at a row-major index.
  package func coordinate(of index: Int, _ axis: Int) -> Int {
    index / dimensions[(axis + 1)...].reduce(1, *) % dimensions[axis]
  }
}
