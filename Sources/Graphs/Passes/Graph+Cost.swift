extension Graph {
  /// What a graph costs to hold and to run.
  public struct Cost: Hashable, Sendable {
    /// The number of trained numbers.
    public var parameters = 0
    /// The number of multiplications with an addition in matrix products of one run over the whole batch.
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
      default:
        break
      }
    }
    return cost
  }
}
