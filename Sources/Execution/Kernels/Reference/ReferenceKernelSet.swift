import Graphs

/// Plain loops in Swift, one for every operation: the oracle that other kernels are tested against.
struct ReferenceKernelSet: KernelSet {
  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    let node = ReferenceNode<Float>(
      operation: request.operation, inputs: request.inputs, inputShapes: request.inputShapes,
      output: request.output, outputShape: request.outputShape)
    return Kernel(name: "reference") { seed in node.run(seed: seed) }
  }
}
