extension Graph: Codable {
  /// The most nodes of a decoded graph.
  private static let largestDecodedNodeCount = 1 << 14

  /// A node as it is written down: leaves with their shapes, all others without, since theirs follow.
  private struct CodedNode: Codable {
    var name: String
    var operation: Operation
    var inputs: [Int]?
    var shape: Shape?
  }

  /// Reads a list of nodes, infers the shapes anew and checks them.
  ///
  /// Only what a network computes to predict is taken: gradients, losses and parts of the training are refused.
  ///
  /// - Throws: `DecodingError`, or `GraphError` naming the node that does not fit.
  public init(from decoder: any Decoder) throws {
    self.init()
    let nodes = try decoder.singleValueContainer().decode([CodedNode].self)
    guard nodes.count <= Self.largestDecodedNodeCount else {
      throw GraphError(
        .notDecodable, "the graph has \(nodes.count) nodes, more than the \(Self.largestDecodedNodeCount) that are read"
      )
    }
    for node in nodes {
      func refuse(_ reason: String) -> GraphError {
        GraphError(.notDecodable, "\(node.operation.name) '\(node.name)' \(reason)")
      }
      guard node.operation.isPrediction else { throw refuse("is nothing that a network predicts by") }
      let inputs = node.inputs ?? []
      guard inputs.allSatisfy(self.nodes.indices.contains) else { throw refuse("reads what does not come before it") }
      guard node.operation.isWithinLimits else { throw refuse("has numbers beyond what is read") }
      let value: Value
      if node.operation.isStored {
        guard let shape = node.shape, inputs.isEmpty else { throw refuse("is a leaf and needs a shape and no inputs") }
        value = try appendLeaf(node.operation, shape: shape, name: node.name)
      } else {
        value = try append(node.operation, inputs.map(Value.init(index:)), name: node.name)
      }
      guard shape(of: value).isWithinDecodedLimit, isPaddingWithinLimits(of: value) else {
        throw refuse("is larger than what is read")
      }
    }
  }

  /// Writes the nodes in order.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(
      nodes.map { node in
        CodedNode(
          name: node.name, operation: node.operation, inputs: node.inputs.isEmpty ? nil : node.inputs.map(\.index),
          shape: node.operation.isStored ? node.shape : nil)
      })
  }

  /// Whether the zeros around the images of a convolution are no more than its window has use of.
  private func isPaddingWithinLimits(of value: Value) -> Bool {
    guard case .convolution(.forward(let convolution, _)) = self[value].operation else { return true }
    let image = shape(of: self[value].inputs[0])
    let padded: Shape = [
      image[0], image[1] + 2 * convolution.padding.height, image[2] + 2 * convolution.padding.width, image[3],
    ]
    return padded.isWithinDecodedLimit
  }
}

extension Operation {
  /// Whether a network computes it to predict, and not only to learn.
  var isPrediction: Bool {
    switch self {
    case .input, .parameter, .state, .constant, .dense, .activation, .softmax, .add, .multiply, .scale,
      .multiplyByScalar, .matrixProduct, .reshape, .concatenate, .slice:
      true
    case .convolution(let operation):
      if case .forward = operation { true } else { false }
    case .pooling(let operation):
      switch operation {
      case .maximum, .average, .globalAverage: true
      default: false
      }
    case .normalization(let operation):
      switch operation {
      case .batch, .layer: true
      default: false
      }
    default: false
    }
  }

  /// Whether the numbers that are no shapes are small enough for arithmetic on them.
  fileprivate var isWithinLimits: Bool {
    let limits = 0...Shape.largestDecodedCount
    return switch self {
    case .slice(let axis, let start, let count): [axis, start, count].allSatisfy(limits.contains)
    case .concatenate(let axis): limits.contains(axis)
    case .convolution(.forward(let convolution, _)): limits.contains(convolution.groups)
    case .parameter(.linear(let fanIn)), .state(.linear(let fanIn)): limits.contains(fanIn)
    default: true
    }
  }
}
