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
    case .input, .parameter, .constant, .dropoutMask:
      return nil

    case .dense(let activation):
      let g = try activation.map { try graph.append(.activationGradient($0), [upstream, output]) } ?? upstream
      switch position {
      case 0: return try graph.matrixProduct(g, inputs[1])
      case 1: return try graph.matrixProduct(g, inputs[0], transposeLeft: true)
      default: return try graph.sumRows(g)
      }

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

    case .activation(let activation):
      return try graph.append(.activationGradient(activation), [upstream, output])

    case .activationGradient(let activation):
      let (inner, y) = (inputs[0], inputs[1])
      if position == 0 { return try graph.append(.activationGradient(activation), [upstream, y]) }
      return try secondDerivative(of: activation, times: graph.multiply(upstream, inner), at: y, in: &graph)

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
      return try graph.broadcastRows(upstream, count: graph.shape(of: inputs[0])[0])

    case .broadcastRows:
      return try graph.sumRows(upstream)

    case .sum:
      return try graph.multiply(graph.constant(1, shape: graph.shape(of: inputs[0])), byScalar: upstream)

    case .softmaxCrossEntropy:
      guard position == 0 else { throw notDifferentiable("by its labels", in: graph) }
      return try graph.append(.softmaxCrossEntropyGradient, inputs + [upstream])

    case .softmaxCrossEntropyGradient:
      throw notDifferentiable("a second time", in: graph)

    case .meanSquaredError:
      let gradient = try graph.append(.meanSquaredErrorGradient, inputs + [upstream])
      return position == 0 ? gradient : try graph.scale(gradient, by: -1)

    case .meanSquaredErrorGradient:
      let factor = 2 / Double(node.shape.count)
      if position == 2 {
        let difference = try graph.add(inputs[0], graph.scale(inputs[1], by: -1))
        return try graph.scale(graph.sum(graph.multiply(upstream, difference)), by: factor)
      }
      let scaled = try graph.multiply(upstream, byScalar: inputs[2])
      return try graph.scale(scaled, by: position == 0 ? factor : -factor)
    }
  }

  /// Appends `product` times the derivative by y of the activation's derivative f'(y).
  private func secondDerivative(
    of activation: Activation, times product: Value, at y: Value, in graph: inout Graph
  ) throws -> Value? {
    switch activation {
    case .relu: return nil
    case .tanh: return try graph.scale(graph.multiply(product, y), by: -2)
    case .sigmoid: return try graph.add(product, graph.scale(graph.multiply(product, y), by: -2))
    }
  }

  private func notDifferentiable(_ what: String, in graph: Graph) -> GraphError {
    GraphError(.notDifferentiable, "\(node.operation.name) '\(node.name)' cannot be differentiated \(what)")
  }
}
