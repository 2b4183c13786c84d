extension Graph {
  /// Lets the gradients of a batch normalization mask their upstream by ReLU themselves, where nothing else reads the
  /// masked one.
  public func fusingActivationGradients(keeping kept: [Value]) -> RewrittenGraph {
    let readers = readerCounts(keeping: kept)
    var maskedReaders = Array(repeating: 0, count: nodes.count)
    for node in nodes where node.operation.masking(by: .relu) != nil { maskedReaders[node.inputs[0].index] += 1 }

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values {
      let node = self[value]
      guard let operation = node.operation.masking(by: .relu), let upstream = node.inputs.first,
        self[upstream].operation == .activationGradient(.relu),
        readers[upstream.index] == maskedReaders[upstream.index]
      else {
        rewritten.copy(value, of: self)
        continue
      }
      let (whole, output) = (self[upstream].inputs[0], self[upstream].inputs[1])
      let inputs = [whole] + node.inputs.dropFirst() + [output]
      rewritten[value] = rewritten.graph.append(
        copyOf: Node(operation: operation, inputs: inputs, shape: node.shape, name: node.name),
        inputs: inputs.map { rewritten.newInput($0, of: node) })
    }
    return rewritten
  }
}

extension Operation {
  /// The same gradient of a normalization with its upstream masked, or nil where it is none or masks already.
  fileprivate func masking(by activation: Activation) -> Operation? {
    switch self {
    case .normalization(.batchSums(let epsilon, activation: nil)):
      .normalization(.batchSums(epsilon: epsilon, activation: activation))
    case .normalization(.batchInputGradient(let epsilon, activation: nil)):
      .normalization(.batchInputGradient(epsilon: epsilon, activation: activation))
    default: nil
    }
  }
}
