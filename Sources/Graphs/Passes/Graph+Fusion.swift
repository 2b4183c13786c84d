extension Graph {
  /// Lets each dense node whose output only an activation reads apply that activation itself.
  ///
  /// The fused node takes the activation's name. Values in `kept` stay available, so a dense output among them is
  /// not fused.
  public func fusingActivations(keeping kept: [Value]) -> RewrittenGraph {
    var readers = Array(repeating: 0, count: nodes.count)
    for node in nodes {
      for input in node.inputs { readers[input.index] += 1 }
    }
    for value in kept { readers[value.index] += 1 }

    var fused: [Value: Activation] = [:]
    for node in nodes {
      if case .activation(let activation) = node.operation, readers[node.inputs[0].index] == 1,
        self[node.inputs[0]].operation == .dense(activation: nil)
      {
        fused[node.inputs[0]] = activation
      }
    }

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values where fused[value] == nil {
      guard case .activation(let activation) = self[value].operation, fused[self[value].inputs[0]] != nil else {
        rewritten.copy(value, of: self)
        continue
      }
      let dense = self[self[value].inputs[0]]
      let node = Node(
        operation: .dense(activation: activation), inputs: dense.inputs, shape: dense.shape, name: self[value].name)
      rewritten[value] = rewritten.graph.append(
        copyOf: node, inputs: dense.inputs.map { rewritten.newInput($0, of: node) })
    }
    return rewritten
  }
}
