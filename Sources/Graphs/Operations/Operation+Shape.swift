extension Operation {
  /// Infers the output's shape from the inputs' shapes.
  ///
  /// - Parameters:
  ///   - inputs: The shapes of the node's inputs, in order.
  ///   - node: The node's name, for the error.
  /// - Throws: `GraphError` naming the node and the shapes met.
  func outputShape(of inputs: [Shape], node: String) throws -> Shape {
    let shapes = ShapeCheck(operation: self, node: node, inputs: inputs)
    switch self {
    case .input, .parameter, .state, .constant, .dropoutMask:
      preconditionFailure("the shape of a leaf is given, not inferred")

    case .dense:
      let form = "x [N, in], weight [out, in] and optionally bias [out]"
      try shapes.require(inputs.count == 2 || inputs.count == 3, form)
      let (x, weight) = (inputs[0], inputs[1])
      try shapes.require(x.rank == 2 && weight.rank == 2 && x[1] == weight[1], form)
      if inputs.count == 3 { try shapes.require(inputs[2] == [weight[0]], form) }
      return [x[0], weight[0]]

    case .convolution(let operation): return try operation.outputShape(of: inputs, shapes)
    case .pooling(let operation): return try operation.outputShape(of: inputs, shapes)
    case .normalization(let operation): return try operation.outputShape(of: inputs, shapes)
    case .fakeQuantization(let operation): return try operation.outputShape(of: inputs, shapes)

    case .activation, .scale, .activationCurvature:
      try shapes.require(inputs.count == 1, "one value")
      return inputs[0]

    case .softmax:
      try shapes.require(inputs.count == 1 && inputs[0].rank >= 1, "x [..., C]")
      return inputs[0]

    case .softmaxGradient:
      try shapes.require(
        inputs.count == 2 && inputs[0] == inputs[1] && inputs[0].rank >= 1, "two values of one shape [..., C]")
      return inputs[0]

    case .add, .multiply, .activationGradient:
      try shapes.require(inputs.count == 2 && inputs[0] == inputs[1], "two values of one shape")
      return inputs[0]

    case .multiplyByScalar:
      try shapes.require(inputs.count == 2 && inputs[1] == .scalar, "a value and a scalar")
      return inputs[0]

    case .matrixProduct(let transposeLeft, let transposeRight):
      try shapes.require(inputs.count == 2 && inputs[0].rank == 2 && inputs[1].rank == 2, "two matrices")
      let (rows, inner) = transposeLeft ? (inputs[0][1], inputs[0][0]) : (inputs[0][0], inputs[0][1])
      let (innerRight, columns) = transposeRight ? (inputs[1][1], inputs[1][0]) : (inputs[1][0], inputs[1][1])
      let form = "matrices that agree on the inner extent"
      try shapes.require(inner == innerRight, transposeLeft || transposeRight ? form + " once transposed" : form)
      return [rows, columns]

    case .sumRows:
      try shapes.require(inputs.count == 1 && inputs[0].rank >= 2, "one value of at least two axes")
      return [inputs[0][inputs[0].rank - 1]]

    case .broadcastRows(let rows):
      try shapes.require(inputs.count == 1 && inputs[0].rank == 1, "one vector")
      return [rows, inputs[0][0]]

    case .sum:
      try shapes.require(inputs.count == 1, "one value")
      return .scalar

    case .reshape(let shape):
      try shapes.require(inputs.count == 1 && inputs[0].count == shape.count, "one value of \(shape.count) elements")
      return shape

    case .concatenate(let axis): return try concatenated(inputs, axis, shapes)

    case .slice(let axis, let start, let count):
      let form = "one value with the elements \(start) to \(start + count - 1) along axis \(axis)"
      try shapes.require(inputs.count == 1 && (0..<inputs[0].rank).contains(axis), form)
      try shapes.require(start >= 0 && count >= 1 && start + count <= inputs[0][axis], form)
      return inputs[0].replacing(axis, by: count)

    case .embed(let axis, let start, let extent):
      let form = "one value that fits from \(start) in an axis \(axis) of \(extent)"
      try shapes.require(inputs.count == 1 && (0..<inputs[0].rank).contains(axis), form)
      try shapes.require(start >= 0 && start + inputs[0][axis] <= extent, form)
      return inputs[0].replacing(axis, by: extent)

    case .loss(let loss):
      try loss.require(inputs, shapes)
      return .scalar

    case .lossGradient(let loss):
      try loss.require(inputs.dropLast(), shapes, " and a scalar")
      try shapes.require(inputs.last == .scalar, "a scalar last")
      return inputs[0]
    }
  }

  private func concatenated(_ inputs: [Shape], _ axis: Int, _ shapes: ShapeCheck) throws -> Shape {
    let form = "values that agree on all axes but axis \(axis)"
    guard let first = inputs.first, (0..<first.rank).contains(axis) else { throw shapes.mismatch(form) }
    try shapes.require(
      inputs.allSatisfy { $0.rank == first.rank && $0.replacing(axis, by: first[axis]) == first }, form)
    return first.replacing(axis, by: inputs.reduce(0) { $0 + $1[axis] })
  }
}

extension Shape {
  /// The shape with another extent along one axis.
  func replacing(_ axis: Int, by extent: Int) -> Shape {
    var dimensions = dimensions
    dimensions[axis] = extent
    return Shape(dimensions)
  }
}
