import COneDNN
import Graphs

extension OneDNNKernelSet {
  func makeKernel(_ operation: PoolingOperation, _ request: KernelRequest) throws -> Kernel {
    let (inputs, shapes) = (request.inputs, request.inputShapes)
    let x = OneDNNTensor(images: inputs[0], shapes[0])
    switch operation {
    case .maximum(let pooling):
      return try guarded(
        makeKernel(
          COneDNNPrimitive(pooling, .maximum),
          [(.source, x), (.destination, OneDNNTensor(images: request.output, request.outputShape))], request),
        request)

    case .maximumGradient(let pooling):
      let program = try OneDNNProgram(device, node: request.name)
      try program.appendMaximumGradient(
        pooling, x: inputs[1], shape: shapes[1], upstream: inputs[0], pooled: shapes[0], to: request.output)
      return program.kernel()

    case .average(let pooling, let countsPadding):
      return try makeKernel(
        COneDNNPrimitive(pooling, .average(countsPadding)),
        [(.source, x), (.destination, OneDNNTensor(images: request.output, request.outputShape))], request)

    case .averageGradient(let pooling, let countsPadding, let input):
      return try makeKernel(
        COneDNNPrimitive(pooling, .average(countsPadding)).with(kind: .poolingBackward),
        [(.destinationGradient, x), (.sourceGradient, OneDNNTensor(images: request.output, input))], request)

    case .globalAverage:
      return try makeKernel(
        COneDNNPrimitive(Pooling(window: Extent(height: shapes[0][1], width: shapes[0][2])), .average(false)),
        [(.source, x), (.destination, OneDNNTensor(images: request.output, request.outputShape))], request)

    case .globalAverageGradient(let input):
      return try makeKernel(
        COneDNNPrimitive(Pooling(window: Extent(height: input[1], width: input[2])), .average(false))
          .with(kind: .poolingBackward),
        [
          (.destinationGradient, x), (.sourceGradient, OneDNNTensor(images: request.output, input)),
        ], request)
    }
  }
}

extension OneDNNProgram {
  /// Appends a maximum pooling, which keeps the places of the maxima, and its gradient by x.
  func appendMaximumGradient(
    _ pooling: Pooling, x: UnsafePointer<Float>, shape: Shape, upstream: UnsafePointer<Float>, pooled: Shape,
    to gradient: UnsafeMutablePointer<Float>
  ) throws {
    let primitive = COneDNNPrimitive(pooling, .maximum).training()
    let maxima = scratch(pooled.count)
    try append(
      primitive,
      [(.source, OneDNNTensor(images: x, shape)), (.destination, OneDNNTensor(images: maxima, pooled))])
    try append(
      primitive.with(kind: .poolingBackward),
      [
        (.destinationGradient, OneDNNTensor(images: upstream, pooled)),
        (.sourceGradient, OneDNNTensor(images: gradient, shape)),
      ])
  }
}

extension COneDNNAlgorithm {
  fileprivate static func average(_ countsPadding: Bool) -> COneDNNAlgorithm {
    countsPadding ? .averageIncludePadding : .averageExcludePadding
  }
}

extension COneDNNPrimitive {
  fileprivate init(_ pooling: Pooling, _ algorithm: COneDNNAlgorithm) {
    self.init(.pooling, algorithm)
    (windowHeight, windowWidth) = (Int64(pooling.window.height), Int64(pooling.window.width))
    (strideHeight, strideWidth) = (Int64(pooling.stride.height), Int64(pooling.stride.width))
    (paddingHeight, paddingWidth) = (Int64(pooling.padding.height), Int64(pooling.padding.width))
  }
}
