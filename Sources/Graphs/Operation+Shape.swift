extension Operation {
  /// Infers the output's shape from the inputs' shapes.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the node's inputs, in order.
  ///   - node: The node's name, for the error.
  /// - Throws: `GraphError` naming the node and the shapes met.
  func outputShape(of inputs: [Shape], node: String) throws -> Shape {
    func mismatch(_ expected: String) -> GraphError {
      let met = inputs.map(\.description).joined(separator: ", ")
      return GraphError(.shapeMismatch, "\(name) '\(node)' takes \(expected), but was given shapes \(met)")
    }
    func require(_ condition: Bool, _ expected: @autoclosure () -> String) throws {
      guard condition else { throw mismatch(expected()) }
    }

    switch self {
    case .input, .parameter, .constant, .dropoutMask:
      preconditionFailure("the shape of a leaf is given, not inferred")

    case .dense:
      let form = "x [N, in], weight [out, in] and optionally bias [out]"
      try require(inputs.count == 2 || inputs.count == 3, form)
      let (x, weight) = (inputs[0], inputs[1])
      try require(x.rank == 2 && weight.rank == 2 && x[1] == weight[1], form)
      if inputs.count == 3 { try require(inputs[2] == [weight[0]], form) }
      return [x[0], weight[0]]

    case .activation, .scale:
      try require(inputs.count == 1, "one value")
      return inputs[0]

    case .add, .multiply, .activationGradient:
      try require(inputs.count == 2 && inputs[0] == inputs[1], "two values of one shape")
      return inputs[0]

    case .multiplyByScalar:
      try require(inputs.count == 2 && inputs[1] == .scalar, "a value and a scalar")
      return inputs[0]

    case .matrixProduct(let transposeLeft, let transposeRight):
      try require(inputs.count == 2 && inputs[0].rank == 2 && inputs[1].rank == 2, "two matrices")
      let (rows, inner) = transposeLeft ? (inputs[0][1], inputs[0][0]) : (inputs[0][0], inputs[0][1])
      let (innerRight, columns) = transposeRight ? (inputs[1][1], inputs[1][0]) : (inputs[1][0], inputs[1][1])
      let form = "matrices that agree on the inner extent"
      try require(inner == innerRight, transposeLeft || transposeRight ? form + " once transposed" : form)
      return [rows, columns]

    case .sumRows:
      try require(inputs.count == 1 && inputs[0].rank == 2, "one matrix")
      return [inputs[0][1]]

    case .broadcastRows(let rows):
      try require(inputs.count == 1 && inputs[0].rank == 1, "one vector")
      return [rows, inputs[0][0]]

    case .sum:
      try require(inputs.count == 1, "one value")
      return .scalar

    case .softmaxCrossEntropy:
      try require(
        inputs.count == 2 && inputs[0].rank == 2 && inputs[1] == [inputs[0][0]], "logits [N, C] and labels [N]")
      return .scalar

    case .softmaxCrossEntropyGradient:
      try require(
        inputs.count == 3 && inputs[0].rank == 2 && inputs[1] == [inputs[0][0]] && inputs[2] == .scalar,
        "logits [N, C], labels [N] and a scalar")
      return inputs[0]

    case .meanSquaredError:
      try require(inputs.count == 2 && inputs[0] == inputs[1], "prediction and target of one shape")
      return .scalar

    case .meanSquaredErrorGradient:
      try require(
        inputs.count == 3 && inputs[0] == inputs[1] && inputs[2] == .scalar,
        "prediction and target of one shape and a scalar")
      return inputs[0]
    }
  }
}
