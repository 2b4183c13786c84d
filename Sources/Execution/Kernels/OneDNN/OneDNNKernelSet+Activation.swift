import CKernels
import COneDNN
import Graphs

extension OneDNNKernelSet {
  func makeActivation(_ activation: Activation, _ request: KernelRequest) throws -> Kernel {
    let (x, count) = (request.inputs[0], request.outputShape.count)
    let kernel = try makeKernel(
      activation.primitive(.eltwise),
      [(.source, OneDNNTensor(x, count: count)), (.destination, OneDNNTensor(request.output, count: count))], request)
    return activation.keepsNaN ? kernel : try guarded(kernel, request)
  }

  func makeActivationGradient(_ activation: Activation, _ request: KernelRequest) throws -> Kernel {
    let count = request.outputShape.count
    var primitive = activation.primitive(.eltwiseBackward)
    if activation == .relu { primitive.alpha = 0 }
    return try makeKernel(
      primitive,
      [
        (.destinationGradient, OneDNNTensor(request.inputs[0], count: count)),
        (activation.isDifferentiatedAtOutput ? .destination : .source, OneDNNTensor(request.inputs[1], count: count)),
        (.sourceGradient, OneDNNTensor(request.output, count: count)),
      ], request)
  }

  /// A softmax or its gradient.
  func makeSoftmax(_ request: KernelRequest) throws -> Kernel {
    let columns = request.lastExtent
    func matrix(_ data: UnsafePointer<Float>) -> OneDNNTensor {
      OneDNNTensor(data, rows: request.outputShape.count / columns, columns: columns)
    }
    var primitive = COneDNNPrimitive(.softmax)
    primitive.axis = 1
    if request.operation == .softmax {
      return try makeKernel(
        primitive, [(.source, matrix(request.inputs[0])), (.destination, matrix(request.output))], request)
    }
    return try makeKernel(
      primitive.with(kind: .softmaxBackward),
      [
        (.destinationGradient, matrix(request.inputs[0])), (.destination, matrix(request.inputs[1])),
        (.sourceGradient, matrix(request.output)),
      ], request)
  }

  /// A kernel with a pass of an activation over its output behind it, where there is one.
  func activated(_ activation: Activation?, _ request: KernelRequest, _ kernel: Kernel) throws -> Kernel {
    guard let activation else { return kernel }
    let pass = try makeActivation(
      activation,
      KernelRequest(
        operation: .activation(activation), name: request.name, inputs: [UnsafePointer(request.output)],
        inputShapes: [request.outputShape], output: request.output, outputShape: request.outputShape))
    return makeKernel([kernel, pass])
  }

  /// A kernel of oneDNN that does not see NaN in its first input, with the vector loop in its place where there is any: a
  /// training that diverged must not look as if it had not.
  func guarded(_ kernel: Kernel, _ request: KernelRequest) throws -> Kernel {
    let exact = try vectors.makeKernel(request)
    let (x, count, sum) = (request.inputs[0], request.inputShapes[0].count, vectors.loops.sum)
    return Kernel(name: kernel.name) { seed in
      let hasNaN = sum(x, count).isNaN
      try (hasNaN ? exact : kernel).run(seed)
    }
  }
}

extension Activation {
  /// Whether oneDNN's function of NaN is NaN.
  fileprivate var keepsNaN: Bool { self != .relu6 }

  /// The function as oneDNN names it, with its numbers.
  fileprivate var function: (algorithm: COneDNNAlgorithm, alpha: Float, beta: Float) {
    switch self {
    // Without a slope oneDNN makes 0 of NaN; with any it keeps it.
    case .relu: (.reLU, 1e-30, 0)
    case .relu6: (.clip, 0, 6)
    case .leakyReLU(let slope): (.reLU, Float(slope), 0)
    case .elu(let alpha): (.ELU, Float(alpha), 0)
    case .gelu: (.GELU, 0, 0)
    case .silu: (.swish, 1, 0)
    case .hardSwish: (.hardSwish, 1 / 6, 0.5)
    case .tanh: (.tanh, 0, 0)
    case .sigmoid: (.logistic, 0, 0)
    }
  }

  fileprivate func primitive(_ kind: COneDNNKind) -> COneDNNPrimitive {
    COneDNNPrimitive(kind, function.algorithm, alpha: function.alpha, beta: function.beta)
  }
}

extension COneDNNPrimitive {
  /// Lets the primitive apply an activation to its output, and returns the activation where it must have a pass of its own.
  mutating func setActivation(_ activation: Activation?) -> Activation? {
    guard let activation, activation.keepsNaN else { return activation }
    (self.activation, activationAlpha, activationBeta) = activation.function
    return nil
  }
}
