extension Graph {
  /// Lets the gradients of a batch normalization with ReLU go through ReLU themselves, where nothing else reads what comes
  /// out of it.
  public func fusingActivationGradients(keeping kept: [Value]) -> RewrittenGraph {
    let readers = readerCounts(keeping: kept)
    var fusedReaders = Array(repeating: 0, count: nodes.count)
    for node in nodes where isFusable(node) { fusedReaders[node.inputs[0].index] += 1 }

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values {
      let node = self[value]
      guard isFusable(node), readers[node.inputs[0].index] == fusedReaders[node.inputs[0].index] else {
        rewritten.copy(value, of: self)
        continue
      }
      let masked = self[node.inputs[0]]
      let (scale, shift) = (self[masked.inputs[1]].inputs[2], self[masked.inputs[1]].inputs[3])
      rewritten.append(node, of: self, upstream: masked.inputs[0], tail: .relu, scale: scale, shift: shift, as: value)
    }
    return rewritten
  }

  /// Whether a node is a gradient of a normalization whose upstream went through the gradient of ReLU behind that very
  /// normalization.
  private func isFusable(_ node: Node) -> Bool {
    guard node.operation.normalizationTail == .some(nil), let upstream = node.inputs.first,
      self[upstream].operation == .activationGradient(.relu)
    else { return false }
    let output = self[self[upstream].inputs[1]]
    guard case .normalization(.batchNormalize(_, activation: .relu)) = output.operation else { return false }
    return output.inputs[0] == node.inputs[1] && output.inputs[1] == node.inputs[2]
  }

  /// Lets a batch normalization with ReLU take the maximum of each two by two places as well, where that alone is read, and
  /// its gradients go through all three; what the normalization itself makes is not stored then.
  ///
  /// It follows `fusingActivationGradients(keeping:)`.
  public func fusingPooling(keeping kept: [Value]) -> RewrittenGraph {
    let readerCounts = readerCounts(keeping: kept)
    var readers = Array(repeating: [Value](), count: nodes.count)
    for value in values {
      for input in Set(self[value].inputs) { readers[input.index].append(value) }
    }
    /// Whether a value is read, and by nothing but nodes of a kind, each reading it once.
    func isRead(_ value: Value, onlyBy isOfKind: (Value, Node) -> Bool) -> Bool {
      let own = readers[value.index]
      return !own.isEmpty && readerCounts[value.index] == own.count && own.allSatisfy { isOfKind($0, self[$0]) }
    }
    let normalizations = Set(
      values.filter { value in
        let node = self[value]
        guard case .normalization(.batchNormalize(_, activation: .relu)) = node.operation,
          NormalizationTail.pooledReLU.outputShape(x: node.shape) != nil
        else { return false }
        guard readers[value.index].contains(where: { self[$0].isPairPooling }) else { return false }
        return isRead(value) { reader, pooling in
          if pooling.isPairPooling { return true }
          guard pooling.isPairPoolingGradient, pooling.inputs[1] == value else { return false }
          return isRead(reader) { _, gradient in
            gradient.operation.normalizationTail == .some(.relu) && gradient.inputs[1] == node.inputs[0]
          }
        }
      })

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values where !normalizations.contains(value) {
      let node = self[value]
      if node.isPairPooling, normalizations.contains(node.inputs[0]),
        case let normalization = self[node.inputs[0]],
        case .normalization(.batchNormalize(let epsilon, _)) = normalization.operation
      {
        rewritten[value] = rewritten.graph.append(
          copyOf: Node(
            operation: .normalization(.batchNormalizePooled(epsilon: epsilon)), inputs: normalization.inputs,
            shape: node.shape, name: node.name),
          inputs: normalization.inputs.map { rewritten.newInput($0, of: normalization) })
      } else if node.isPairPoolingGradient, normalizations.contains(node.inputs[1]) {
        continue
      } else if node.operation.normalizationTail == .some(.relu), self[node.inputs[0]].isPairPoolingGradient,
        case let output = self[node.inputs[0]].inputs[1], normalizations.contains(output),
        let pooled = readers[output.index].first(where: { self[$0].isPairPooling })
      {
        rewritten.append(
          node, of: self, upstream: self[node.inputs[0]].inputs[0], tail: .pooledReLU, pooled: pooled,
          scale: self[output].inputs[2], shift: self[output].inputs[3], as: value)
      } else {
        rewritten.copy(value, of: self)
      }
    }
    return rewritten
  }
}

extension Graph.Node {
  private static let pair = Pooling(window: Extent(2))

  /// Whether the node takes the maximum of two by two places that lie side by side.
  fileprivate var isPairPooling: Bool { operation == .pooling(.maximum(Self.pair)) }

  fileprivate var isPairPoolingGradient: Bool { operation == .pooling(.maximumGradient(Self.pair)) }
}

extension RewrittenGraph {
  /// Takes a gradient of a batch normalization over with a tail and another upstream.
  fileprivate mutating func append(
    _ node: Graph.Node, of original: Graph, upstream: Value, tail: NormalizationTail, pooled: Value? = nil,
    scale: Value, shift: Value, as value: Value
  ) {
    let operation: NormalizationOperation
    let inputs: [Value]
    switch node.operation {
    case .normalization(.batchSums(let epsilon, _)):
      operation = .batchSums(epsilon: epsilon, tail: tail)
      inputs = [upstream, node.inputs[1]] + (pooled.map { [$0] } ?? []) + [node.inputs[2], scale, shift]
    case .normalization(.batchInputGradient(let epsilon, _)):
      operation = .batchInputGradient(epsilon: epsilon, tail: tail)
      inputs = [upstream] + node.inputs[1...4] + [shift]
    default:
      preconditionFailure("'\(node.name)' is no gradient of a batch normalization")
    }
    self[value] = graph.append(
      copyOf: Graph.Node(operation: .normalization(operation), inputs: inputs, shape: node.shape, name: node.name),
      inputs: inputs.map { newInput($0, of: node) })
  }
}

extension Operation {
  /// The tail of a gradient of a batch normalization; nil where the operation is none.
  fileprivate var normalizationTail: NormalizationTail?? {
    switch self {
    case .normalization(.batchSums(_, let tail)), .normalization(.batchInputGradient(_, let tail)): .some(tail)
    default: .none
    }
  }
}
