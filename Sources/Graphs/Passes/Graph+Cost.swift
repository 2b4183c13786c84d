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
      switch node.operation {
      case .parameter:
        cost.parameters += node.shape.count
      case .dense:
        cost.multiplyAccumulates += node.shape.count * self[node.inputs[0]].shape[1]
      case .matrixProduct(let transposeLeft, _):
        cost.multiplyAccumulates += node.shape.count * self[node.inputs[0]].shape[transposeLeft ? 0 : 1]
      case .convolution:
        cost.multiplyAccumulates += convolutionProducts(node)
      default:
        break
      }
    }
    return cost
  }

  /// Each output element of a convolution sums a window of its group's channels; the gradients take as many products.
  private func convolutionProducts(_ node: Node) -> Int {
    guard case .convolution(let operation) = node.operation else { return 0 }
    switch operation {
    case .forward:
      return node.shape.count * self[node.inputs[1]].shape.dimensions.dropLast().reduce(1, *)
    case .inputGradient:
      return self[node.inputs[0]].shape.count * self[node.inputs[1]].shape.dimensions.dropLast().reduce(1, *)
    case .weightGradient(_, let weight):
      return self[node.inputs[0]].shape.count * weight.dimensions.dropLast().reduce(1, *)
    }
  }
}
