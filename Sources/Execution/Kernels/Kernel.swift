import Graphs

/// The work of one node, bound to its memory; it allocates nothing.
struct Kernel {
  /// How the output is computed.
  enum Work {
    /// All at once, with random numbers drawn from the seed.
    case whole((_ seed: UInt64) throws -> Void)
    /// Some images at a time, the first ones first: an output of images, or a sum over images, which is right once all of
    /// them were taken in.
    case images(count: Int, (_ images: Range<Int>) -> Void)
  }

  /// Which implementation was chosen, for people who read a plan.
  let name: String

  private let work: Work

  /// Makes a kernel.
  init(name: String, work: Work) {
    (self.name, self.work) = (name, work)
  }

  /// Makes a kernel that does its work all at once.
  init(name: String, run: @escaping (_ seed: UInt64) throws -> Void) {
    self.init(name: name, work: .whole(run))
  }

  /// Computes the output from the inputs, drawing random numbers from the seed.
  func run(_ seed: UInt64) throws {
    switch work {
    case .whole(let run): try run(seed)
    case .images(let count, let run): run(0..<count)
    }
  }

  /// Computes some images of the output from the same images of the inputs, or takes them in.
  func run(images: Range<Int>) {
    guard case .images(_, let run) = work else { preconditionFailure("'\(name)' does its work all at once") }
    run(images)
  }
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
  /// The positions of inputs whose memory holds only the images that are worked on.
  var passingInputs: Set<Int> = []
  /// Whether the memory of the output holds only the images that are worked on.
  var isOutputPassing = false

  /// The number of images of the first input; a scalar counts as one.
  var imageCount: Int { inputShapes[0].imageCount }

  /// The images of an input.
  func images(of position: Int) -> ImageElements<UnsafePointer<Float>> {
    ImageElements(inputs[position], inputShapes[position], isPassing: passingInputs.contains(position))
  }

  /// The images of the output.
  var outputImages: ImageElements<UnsafeMutablePointer<Float>> {
    ImageElements(output, outputShape, isPassing: isOutputPassing)
  }
}

/// Where the images of a value lie, which are the parts along its first axis.
struct ImageElements<Pointer: Strideable> where Pointer.Stride == Int {
  /// The elements of an image.
  let count: Int
  private let start: Pointer
  private let step: Int

  /// - Parameter isPassing: Whether the memory holds only the images that are worked on.
  init(_ start: Pointer, _ shape: Shape, isPassing: Bool) {
    count = shape.count / shape.imageCount
    step = isPassing ? 0 : count
    self.start = start
  }

  /// The first element of some images.
  func at(_ images: Range<Int>) -> Pointer { start.advanced(by: images.lowerBound * step) }
}

extension Shape {
  /// The extent of the first axis; 1 for a scalar.
  var imageCount: Int { rank > 0 ? self[0] : 1 }
}

/// A family of kernels, one for every operation that computes something.
protocol KernelSet {
  /// Makes the kernel for a request; the memory outlives the kernel.
  ///
  /// - Throws: `ExecutionError` where the kernel library refuses.
  func makeKernel(_ request: KernelRequest) throws -> Kernel
}
