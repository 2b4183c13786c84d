extension Graph {
  /// Lets each dense layer, convolution and batch normalization whose output only an activation reads apply that
  /// activation itself, where the activation is differentiated at its output.
  ///
  /// The fused node takes the activation's name. Values in `kept` stay available, so that a layer's output among them
  /// is not fused. The gradient of a fused normalization masks its upstream itself.
  public func fusingActivations(keeping kept: [Value]) -> RewrittenGraph {
    let readers = readerCounts(keeping: kept)
    var fused: [Value: Activation] = [:]
    for node in nodes {
      if case .activation(let activation) = node.operation, activation.isDifferentiatedAtOutput,
        readers[node.inputs[0].index] == 1, self[node.inputs[0]].operation.applying(activation) != nil
      {
        fused[node.inputs[0]] = activation
      }
    }

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values where fused[value] == nil {
      let node = self[value]
      guard case .activation(let activation) = node.operation, let layer = node.inputs.first, fused[layer] != nil,
        let operation = self[layer].operation.applying(activation)
      else {
        rewritten.copy(value, of: self)
        continue
      }
      rewritten[value] = rewritten.graph.append(
        copyOf: Node(operation: operation, inputs: self[layer].inputs, shape: node.shape, name: node.name),
        inputs: self[layer].inputs.map { rewritten.newInput($0, of: self[layer]) })
    }
    return rewritten
  }

  /// How many nodes read each value; a kept one counts as read once more.
  func readerCounts(keeping kept: [Value]) -> [Int] {
    var readers = Array(repeating: 0, count: nodes.count)
    for node in nodes {
      for input in node.inputs { readers[input.index] += 1 }
    }
    for value in kept { readers[value.index] += 1 }
    return readers
  }
}

extension Operation {
  /// The same operation with an activation applied to its output, or nil where it has one or takes none.
  fileprivate func applying(_ activation: Activation) -> Operation? {
    switch self {
    case .dense(activation: nil): .dense(activation: activation)
    case .convolution(.forward(let convolution, activation: nil)):
      .convolution(.forward(convolution, activation: activation))
    case .normalization(.batchNormalize(let epsilon, activation: nil)):
      .normalization(.batchNormalize(epsilon: epsilon, activation: activation))
    default: nil
    }
  }
}
