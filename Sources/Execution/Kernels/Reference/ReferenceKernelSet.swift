import Graphs

/// Plain loops in Swift, one for every operation: the oracle that other kernels are tested against.
struct ReferenceKernelSet: KernelSet {
  /// Whether operands of products are rounded to bfloat16.
  var roundsOperands = false

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    let isRounded = roundsOperands && request.operation.isRounded(request.inputShapes)
    let copies = isRounded ? request.inputShapes.prefix(2).map { AlignedBuffer(count: $0.count) } : []
    let inputs = copies.map { UnsafePointer($0.start) } + request.inputs.dropFirst(copies.count)
    let node = ReferenceNode<Float>(
      operation: request.operation, inputs: inputs, inputShapes: request.inputShapes, output: request.output,
      outputShape: request.outputShape)
    return Kernel(name: isRounded ? "reference bfloat16" : "reference") { seed in
      for (copy, input) in zip(copies, request.inputs) {
        for i in copy.elements.indices { copy.elements[i] = BFloat16.rounded(input[i]) }
      }
      node.run(seed: seed)
    }
  }
}
