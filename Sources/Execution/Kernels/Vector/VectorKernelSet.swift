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
  /// - Parameter bfloat16: What products are computed with, where their operands are to be rounded; belongs to the best loops.
  init(_ table: VectorTable = .best, bfloat16: CBFloat16Table? = nil) {
    loops = table.loops
    precondition(
      bfloat16 == nil || loops.panelColumns == VectorTable.best.loops.panelColumns, "these loops pack other panels")
    self.bfloat16 = bfloat16
    name = table.name
    scratch = AlignedBuffer(count: loops.scratchCount)
  }

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    let rounded = isRounded(request) ? bfloat16.map { "\(String(cString: $0.name)) bfloat16" } : nil
    return Kernel(name: rounded ?? name, work: work(for: request))
  }

  /// Whether the operands of a request are rounded to bfloat16.
  func isRounded(_ request: KernelRequest) -> Bool {
    bfloat16 != nil && request.operation.isRounded(request.inputShapes)
  }

  /// The loop for a request.
  private func work(for request: KernelRequest) -> Kernel.Work {
    let loops = loops
    let (inputs, out, count) = (request.inputs, request.output, request.outputShape.count)
    switch request.operation {
    case .input, .parameter, .state, .constant:
      preconditionFailure("stored values are not computed")

    case .dropoutMask(let probability, let stream):
      let threshold = Philox.threshold(probability: probability)
      let (stream, kept) = (UInt32(truncatingIfNeeded: stream), Float(1 / (1 - probability)))
      return .whole { seed in loops.dropoutMask(seed, stream, threshold, kept, out, count) }

    case .dense, .matrixProduct:
      return product(for: request)

    case .activation(let activation):
      let (kind, number) = (activation.kind, activation.number)
      return elementwise(request) { x, out, count in loops.activation(kind, number, x, out, count) }

    case .activationGradient(let activation):
      let (kind, number) = (activation.kind, activation.number)
      return elementwise(request) { upstream, point, out, count in
        loops.activationGradient(kind, number, upstream, point, out, count)
      }

    case .activationCurvature(let activation):
      let (x, kind) = (inputs[0], activation.kind)
      return .whole { _ in loops.activationCurvature(kind, x, out, count) }

    case .softmax:
      let (x, columns) = (inputs[0], request.lastExtent)
      return .whole { _ in loops.softmax(x, count / columns, columns, out) }

    case .softmaxGradient:
      let (upstream, y, columns) = (inputs[0], inputs[1], request.lastExtent)
      return .whole { _ in loops.softmaxGradient(upstream, y, count / columns, columns, out) }

    case .add:
      return elementwise(request) { a, b, out, count in loops.add(a, b, out, count) }

    case .multiply:
      return elementwise(request) { a, b, out, count in loops.multiply(a, b, out, count) }

    case .scale(let factor):
      let (x, factor) = (inputs[0], Float(factor))
      return .whole { _ in loops.scale(x, factor, out, count) }

    case .multiplyByScalar:
      let (x, factor) = (inputs[0], inputs[1])
      return .whole { _ in loops.scale(x, factor.pointee, out, count) }

    case .sumRows:
      let (x, rows) = (inputs[0], request.inputShapes[0].count / count)
      return .whole { _ in loops.sumRows(x, rows, count, out) }

    case .broadcastRows(let rows):
      let (x, columns) = (inputs[0], request.outputShape[1])
      return .whole { _ in loops.broadcastRows(x, rows, columns, out) }

    case .sum:
      let (x, count) = (inputs[0], request.inputShapes[0].count)
      return .whole { _ in out.pointee = loops.sum(x, count) }

    case .reshape:
      let x = inputs[0]
      // A view may lie where its input does.
      return .whole(x == UnsafePointer(out) ? { _ in } : { _ in out.update(from: x, count: count) })

    case .concatenate(let axis): return concatenation(for: request, axis: axis)
    case .slice(let axis, let start, _):
      return .whole(
        copyBody(
          from: inputs[0], request.inputShapes[0], start, to: out, request.outputShape, 0,
          extent: request.outputShape[axis], axis: axis))
    case .embed(let axis, let start, _):
      let copy = copyBody(
        from: inputs[0], request.inputShapes[0], 0, to: out, request.outputShape, start,
        extent: request.inputShapes[0][axis], axis: axis)
      return .whole { seed in
        out.update(repeating: 0, count: count)
        copy(seed)
      }

    case .convolution(let operation): return work(of: operation, for: request)
    case .pooling(let operation): return work(of: operation, for: request)
    case .normalization(let operation): return work(of: operation, for: request)
    case .fakeQuantization(let operation): return work(of: operation, for: request)
    case .loss(let loss): return work(of: loss, for: request)
    case .lossGradient(let loss): return work(ofGradientOf: loss, for: request)
    }
  }

  /// A loop over the elements of one input.
  private func elementwise(
    _ request: KernelRequest,
    _ body: @escaping (UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ count: Int) -> Void
  ) -> Kernel.Work {
    let (x, out) = (request.images(of: 0), request.outputImages)
    return .images(count: request.imageCount) { body(x.at($0), out.at($0), $0.count * out.count) }
  }

  /// A loop over the elements of two inputs.
  private func elementwise(
    _ request: KernelRequest,
    _ body: @escaping (UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, _ count: Int) -> Void
  ) -> Kernel.Work {
    let (a, b, out) = (request.images(of: 0), request.images(of: 1), request.outputImages)
    return .images(count: request.imageCount) { body(a.at($0), b.at($0), out.at($0), $0.count * out.count) }
  }

  /// A loop over images with a pass of an activation over its output behind it, where there is one.
  func activated(
    _ activation: Activation?, _ request: KernelRequest, _ body: @escaping (_ images: Range<Int>) -> Void
  ) -> Kernel.Work {
    guard let activation else { return .images(count: request.imageCount, body) }
    let (loops, out, kind, number) = (loops, request.outputImages, activation.kind, activation.number)
    return .images(count: request.imageCount) { images in
      body(images)
      loops.activation(kind, number, out.at(images), out.at(images), images.count * out.count)
    }
  }

  private func concatenation(for request: KernelRequest, axis: Int) -> Kernel.Work {
    var start = 0
    let copies = zip(request.inputs, request.inputShapes).map { input, shape in
      defer { start += shape[axis] }
      return copyBody(
        from: input, shape, 0, to: request.output, request.outputShape, start, extent: shape[axis], axis: axis)
    }
    return .whole { seed in for copy in copies { copy(seed) } }
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
