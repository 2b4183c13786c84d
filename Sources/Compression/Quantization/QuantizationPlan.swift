package import Graphs

/// Which values of a network are quantized, and by what.
///
/// A value that an operation computes is a *point*: it has a quantization of its own. A layer or sum with ReLU or ReLU6
/// behind it, which nobody else reads, is one point with it. Values that only pass elements on have the quantization of
/// what they read.
package struct QuantizationPlan {
  /// A convolution or a dense layer.
  package struct Layer {
    /// The node.
    package let value: Value
    /// The weights [KH, KW, C / groups, O] or [out, in].
    package let weight: Value
    /// The bias [O], or nil for none.
    package let bias: Value?
    /// The point whose quantization the layer reads.
    package let input: Value
    /// The point that the layer makes: the layer's own, or that of the activation behind it.
    package let output: Value
  }

  /// The network.
  package let graph: Graph
  /// The points, in order.
  package private(set) var points: [Value] = []
  /// The point that tells the quantization of each value that holds integers.
  package private(set) var pointOfValue: [Value: Value] = [:]
  /// The activation that a layer or a sum is one point with.
  package private(set) var absorbed: [Value: Value] = [:]
  /// The layers, in order.
  package private(set) var layers: [Layer] = []

  /// Looks at a network without batch normalization.
  ///
  /// - Throws: `CompressionError` of code `unsupportedOperation` naming the node.
  package init(_ graph: Graph, output: Value) throws(CompressionError) {
    self.graph = graph
    var readers = Array(repeating: 0, count: graph.nodes.count)
    for node in graph.nodes {
      for input in node.inputs { readers[input.index] += 1 }
    }
    readers[output.index] += 1
    for value in graph.values {
      guard case .activation(let activation) = graph[value].operation, activation.isClip,
        let x = graph[value].inputs.first, readers[x.index] == 1, graph[x].operation.takesClip
      else { continue }
      absorbed[x] = value
    }
    for value in graph.values { try take(value) }
  }

  private mutating func take(_ value: Value) throws(CompressionError) {
    let node = graph[value]
    switch node.operation {
    case .parameter, .constant: return
    case .dense(let activation), .convolution(.forward(_, let activation)):
      if let activation, !activation.isClip { throw unsupported(node, "has the activation \(activation.name) fused") }
      let (x, weight) = (try point(node.inputs[0], readBy: node), node.inputs[1])
      let bias = node.inputs.count > 2 ? node.inputs[2] : nil
      for leaf in [weight] + (bias.map { [$0] } ?? []) {
        guard case .parameter = graph[leaf].operation else {
          throw unsupported(node, "reads '\(graph[leaf].name)', which is no parameter, as its weights")
        }
      }
      layers.append(Layer(value: value, weight: weight, bias: bias, input: x, output: absorbed[value] ?? value))
      makePoint(value)
    case .add:
      for input in node.inputs { _ = try point(input, readBy: node) }
      makePoint(value)
    case .activation:
      let x = try point(node.inputs[0], readBy: node)
      if x != value { makePoint(value) }
    case .concatenate(let axis) where axis == node.shape.rank - 1:
      for input in node.inputs { _ = try point(input, readBy: node) }
      makePoint(value)
    case .input:
      makePoint(value)
    case .pooling(.average), .pooling(.globalAverage):
      _ = try point(node.inputs[0], readBy: node)
      makePoint(value)
    case .pooling(.maximum), .reshape:
      guard node.shape.dimensions.first == 1 else { throw unsupported(node, "moves elements between samples") }
      pointOfValue[value] = try point(node.inputs[0], readBy: node)
    default:
      throw unsupported(node, "has no integer kernel")
    }
  }

  /// Makes a value a point, together with the activation that it takes in.
  private mutating func makePoint(_ value: Value) {
    let point = absorbed[value] ?? value
    points.append(point)
    pointOfValue[value] = point
    pointOfValue[point] = point
  }

  private func point(_ input: Value, readBy node: Graph.Node) throws(CompressionError) -> Value {
    guard let point = pointOfValue[input] else {
      throw unsupported(node, "computes with '\(graph[input].name)', which is the same for each sample")
    }
    return point
  }

  private func unsupported(_ node: Graph.Node, _ reason: String) -> CompressionError {
    CompressionError(
      .unsupportedOperation,
      "\(node.operation.name) '\(node.name)' \(reason); quantized networks are made of convolutions, dense layers, sums, "
        + "activations, poolings, concatenations of channels and reshapes")
  }
}
