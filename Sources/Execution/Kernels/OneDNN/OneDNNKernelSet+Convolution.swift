import COneDNN
import Graphs

extension OneDNNKernelSet {
  func makeKernel(_ operation: ConvolutionOperation, _ request: KernelRequest) throws -> Kernel {
    let (inputs, shapes) = (request.inputs, request.inputShapes)
    switch operation {
    case .forward(let convolution, let activation):
      var primitive = COneDNNPrimitive(.convolution, convolution)
      let separate = primitive.setActivation(activation)
      var arguments: [(COneDNNRole, OneDNNTensor)] = [
        (.source, OneDNNTensor(images: inputs[0], shapes[0])),
        (.weights, OneDNNTensor(weights: inputs[1], shapes[1], groups: convolution.groups)),
        (.destination, OneDNNTensor(images: request.output, request.outputShape)),
      ]
      if inputs.count == 3 { arguments.append((.bias, OneDNNTensor(inputs[2], count: shapes[2].count))) }
      return try activated(separate, request, makeConvolution(primitive, arguments, request))

    case .inputGradient(let convolution, let input):
      return try makeConvolution(
        COneDNNPrimitive(.convolutionBackwardData, convolution),
        [
          (.destinationGradient, OneDNNTensor(images: inputs[0], shapes[0])),
          (.weights, OneDNNTensor(weights: inputs[1], shapes[1], groups: convolution.groups)),
          (.sourceGradient, OneDNNTensor(images: request.output, input)),
        ], request)

    case .weightGradient(let convolution, let weight):
      return try makeConvolution(
        COneDNNPrimitive(.convolutionBackwardWeights, convolution),
        [
          (.destinationGradient, OneDNNTensor(images: inputs[0], shapes[0])),
          (.source, OneDNNTensor(images: inputs[1], shapes[1])),
          (.weightsGradient, OneDNNTensor(weights: request.output, weight, groups: convolution.groups)),
        ], request)
    }
  }

  /// Weights go through a layout of oneDNN's own; images do as well where it has only plain loops for them as they lie.
  private func makeConvolution(
    _ primitive: COneDNNPrimitive, _ arguments: [(COneDNNRole, OneDNNTensor)], _ request: KernelRequest
  ) throws -> Kernel {
    func program(isFree: (COneDNNRole) -> Bool) throws -> OneDNNProgram {
      let program = try OneDNNProgram(device, node: request.name)
      try program.append(primitive, arguments.map { ($0, isFree($0) ? $1.free : $1) })
      return program
    }
    let channelsLast = try program { $0 == .weights || $0 == .weightsGradient }
    guard channelsLast.isPlain else { return channelsLast.kernel() }
    let blocked = try program { $0 != .bias }
    return (blocked.isPlain ? channelsLast : blocked).kernel()
  }
}

extension COneDNNPrimitive {
  fileprivate init(_ kind: COneDNNKind, _ convolution: Convolution) {
    self.init(kind)
    (strideHeight, strideWidth) = (Int64(convolution.stride.height), Int64(convolution.stride.width))
    (paddingHeight, paddingWidth) = (Int64(convolution.padding.height), Int64(convolution.padding.width))
    (dilationHeight, dilationWidth) = (Int64(convolution.dilation.height), Int64(convolution.dilation.width))
  }
}
