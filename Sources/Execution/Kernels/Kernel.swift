import Graphs

/// The work of one node, bound to its memory.
struct Kernel {
  /// Which implementation was chosen, for people who read a plan.
  let name: String

  /// Computes the output from the inputs, drawing random numbers from the seed; allocates nothing.
  let run: (_ seed: UInt64) throws -> Void
}

/// What a kernel is made for: an operation with the memory of its inputs and its output.
///
/// The output never overlaps an input, save that an elementwise operation's output may be one of its inputs.
struct KernelRequest {
  /// What to compute.
  let operation: Operation
  /// The node's name, for errors.
  let name: String
  /// The inputs' elements, row-major.
  let inputs: [UnsafePointer<Float>]
  /// The inputs' shapes.
  let inputShapes: [Shape]
  /// The output's elements, row-major.
  let output: UnsafeMutablePointer<Float>
  /// The output's shape.
  let outputShape: Shape
}

/// A family of kernels, one for every operation that computes something.
protocol KernelSet {
  /// Makes the kernel for a request; the memory outlives the kernel.
  ///
  /// - Throws: `ExecutionError` where the kernel library refuses.
  func makeKernel(_ request: KernelRequest) throws -> Kernel
}
