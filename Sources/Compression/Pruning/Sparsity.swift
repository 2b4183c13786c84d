import Graphs
public import Training

/// How many weights of a model are zero.
public struct Sparsity: Sendable, Hashable {
  /// One layer's weights.
  public struct Layer: Sendable, Hashable {
    /// The layer.
    public let name: String
    /// How many weights it has.
    public let weights: Int
    /// How many of them are zero.
    public let zeros: Int
  }

  /// The layers that have weights, in their order.
  public let layers: [Layer]

  /// Counts the zeros in the weights of dense layers and convolutions.
  public init(of model: TrainedModel) {
    let graph = model.network.graph
    layers = graph.nodes.compactMap { node in
      switch node.operation {
      case .dense, .convolution(.forward): break
      default: return nil
      }
      guard let weight = model.weights[graph[node.inputs[1]].name] else { return nil }
      return Layer(name: node.name, weights: weight.count, zeros: weight.count { $0 == 0 })
    }
  }

  /// The share of zeros in all weights; 0 where there are none.
  public var share: Double {
    let count = layers.reduce(0) { $0 + $1.weights }
    return count == 0 ? 0 : Double(layers.reduce(0) { $0 + $1.zeros }) / Double(count)
  }
}
