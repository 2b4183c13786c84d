import COneDNN
import Graphs

extension OneDNNKernelSet {
  func makeKernel(_ operation: NormalizationOperation, _ request: KernelRequest) throws -> Kernel {
    let (inputs, out) = (request.inputs, request.output)
    let (x, channels) = (request.inputShapes[0], request.inputShapes[0][request.inputShapes[0].rank - 1])
    switch operation {
    case .batch(let numbers):
      let program = try OneDNNProgram(device, node: request.name)
      let figures = ChannelFigures(mean: inputs[3], variance: inputs[4], scale: inputs[1], shift: inputs[2])
      try program.appendNormalization(inputs[0], x, figures, numbers.epsilon, to: out)
      return program.kernel()

    case .batchMoments:
      // No primitive computes moments alone, so that the normalized values go nowhere.
      let program = try OneDNNProgram(device, node: request.name)
      let mean = OneDNNTensor(out, count: channels)
      try program.append(
        COneDNNPrimitive(.batchNormalization, alpha: 1e-5).training(),
        [
          (.source, OneDNNTensor(column: inputs[0], x)),
          (.destination, OneDNNTensor(column: program.scratch(x.count), x)), (.mean, mean),
          (.variance, OneDNNTensor(out + channels, count: channels)),
        ])
      return program.kernel()

    case .batchNormalize(let epsilon, let activation):
      let program = try OneDNNProgram(device, node: request.name)
      let figures = ChannelFigures(moments: inputs[1], channels, scale: inputs[2], shift: inputs[3])
      try program.appendNormalization(inputs[0], x, figures, epsilon, to: out)
      // The primitive's own ReLU would make 0 of NaN.
      return try activated(activation, request, program.kernel())

    case .batchNormalizePooled(let epsilon):
      let normalized = AlignedBuffer(count: x.count)
      let first = try makeKernel(
        KernelRequest(
          operation: .normalization(.batchNormalize(epsilon: epsilon, activation: .relu)), name: request.name,
          inputs: inputs, inputShapes: request.inputShapes, output: normalized.start, outputShape: x))
      let second = try makeKernel(
        KernelRequest(
          operation: .pooling(.maximum(Pooling(window: Extent(2)))), name: request.name,
          inputs: [UnsafePointer(normalized.start)], inputShapes: [x], output: out, outputShape: request.outputShape))
      return makeKernel([first, second], keeping: normalized)

    case .batchSums(let epsilon, let tail):
      return try makeBatchSums(request, epsilon, tail)

    case .batchInputGradient(let epsilon, let tail):
      return try makeBatchInputGradient(request, epsilon, tail)

    case .movingAverage(let momentum, let row, let correction):
      let program = try OneDNNProgram(device, node: request.name)
      let count = request.outputShape.count
      func scaled(_ factor: Double, _ from: UnsafePointer<Float>, _ to: UnsafePointer<Float>) throws {
        try program.append(
          COneDNNPrimitive(.eltwise, .linear, alpha: Float(factor)),
          [(.source, OneDNNTensor(from, count: count)), (.destination, OneDNNTensor(to, count: count))])
      }
      let moved = program.scratch(count)
      try scaled(momentum * correction, inputs[1] + row * count, moved)
      try scaled(1 - momentum, inputs[0], out)
      try program.append(
        COneDNNPrimitive(.binary, .add),
        [
          (.source, OneDNNTensor(out, count: count)), (.secondSource, OneDNNTensor(moved, count: count)),
          (.destination, OneDNNTensor(out, count: count)),
        ])
      return program.kernel()

    case .layer(let epsilon):
      return try makeKernel(
        COneDNNPrimitive(.layerNormalization, alpha: Float(epsilon)),
        [
          (.source, OneDNNTensor(rows: inputs[0], x)), (.destination, OneDNNTensor(rows: out, x)),
          (.scale, OneDNNTensor(inputs[1], count: channels)), (.shift, OneDNNTensor(inputs[2], count: channels)),
        ], request)

    case .layerSums(let epsilon):
      let program = try OneDNNProgram(device, node: request.name)
      let ones = program.scratch(channels)
      ones.update(repeating: 1, count: channels)
      try program.appendLayerGradient(
        inputs[1], x, upstream: inputs[0], scale: ones, epsilon, to: program.scratch(x.count), sums: out)
      return program.kernel()

    case .layerInputGradient(let epsilon):
      let program = try OneDNNProgram(device, node: request.name)
      try program.appendLayerGradient(
        inputs[1], x, upstream: inputs[0], scale: inputs[2], epsilon, to: out, sums: program.scratch(2 * channels))
      return program.kernel()
    }
  }
}

/// The numbers that a batch normalization has for each channel.
struct ChannelFigures {
  let mean, variance, scale, shift: UnsafePointer<Float>

  init(
    mean: UnsafePointer<Float>, variance: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    shift: UnsafePointer<Float>
  ) {
    (self.mean, self.variance, self.scale, self.shift) = (mean, variance, scale, shift)
  }

  /// Makes them of moments [2, C].
  init(moments: UnsafePointer<Float>, _ channels: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>) {
    self.init(mean: moments, variance: moments + channels, scale: scale, shift: shift)
  }
}

extension OneDNNProgram {
  /// Appends a batch normalization of x [..., C] by given figures.
  func appendNormalization(
    _ x: UnsafePointer<Float>, _ shape: Shape, _ figures: ChannelFigures, _ epsilon: Double,
    to out: UnsafeMutablePointer<Float>
  ) throws {
    var primitive = COneDNNPrimitive(.batchNormalization, alpha: Float(epsilon))
    primitive.usesGivenStatistics = true
    let channels = shape[shape.rank - 1]
    try append(
      primitive,
      [
        (.source, OneDNNTensor(column: x, shape)), (.destination, OneDNNTensor(column: out, shape)),
        (.mean, OneDNNTensor(figures.mean, count: channels)),
        (.variance, OneDNNTensor(figures.variance, count: channels)),
        (.scale, OneDNNTensor(figures.scale, count: channels)),
        (.shift, OneDNNTensor(figures.shift, count: channels)),
      ])
  }

  /// Appends the gradient of a layer normalization by x, and Σ g and Σ g x̂, [2, C]; oneDNN 2 has none without the other.
  fileprivate func appendLayerGradient(
    _ x: UnsafePointer<Float>, _ shape: Shape, upstream: UnsafePointer<Float>, scale: UnsafePointer<Float>,
    _ epsilon: Double, to gradient: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
  ) throws {
    let channels = shape[shape.rank - 1]
    let rows = shape.count / channels
    let (mean, variance) = (OneDNNTensor(scratch(rows), count: rows), OneDNNTensor(scratch(rows), count: rows))
    let primitive = COneDNNPrimitive(.layerNormalization, alpha: Float(epsilon))
    let source = OneDNNTensor(rows: x, shape)
    try append(
      primitive.training(),
      [
        (.source, source), (.destination, OneDNNTensor(rows: scratch(shape.count), shape)), (.mean, mean),
        (.variance, variance),
      ])
    // oneDNN 2 asks for the shift itself as well, though no gradient depends on it.
    let figures = OneDNNTensor(scale, count: channels)
    let arguments: [(COneDNNRole, OneDNNTensor)] = [
      (.source, source), (.mean, mean), (.variance, variance), (.scale, figures), (.shift, figures),
      (.destinationGradient, OneDNNTensor(rows: upstream, shape)),
      (.sourceGradient, OneDNNTensor(rows: gradient, shape)),
      (.shiftGradient, OneDNNTensor(sums, count: channels)),
      (.scaleGradient, OneDNNTensor(sums + channels, count: channels)),
    ]
    try append(primitive.with(kind: .layerNormalizationBackward), arguments)
  }
}

extension OneDNNTensor {
  /// Values [..., C] as rows of C.
  init(rows data: UnsafePointer<Float>, _ shape: Shape) {
    let channels = shape[shape.rank - 1]
    self.init(data, rows: shape.count / channels, columns: channels)
  }
}
