extension Graph {
  /// Leaves out all nodes that none of the `kept` values depends on, inputs and parameters among them.
  public func removingDeadNodes(keeping kept: [Value]) -> RewrittenGraph {
    var isLive = Array(repeating: false, count: nodes.count)
    for value in kept { isLive[value.index] = true }
    for index in nodes.indices.reversed() where isLive[index] {
      for input in nodes[index].inputs { isLive[input.index] = true }
    }
    var rewritten = RewrittenGraph(rewriting: self)
    for value in values where isLive[value.index] { rewritten.copy(value, of: self) }
    return rewritten
  }
}
