import CKernels
import Graphs

/// Vector loops in C for the instruction set at hand.
///
/// A kernel set belongs to one plan, since its kernels share scratch memory.
struct VectorKernelSet: KernelSet {
  let loops: CKernelTable
  /// The loops of products whose operands are rounded to bfloat16; nil where none are.
  let bfloat16: CBFloat16Table?
  private let name: String
  /// The panel of a transposed operand.
  let scratch: AlignedBuffer
  /// The memory that products work in.
  let images = VectorScratch()

  /// Makes the set of the given table's loops.
  ///
  /// - Parameter roundsOperands: Whether products are of bfloat16; the table must have them.
  init(_ table: VectorTable = .best, roundsOperands: Bool = false) {
    loops = table.loops
    bfloat16 = roundsOperands ? table.bfloat16 : nil
    precondition(!roundsOperands || bfloat16 != nil, "these loops have no products of bfloat16")
    name = table.name
    scratch = AlignedBuffer(count: loops.scratchCount)
  }

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    guard let body = body(for: request) else { return try ReferenceKernelSet().makeKernel(request) }
    return Kernel(name: isRounded(request) ? "\(name) bfloat16" : name, run: body)
  }

  /// Whether the operands of a request are rounded to bfloat16.
  func isRounded(_ request: KernelRequest) -> Bool {
    bfloat16 != nil && request.operation.isRounded(request.inputShapes)
  }

  /// The loop for a request, or nil where there is none.
  private func body(for request: KernelRequest) -> ((UInt64) -> Void)? {
    let loops = loops
    let (inputs, out, count) = (request.inputs, request.output, request.outputShape.count)
    switch request.operation {
    case .input, .parameter, .state, .constant:
      preconditionFailure("stored values are not computed")

    case .dropoutMask(let probability, let stream):
      let threshold = Philox.threshold(probability: probability)
      let (stream, kept) = (UInt32(truncatingIfNeeded: stream), Float(1 / (1 - probability)))
      return { seed in loops.dropoutMask(seed, stream, threshold, kept, out, count) }

    case .dense, .matrixProduct:
      return productBody(for: request)

    case .activation(let activation):
      let (x, kind, number) = (inputs[0], activation.kind, activation.number)
      return { _ in loops.activation(kind, number, x, out, count) }

    case .activationGradient(let activation):
      let (upstream, point, kind, number) = (inputs[0], inputs[1], activation.kind, activation.number)
      return { _ in loops.activationGradient(kind, number, upstream, point, out, count) }

    case .activationCurvature(let activation):
      let (x, kind) = (inputs[0], activation.kind)
      return { _ in loops.activationCurvature(kind, x, out, count) }

    case .softmax:
      let (x, columns) = (inputs[0], request.lastExtent)
      return { _ in loops.softmax(x, count / columns, columns, out) }

    case .softmaxGradient:
      let (upstream, y, columns) = (inputs[0], inputs[1], request.lastExtent)
      return { _ in loops.softmaxGradient(upstream, y, count / columns, columns, out) }

    case .add:
      let (a, b) = (inputs[0], inputs[1])
      return { _ in loops.add(a, b, out, count) }

    case .multiply:
      let (a, b) = (inputs[0], inputs[1])
      return { _ in loops.multiply(a, b, out, count) }

    case .scale(let factor):
      let (x, factor) = (inputs[0], Float(factor))
      return { _ in loops.scale(x, factor, out, count) }

    case .multiplyByScalar:
      let (x, factor) = (inputs[0], inputs[1])
      return { _ in loops.scale(x, factor.pointee, out, count) }

    case .sumRows:
      let (x, rows) = (inputs[0], request.inputShapes[0].count / count)
      return { _ in loops.sumRows(x, rows, count, out) }

    case .broadcastRows(let rows):
      let (x, columns) = (inputs[0], request.outputShape[1])
      return { _ in loops.broadcastRows(x, rows, columns, out) }

    case .sum:
      let (x, count) = (inputs[0], request.inputShapes[0].count)
      return { _ in out.pointee = loops.sum(x, count) }

    case .reshape:
      let x = inputs[0]
      // A view may lie where its input does.
      return x == UnsafePointer(out) ? { _ in } : { _ in out.update(from: x, count: count) }

    case .concatenate(let axis): return concatenationBody(for: request, axis: axis)
    case .slice(let axis, let start, _):
      return copyBody(
        from: inputs[0], request.inputShapes[0], start, to: out, request.outputShape, 0,
        extent: request.outputShape[axis], axis: axis)
    case .embed(let axis, let start, _):
      let copy = copyBody(
        from: inputs[0], request.inputShapes[0], 0, to: out, request.outputShape, start,
        extent: request.inputShapes[0][axis], axis: axis)
      return { seed in
        out.update(repeating: 0, count: count)
        copy(seed)
      }

    case .convolution(let operation): return body(of: operation, for: request)
    case .pooling(let operation): return body(of: operation, for: request)
    case .normalization(let operation): return body(of: operation, for: request)
    case .fakeQuantization(let operation): return body(of: operation, for: request)
    case .loss(let loss): return body(of: loss, for: request)
    case .lossGradient(let loss): return body(ofGradientOf: loss, for: request)
    }
  }

  /// A loop with a pass of an activation over its output behind it, where there is one.
  func activated(
    _ activation: Activation?, _ out: UnsafeMutablePointer<Float>, _ count: Int, _ body: @escaping (UInt64) -> Void
  ) -> (UInt64) -> Void {
    guard let activation else { return body }
    let (loops, kind, number) = (loops, activation.kind, activation.number)
    return { seed in
      body(seed)
      loops.activation(kind, number, out, out, count)
    }
  }

  private func concatenationBody(for request: KernelRequest, axis: Int) -> (UInt64) -> Void {
    var start = 0
    let copies = zip(request.inputs, request.inputShapes).map { input, shape in
      defer { start += shape[axis] }
      return copyBody(
        from: input, shape, 0, to: request.output, request.outputShape, start, extent: shape[axis], axis: axis)
    }
    return { seed in for copy in copies { copy(seed) } }
  }

  /// Copies `extent` places along an axis, from one place of the source to one of the destination.
  private func copyBody(
    from source: UnsafePointer<Float>, _ sourceShape: Shape, _ sourceStart: Int,
    to destination: UnsafeMutablePointer<Float>, _ shape: Shape, _ start: Int, extent: Int, axis: Int
  ) -> (UInt64) -> Void {
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    let outer = shape.dimensions[..<axis].reduce(1, *)
    let (from, to) = (source + sourceStart * inner, destination + start * inner)
    let (fromStep, toStep, count) = (sourceShape[axis] * inner, shape[axis] * inner, extent * inner)
    return { _ in for i in 0..<outer { (to + i * toStep).update(from: from + i * fromStep, count: count) } }
  }
}

extension KernelRequest {
  /// The extent of the output's last axis.
  var lastExtent: Int { outputShape[outputShape.rank - 1] }
}

extension Activation {
  /// The activation as the vector loops name it.
  var kind: CActivation {
    switch self {
    case .relu: .reLU
    case .relu6: .reLU6
    case .leakyReLU: .leakyReLU
    case .elu: .ELU
    case .gelu: .GELU
    case .silu: .siLU
    case .hardSwish: .hardSwish
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    }
  }

  /// The slope or the α, or 0 where there is none.
  var number: Float {
    switch self {
    case .leakyReLU(let slope): Float(slope)
    case .elu(let alpha): Float(alpha)
    case .relu, .relu6, .gelu, .silu, .hardSwish, .tanh, .sigmoid: 0
    }
  }
}
