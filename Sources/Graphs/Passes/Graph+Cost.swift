extension Graph {
  /// What a graph costs to hold and to run.
  public struct Cost: Hashable, Sendable {
    /// The number of trained numbers.
    public var parameters = 0
    /// The number of multiplications with an addition in matrix products and convolutions of one run over the whole batch.
    public var multiplyAccumulates = 0
  }

  /// Counts the parameters and the multiply-accumulates of the graph as it is, dead nodes included.
  public var cost: Cost {
    var cost = Cost()
    for node in nodes {
      if case .parameter = node.operation { cost.parameters += node.shape.count }
      cost.multiplyAccumulates += multiplyAccumulates(of: node)
    }
    return cost
  }

  /// The multiplications with an addition of one node; 0 for what is no matrix product and no convolution.
  func multiplyAccumulates(of node: Node) -> Int {
    switch node.operation {
    case .dense: node.shape.count * self[node.inputs[0]].shape[1]
    case .matrixProduct(let transposeLeft, _): node.shape.count * self[node.inputs[0]].shape[transposeLeft ? 0 : 1]
    case .convolution(let operation): products(of: operation, node)
    default: 0
    }
  }

  /// Each output element of a convolution sums a window of its group's channels; the gradients take as many products.
  private func products(of operation: ConvolutionOperation, _ node: Node) -> Int {
    switch operation {
    case .forward:
      node.shape.count * self[node.inputs[1]].shape.dimensions.dropLast().reduce(1, *)
    case .inputGradient:
      self[node.inputs[0]].shape.count * self[node.inputs[1]].shape.dimensions.dropLast().reduce(1, *)
    case .weightGradient(_, let weight):
      self[node.inputs[0]].shape.count * weight.dimensions.dropLast().reduce(1, *)
    }
  }
}
