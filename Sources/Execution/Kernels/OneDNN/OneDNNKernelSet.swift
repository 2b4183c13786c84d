import COneDNN
import Graphs

/// Primitives of oneDNN for whatever it has any for, and vector loops for the rest.
///
/// Losses, masks of dropout, roundings and second derivatives of activations are no primitives of oneDNN.
struct OneDNNKernelSet: KernelSet {
  let device: OneDNNDevice
  let vectors = VectorKernelSet()

  /// Opens the library.
  ///
  /// - Throws: `ExecutionError` where the library refuses.
  init() throws {
    device = try OneDNNDevice()
  }

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    let (inputs, shapes, count) = (request.inputs, request.inputShapes, request.outputShape.count)
    switch request.operation {
    case .input, .parameter, .state, .constant:
      preconditionFailure("stored values are not computed")

    case .dropoutMask, .fakeQuantization, .loss, .lossGradient, .activationCurvature:
      return try vectors.makeKernel(request)

    case .dense, .matrixProduct: return try makeProduct(request)
    case .convolution(let operation): return try makeKernel(operation, request)
    case .pooling(let operation): return try makeKernel(operation, request)
    case .normalization(let operation): return try makeKernel(operation, request)
    case .activation(let activation): return try makeActivation(activation, request)
    case .activationGradient(let activation): return try makeActivationGradient(activation, request)
    case .softmax, .softmaxGradient: return try makeSoftmax(request)

    case .add: return try makeBinary(.add, request)
    case .multiply: return try makeBinary(.multiply, request)
    case .multiplyByScalar: return try makeBinary(.multiply, request)
    case .scale(let factor):
      return try makeKernel(
        COneDNNPrimitive(.eltwise, .linear, alpha: Float(factor)),
        [(.source, OneDNNTensor(inputs[0], count: count)), (.destination, OneDNNTensor(request.output, count: count))],
        request)

    case .sumRows:
      return try makeSum(request, rows: shapes[0].count / count)
    case .sum:
      return try makeSum(request, rows: shapes[0].count)
    case .broadcastRows(let rows): return try makeBroadcast(request, rows: rows)

    case .reshape:
      // A view may lie where its input does.
      if inputs[0] == UnsafePointer(request.output) { return Kernel(name: "none") { _ in } }
      return try makeCopy(
        from: OneDNNTensor(inputs[0], count: count), to: OneDNNTensor(request.output, count: count), request)
    case .slice(let axis, let start, let extent):
      return try makeCopy(
        from: OneDNNTensor(inputs[0], shapes[0], axis: axis, start: start, count: extent),
        to: OneDNNTensor(request.output, request.outputShape, axis: axis), request)
    case .embed(let axis, let start, _):
      let output = request.output
      return try makeCopy(
        from: OneDNNTensor(inputs[0], shapes[0], axis: axis),
        to: OneDNNTensor(output, request.outputShape, axis: axis, start: start, count: shapes[0][axis]), request
      ) { output.update(repeating: 0, count: count) }
    case .concatenate(let axis): return try makeConcatenation(request, axis: axis)
    }
  }

  /// A kernel of one primitive.
  func makeKernel(
    _ primitive: COneDNNPrimitive, _ arguments: [(COneDNNRole, OneDNNTensor)], _ request: KernelRequest,
    prepare: (() -> Void)? = nil
  ) throws -> Kernel {
    let program = try OneDNNProgram(device, node: request.name)
    try program.append(primitive, arguments)
    return program.kernel(prepare: prepare)
  }

  /// A kernel that runs others one after the other, and keeps the memory between them.
  func makeKernel(_ kernels: [Kernel], keeping memory: AlignedBuffer? = nil) -> Kernel {
    Kernel(name: kernels.map(\.name).joined(separator: ", ")) { seed in
      try withExtendedLifetime(memory) {
        for kernel in kernels { try kernel.run(seed) }
      }
    }
  }
}
