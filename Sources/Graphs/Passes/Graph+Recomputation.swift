extension Graph {
  /// Lets the gradients of convolutions by their weights read a copy of a batch normalization's output that is computed again
  /// right before them, where only one other node reads that output and it has many elements: it need not be kept then, and
  /// what it is computed from is read at that point anyway.
  ///
  /// - Parameters:
  ///   - kept: Values that are kept in any case.
  ///   - leastCount: The number of elements from which on an output is computed again.
  /// - Throws: `GraphError`, as appending does.
  public func recomputingNormalizations(keeping kept: [Value], leastCount: Int = 1 << 18) throws -> RewrittenGraph {
    let readers = readerCounts(keeping: kept)
    var gradientReaders = Array(repeating: 0, count: nodes.count)
    for node in nodes where node.isConvolutionWeightGradient { gradientReaders[node.inputs[1].index] += 1 }

    var rewritten = RewrittenGraph(rewriting: self)
    for value in values {
      let node = self[value]
      guard node.isConvolutionWeightGradient, case let x = node.inputs[1], case let normalization = self[x],
        case .normalization(.batchNormalize) = normalization.operation, normalization.shape.count >= leastCount,
        readers[x.index] == 2, gradientReaders[x.index] == 1
      else {
        rewritten.copy(value, of: self)
        continue
      }
      let copy = try rewritten.graph.append(
        normalization.operation, normalization.inputs.map { rewritten.newInput($0, of: normalization) })
      rewritten[value] = rewritten.graph.append(
        copyOf: node, inputs: [rewritten.newInput(node.inputs[0], of: node), copy])
    }
    return rewritten
  }
}

extension Graph.Node {
  fileprivate var isConvolutionWeightGradient: Bool {
    if case .convolution(.weightGradient) = operation { true } else { false }
  }
}
