extension Graph {
  /// A state's value after a step of training.
  public struct StateUpdate: Hashable, Sendable {
    /// The state.
    public let state: Value
    /// What it becomes.
    public let value: Value

    package init(state: Value, value: Value) {
      self.state = state
      self.value = value
    }
  }

  /// Lets each batch normalization work on the batch's own figures, as training does, and moves the running ones; likewise
  /// the ranges of fake quantization that have a momentum.
  ///
  /// - Returns: The rewritten graph, and what becomes of the running figures and ranges, in its values.
  /// - Throws: `GraphError` where a channel has a single element, which has no variance.
  public func usingBatchStatistics() throws -> (rewritten: RewrittenGraph, updates: [StateUpdate]) {
    var rewritten = RewrittenGraph(rewriting: self)
    var updates: [StateUpdate] = []
    for value in values {
      let node = self[value]
      if case .fakeQuantization(.values(let momentum?)) = node.operation {
        let (x, range) = (rewritten.newInput(node.inputs[0], of: node), rewritten.newInput(node.inputs[1], of: node))
        let moved = try rewritten.graph.append(.fakeQuantization(.movingRange(momentum: momentum)), [range, x])
        rewritten[value] = try rewritten.graph.append(
          .fakeQuantization(.values(momentum: nil)), [x, moved], name: node.name)
        updates.append(StateUpdate(state: range, value: moved))
        continue
      }
      guard case .normalization(.batch(let numbers)) = node.operation else {
        rewritten.copy(value, of: self)
        continue
      }
      let inputs = node.inputs.map { rewritten.newInput($0, of: node) }
      let count = Double(node.shape.count / node.shape[node.shape.rank - 1])
      guard count > 1 else {
        throw GraphError(
          .invalidArgument,
          "batchNormalization '\(node.name)' is given \(node.shape): a single element a channel has no variance; take "
            + "larger batches")
      }
      let moments = try rewritten.graph.append(.normalization(.batchMoments), [inputs[0]], name: "\(node.name).moments")
      rewritten[value] = try rewritten.graph.append(
        .normalization(.batchNormalize(epsilon: numbers.epsilon, activation: nil)),
        [inputs[0], moments, inputs[1], inputs[2]], name: node.name)
      for (row, correction) in [1, count / (count - 1)].enumerated() {
        let state = inputs[3 + row]
        let average = NormalizationOperation.movingAverage(
          momentum: numbers.momentum, row: row, correction: correction)
        updates.append(
          StateUpdate(state: state, value: try rewritten.graph.append(.normalization(average), [state, moments])))
      }
    }
    return (rewritten, updates)
  }

  /// The graph in which each batch replaces running figures and ranges instead of moving them: each momentum is 1.
  public func replacingRunningFigures() -> RewrittenGraph {
    var rewritten = RewrittenGraph(rewriting: self)
    for value in values {
      var node = self[value]
      switch node.operation {
      case .normalization(.batch(var numbers)):
        numbers.momentum = 1
        node.operation = .normalization(.batch(numbers))
      case .fakeQuantization(.values(momentum: .some)):
        node.operation = .fakeQuantization(.values(momentum: 1))
      default: break
      }
      rewritten[value] = rewritten.graph.append(
        copyOf: node, inputs: node.inputs.map { rewritten.newInput($0, of: node) })
    }
    return rewritten
  }
}
