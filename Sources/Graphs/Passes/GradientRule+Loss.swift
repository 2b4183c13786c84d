extension GradientRule {
  /// The gradient of a loss by its prediction, or by its target where that is as good as another prediction.
  func gradient(of loss: Loss, byInput position: Int, in graph: inout Graph) throws -> Value? {
    let gradient = { (graph: inout Graph) in
      try graph.append(.lossGradient(loss), node.inputs + [upstream])
    }
    if position == 0 { return try gradient(&graph) }
    switch loss {
    case .meanSquaredError, .meanAbsoluteError, .huber:
      return try graph.scale(gradient(&graph), by: -1)
    case .binaryCrossEntropy:
      // The loss is linear in the target: its derivative is -logit over the count.
      let scaled = try graph.multiply(node.inputs[0], byScalar: upstream)
      return try graph.scale(scaled, by: -1 / Double(graph.shape(of: node.inputs[0]).count))
    case .softmaxCrossEntropy:
      throw notDifferentiable("by its labels", in: graph)
    case .klDivergence:
      throw notDifferentiable("by its teacher", in: graph)
    }
  }

  /// The gradient of a loss's gradient.
  func secondDerivative(of loss: Loss, byInput position: Int, in graph: inout Graph) throws -> Value? {
    let (prediction, target, factor) = (node.inputs[0], node.inputs[1], node.inputs[2])
    if position == 2 {
      let one = try graph.constant(1)
      let unscaled = try graph.append(.lossGradient(loss), [prediction, target, one])
      return try graph.sum(graph.multiply(upstream, unscaled))
    }
    let count = Double(node.shape.count)
    let scaled = try graph.multiply(upstream, byScalar: factor)
    switch loss {
    case .meanSquaredError:
      return try graph.scale(scaled, by: (position == 0 ? 2 : -2) / count)
    case .meanAbsoluteError:
      return nil
    case .binaryCrossEntropy:
      if position == 1 { return try graph.scale(scaled, by: -1 / count) }
      let probability = try graph.sigmoid(prediction)
      return try graph.scale(graph.append(.activationGradient(.sigmoid), [scaled, probability]), by: 1 / count)
    case .softmaxCrossEntropy:
      guard position == 0 else { throw notDifferentiable("by its labels", in: graph) }
      let probabilities = try graph.softmax(prediction)
      return try graph.scale(
        graph.append(.softmaxGradient, [scaled, probabilities]), by: 1 / Double(node.shape[0]))
    case .klDivergence(let temperature):
      guard position == 0 else { throw notDifferentiable("by its teacher", in: graph) }
      let probabilities = try graph.softmax(graph.scale(prediction, by: 1 / temperature))
      return try graph.scale(
        graph.append(.softmaxGradient, [scaled, probabilities]), by: 1 / Double(node.shape[0]))
    case .huber:
      throw notDifferentiable("a second time", in: graph)
    }
  }
}
