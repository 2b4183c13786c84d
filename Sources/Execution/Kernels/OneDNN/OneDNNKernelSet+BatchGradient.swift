import COneDNN
import Graphs

extension OneDNNKernelSet {
  /// The sums of a batch normalization's gradient, as oneDNN's gradient has them for shift and scale.
  func makeBatchSums(_ request: KernelRequest, _ epsilon: Double, _ tail: NormalizationTail?) throws -> Kernel {
    let (inputs, x) = (request.inputs, request.inputShapes[1])
    let channels = request.outputShape[1]
    let program = try OneDNNProgram(device, node: request.name)
    let ones = program.scratch(channels)
    ones.update(repeating: 1, count: channels)
    let moments = NormalizationOperation.batchSums(epsilon: epsilon, tail: tail).momentsPosition
    let figures = ChannelFigures(
      moments: inputs[moments], channels, scale: tail == nil ? UnsafePointer(ones) : inputs[moments + 1],
      shift: tail == nil ? UnsafePointer(ones) : inputs[moments + 2])
    let upstream = try program.appendTailGradient(tail, request, figures, epsilon)
    var primitive = COneDNNPrimitive(.batchNormalizationBackward, alpha: Float(epsilon))
    primitive.usesGivenStatistics = true
    try program.append(
      primitive,
      [
        (.source, OneDNNTensor(column: inputs[1], x)), (.destinationGradient, OneDNNTensor(column: upstream, x)),
        (.sourceGradient, OneDNNTensor(column: program.scratch(x.count), x)),
        (.mean, OneDNNTensor(figures.mean, count: channels)),
        (.variance, OneDNNTensor(figures.variance, count: channels)),
        (.scale, OneDNNTensor(figures.scale, count: channels)),
        // oneDNN 2 asks for the shift as well, though no gradient depends on it.
        (.shift, OneDNNTensor(figures.shift, count: channels)),
        (.shiftGradient, OneDNNTensor(request.output, count: channels)),
        (.scaleGradient, OneDNNTensor(request.output + channels, count: channels)),
      ])
    return program.kernel()
  }

  /// factor (g - sums₀ / n - x̂ sums₁ / n) with factor = scale / √(variance + ε), for which oneDNN's gradient would compute the
  /// sums once more: a normalization of x by the scale -factor sums₁ / n and the shift -factor sums₀ / n, and factor g added
  /// to it.
  func makeBatchInputGradient(
    _ request: KernelRequest, _ epsilon: Double, _ tail: NormalizationTail?
  ) throws -> Kernel {
    let (inputs, x, out) = (request.inputs, request.outputShape, request.output)
    let channels = x[x.rank - 1]
    let count = Float(x.count / channels)
    let program = try OneDNNProgram(device, node: request.name)
    let (factor, scale, shift) = (
      program.scratch(channels), program.scratch(channels), program.scratch(channels)
    )
    let given = ChannelFigures(
      moments: inputs[2], channels, scale: inputs[3], shift: tail == nil ? inputs[3] : inputs[5])
    let upstream = try program.appendTailGradient(tail, request, given, epsilon)
    let correction = program.scratch(x.count)
    let figures = ChannelFigures(moments: inputs[2], channels, scale: scale, shift: shift)
    try program.appendNormalization(inputs[1], x, figures, epsilon, to: correction)
    let result = OneDNNTensor(rows: out, x)
    try program.append(
      COneDNNPrimitive(.binary, .multiply),
      [
        (.source, OneDNNTensor(rows: upstream, x)),
        (.secondSource, OneDNNTensor(factor, rows: 1, columns: channels)), (.destination, result),
      ])
    try program.append(
      COneDNNPrimitive(.binary, .add),
      [(.source, result), (.secondSource, OneDNNTensor(rows: correction, x)), (.destination, result)])
    let epsilon = Float(epsilon)
    return program.kernel {
      for c in 0..<channels {
        factor[c] = given.scale[c] / (given.variance[c] + epsilon).squareRoot()
        shift[c] = -factor[c] * inputs[4][c] / count
        scale[c] = -factor[c] * inputs[4][channels + c] / count
      }
    }
  }
}

extension OneDNNProgram {
  /// Appends the gradient of what stands behind a batch normalization, and returns where the gradient by the normalized
  /// values is: the request's first input where nothing stands there.
  fileprivate func appendTailGradient(
    _ tail: NormalizationTail?, _ request: KernelRequest, _ figures: ChannelFigures, _ epsilon: Double
  ) throws -> UnsafePointer<Float> {
    guard let tail else { return request.inputs[0] }
    let shape = request.inputShapes[1]
    let normalized = scratch(shape.count)
    let gradient = scratch(shape.count)
    var upstream = request.inputs[0]
    try appendNormalization(request.inputs[1], shape, figures, epsilon, to: normalized)
    if tail == .pooledReLU {
      // The maximum of the values is where that of their positive parts is.
      try appendMaximumGradient(
        Pooling(window: Extent(2)), x: normalized, shape: shape, upstream: upstream, pooled: request.inputShapes[0],
        to: gradient)
      upstream = UnsafePointer(gradient)
    }
    try append(
      COneDNNPrimitive(.eltwiseBackward, .reLU),
      [
        (.source, OneDNNTensor(normalized, count: shape.count)),
        (.destinationGradient, OneDNNTensor(upstream, count: shape.count)),
        (.sourceGradient, OneDNNTensor(gradient, count: shape.count)),
      ])
    return UnsafePointer(gradient)
  }
}
