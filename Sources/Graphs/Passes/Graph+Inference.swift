extension Graph {
  /// Replaces each dropout by what it drops from, as a trained network is evaluated.
  ///
  /// The masks stay behind unread, for `removingDeadNodes(keeping:)` to leave out.
  public func convertingToInference() -> RewrittenGraph {
    var rewritten = RewrittenGraph(rewriting: self)
    for value in values {
      if let kept = valueUnderDropout(value) {
        rewritten[value] = rewritten.newInput(kept, of: self[value])
      } else {
        rewritten.copy(value, of: self)
      }
    }
    return rewritten
  }

  /// The value that `value` multiplies by a dropout mask, or nil where `value` is no such product.
  private func valueUnderDropout(_ value: Value) -> Value? {
    let node = self[value]
    guard node.operation == .multiply else { return nil }
    if case .dropoutMask = self[node.inputs[1]].operation { return node.inputs[0] }
    if case .dropoutMask = self[node.inputs[0]].operation { return node.inputs[1] }
    return nil
  }
}
