extension GradientRule {
  /// The gradient of an activation, a softmax or one of their gradients.
  func gradientOfActivation(byInput position: Int, in graph: inout Graph) throws -> Value? {
    let inputs = node.inputs
    switch node.operation {
    case .activation(let activation):
      let point = activation.isDifferentiatedAtOutput ? output : inputs[0]
      return try graph.append(.activationGradient(activation), [upstream, point])

    case .activationGradient(let activation):
      let (inner, point) = (inputs[0], inputs[1])
      if position == 0 { return try graph.append(.activationGradient(activation), [upstream, point]) }
      return try secondDerivative(of: activation, times: graph.multiply(upstream, inner), at: point, in: &graph)

    case .softmax:
      return try graph.append(.softmaxGradient, [upstream, output])

    case .softmaxGradient:
      // With o = y (u - Σ u y): Σ v o is symmetric in u and v, so its gradient by u is that of v, and by y
      // it is v u - v Σ u y - u Σ v y.
      let (u, y) = (inputs[0], inputs[1])
      if position == 0 { return try graph.append(.softmaxGradient, [upstream, y]) }
      let product = try graph.multiply(upstream, u)
      let first = try graph.multiply(upstream, rowSums(of: graph.multiply(u, y), in: &graph))
      let second = try graph.multiply(u, rowSums(of: graph.multiply(upstream, y), in: &graph))
      return try graph.add(product, graph.scale(graph.add(first, second), by: -1))

    default:
      throw notDifferentiable("a third time", in: graph)
    }
  }

  /// The sums over the last axis, at each of its places.
  private func rowSums(of x: Value, in graph: inout Graph) throws -> Value {
    let shape = graph.shape(of: x)
    let width = shape[shape.rank - 1]
    let matrix = try graph.reshape(x, [shape.count / width, width])
    let ones = try graph.constant(1, shape: [width, width])
    return try graph.reshape(graph.matrixProduct(matrix, ones), shape)
  }

  /// Appends `product` times the derivative of the activation's derivative by the point it is taken at.
  private func secondDerivative(
    of activation: Activation, times product: Value, at point: Value, in graph: inout Graph
  ) throws -> Value? {
    switch activation {
    case .relu, .relu6, .leakyReLU: return nil
    case .tanh: return try graph.scale(graph.multiply(product, point), by: -2)
    case .sigmoid: return try graph.add(product, graph.scale(graph.multiply(product, point), by: -2))
    case .gelu, .silu, .hardSwish:
      return try graph.multiply(product, graph.append(.activationCurvature(activation), [point]))
    case .elu:
      // f'(y) = y + α where y is negative, and 1 elsewhere: its derivative is 1 or 0, which is that of ReLU at -y.
      let negated = try graph.scale(point, by: -1)
      return try graph.append(.activationGradient(.relu), [product, negated])
    }
  }
}
