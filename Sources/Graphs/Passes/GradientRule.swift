/// The derivative of one node: what a gradient of its output says about the gradient of its inputs.
struct GradientRule {
  /// The node that is differentiated.
  let node: Graph.Node
  /// The node's output.
  let output: Value
  /// The gradient of the loss by the node's output.
  let upstream: Value

  /// Appends the gradient of the loss by one input, or returns nil where it is zero everywhere.
  ///
  /// - Throws: `GraphError` where no gradient is defined.
  func gradient(ofInput position: Int, in graph: inout Graph) throws -> Value? {
    let inputs = node.inputs
    switch node.operation {
    case .input, .parameter, .state, .constant, .dropoutMask:
      return nil

    case .dense(let activation):
      let g = try gradient(before: activation, in: &graph)
      switch position {
      case 0: return try graph.matrixProduct(g, inputs[1])
      case 1: return try graph.matrixProduct(g, inputs[0], transposeLeft: true)
      default: return try graph.sumRows(g)
      }

    case .convolution(let operation): return try gradient(of: operation, byInput: position, in: &graph)
    case .pooling(let operation): return try gradient(of: operation, byInput: position, in: &graph)
    case .normalization(let operation): return try gradient(of: operation, byInput: position, in: &graph)
    case .fakeQuantization(let operation): return try gradient(of: operation, byInput: position, in: &graph)

    case .matrixProduct(let transposeLeft, let transposeRight):
      // With C = A' B': dA' = G B'ᵀ and dB' = A'ᵀ G, each transposed back where A or B was.
      let (left, right) = (inputs[0], inputs[1])
      if position == 0 {
        return transposeLeft
          ? try graph.matrixProduct(right, upstream, transposeLeft: transposeRight, transposeRight: true)
          : try graph.matrixProduct(upstream, right, transposeRight: !transposeRight)
      }
      return transposeRight
        ? try graph.matrixProduct(upstream, left, transposeLeft: true, transposeRight: transposeLeft)
        : try graph.matrixProduct(left, upstream, transposeLeft: !transposeLeft)

    case .activation, .activationGradient, .activationCurvature, .softmax, .softmaxGradient:
      return try gradientOfActivation(byInput: position, in: &graph)

    case .add:
      return upstream

    case .multiply:
      return try graph.multiply(upstream, inputs[1 - position])

    case .scale(let factor):
      return try graph.scale(upstream, by: factor)

    case .multiplyByScalar:
      return position == 0
        ? try graph.multiply(upstream, byScalar: inputs[1])
        : try graph.sum(graph.multiply(upstream, inputs[0]))

    case .sumRows:
      let shape = graph.shape(of: inputs[0])
      let rows = try graph.broadcastRows(upstream, count: shape.count / shape[shape.rank - 1])
      return shape.rank == 2 ? rows : try graph.reshape(rows, shape)

    case .broadcastRows:
      return try graph.sumRows(upstream)

    case .sum:
      return try graph.multiply(graph.constant(1, shape: graph.shape(of: inputs[0])), byScalar: upstream)

    case .reshape:
      return try graph.reshape(upstream, graph.shape(of: inputs[0]))

    case .concatenate(let axis):
      let start = inputs[..<position].reduce(0) { $0 + graph.shape(of: $1)[axis] }
      return try graph.slice(upstream, axis: axis, start..<start + graph.shape(of: inputs[position])[axis])

    case .slice(let axis, let start, _):
      return try graph.append(.embed(axis: axis, start: start, extent: graph.shape(of: inputs[0])[axis]), [upstream])

    case .embed(let axis, let start, _):
      return try graph.slice(upstream, axis: axis, start..<start + graph.shape(of: inputs[0])[axis])

    case .loss(let loss): return try gradient(of: loss, byInput: position, in: &graph)
    case .lossGradient(let loss): return try secondDerivative(of: loss, byInput: position, in: &graph)
    }
  }

  /// The gradient by what a fused activation is applied to.
  func gradient(before activation: Activation?, in graph: inout Graph) throws -> Value {
    guard let activation else { return upstream }
    guard activation.isDifferentiatedAtOutput else {
      throw notDifferentiable("once its activation is fused", in: graph)
    }
    return try graph.shared(.activationGradient(activation), [upstream, output])
  }

  func notDifferentiable(_ what: String, in graph: Graph) -> GraphError {
    GraphError(.notDifferentiable, "\(node.operation.name) '\(node.name)' cannot be differentiated \(what)")
  }
}
