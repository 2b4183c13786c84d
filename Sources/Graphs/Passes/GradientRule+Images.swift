extension GradientRule {
  /// The gradient of a convolution or of one of its gradients, each of which is linear in both of its inputs.
  func gradient(of operation: ConvolutionOperation, byInput position: Int, in graph: inout Graph) throws -> Value? {
    let inputs = node.inputs
    switch operation {
    case .forward(let convolution, let activation):
      let g = try gradient(before: activation, in: &graph)
      let (x, weight) = (inputs[0], inputs[1])
      switch position {
      case 0: return try graph.inputGradient(convolution, g, weight, input: graph.shape(of: x))
      case 1: return try graph.weightGradient(convolution, g, x, weight: graph.shape(of: weight))
      default: return try graph.sumRows(g)
      }

    case .inputGradient(let convolution, _):
      let (g, weight) = (inputs[0], inputs[1])
      return position == 0
        ? try graph.convolution(upstream, weight: weight, bias: nil, convolution)
        : try graph.weightGradient(convolution, g, upstream, weight: graph.shape(of: weight))

    case .weightGradient(let convolution, _):
      let (g, x) = (inputs[0], inputs[1])
      return position == 0
        ? try graph.convolution(x, weight: upstream, bias: nil, convolution)
        : try graph.inputGradient(convolution, g, upstream, input: graph.shape(of: x))
    }
  }

  /// The gradient of a pooling.
  func gradient(of operation: PoolingOperation, byInput position: Int, in graph: inout Graph) throws -> Value? {
    switch operation {
    case .maximum(let pooling):
      return try graph.append(.pooling(.maximumGradient(pooling)), [upstream, node.inputs[0]])
    case .maximumGradient:
      throw notDifferentiable("a second time", in: graph)
    case .average(let pooling, let countsPadding):
      let input = graph.shape(of: node.inputs[0])
      let gradient = PoolingOperation.averageGradient(pooling, countsPadding: countsPadding, input: input)
      return try graph.append(.pooling(gradient), [upstream])
    case .averageGradient(let pooling, let countsPadding, _):
      return try graph.averagePooling(upstream, pooling, countsPadding: countsPadding)
    case .globalAverage:
      let input = graph.shape(of: node.inputs[0])
      return try graph.append(.pooling(.globalAverageGradient(input: input)), [upstream])
    case .globalAverageGradient:
      return try graph.globalAveragePooling(upstream)
    }
  }

  /// The gradient of a normalization.
  ///
  /// The one by x on the batch's own figures holds the way through the moments as well, so the moments get none.
  func gradient(of operation: NormalizationOperation, byInput position: Int, in graph: inout Graph) throws -> Value? {
    let inputs = node.inputs
    switch operation {
    case .batchNormalize(let epsilon, let activation):
      if position == 1 { return nil }
      let g = try gradient(before: activation, in: &graph)
      let sums = try graph.shared(
        .normalization(.batchSums(epsilon: epsilon, tail: nil)), [g, inputs[0], inputs[1]])
      switch position {
      case 0:
        return try graph.append(
          .normalization(.batchInputGradient(epsilon: epsilon, tail: nil)), [g, inputs[0], inputs[1], inputs[2], sums])
      case 2: return try graph.row(1, of: sums)
      default: return try graph.row(0, of: sums)
      }

    case .layer(let epsilon):
      if position == 0 {
        return try graph.append(
          .normalization(.layerInputGradient(epsilon: epsilon)), [upstream, inputs[0], inputs[1]])
      }
      let sums = try graph.shared(.normalization(.layerSums(epsilon: epsilon)), [upstream, inputs[0]])
      return try graph.row(position == 1 ? 1 : 0, of: sums)

    case .batch:
      throw notDifferentiable("as it is in evaluation; training replaces it first", in: graph)
    case .batchMoments:
      throw notDifferentiable("on its own", in: graph)
    case .batchNormalizePooled:
      throw notDifferentiable("where its tail is computed along with it", in: graph)
    case .batchSums, .batchInputGradient, .movingAverage, .layerSums, .layerInputGradient:
      throw notDifferentiable("a second time", in: graph)
    }
  }
}

extension Graph {
  /// The value of an equal node that is there already, else a new one.
  mutating func shared(_ operation: Operation, _ inputs: [Value]) throws -> Value {
    let first = (inputs.map(\.index).max() ?? -1) + 1
    if let index = nodes.indices[first...].first(where: {
      nodes[$0].inputs == inputs && nodes[$0].operation == operation
    }) {
      return Value(index: index)
    }
    return try append(operation, inputs)
  }

  /// One row of a matrix [R, C], as a vector [C].
  fileprivate mutating func row(_ row: Int, of matrix: Value) throws -> Value {
    try reshape(slice(matrix, axis: 0, row..<row + 1), [shape(of: matrix)[1]])
  }

  fileprivate mutating func inputGradient(
    _ convolution: Convolution, _ upstream: Value, _ weight: Value, input: Shape
  ) throws -> Value {
    try append(.convolution(.inputGradient(convolution, input: input)), [upstream, weight])
  }

  fileprivate mutating func weightGradient(
    _ convolution: Convolution, _ upstream: Value, _ x: Value, weight: Shape
  ) throws -> Value {
    try append(.convolution(.weightGradient(convolution, weight: weight)), [upstream, x])
  }
}
