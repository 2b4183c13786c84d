import CKernels
import Graphs

/// Vector loops in C for the instruction set at hand.
///
/// A kernel set belongs to one plan, since its kernels share scratch memory.
struct VectorKernelSet: KernelSet {
  private let loops: CKernelTable
  private let name: String
  private let scratch: AlignedBuffer

  /// Makes the set of the given table's loops.
  init(_ table: VectorTable = .best) {
    loops = table.loops
    name = table.name
    scratch = AlignedBuffer(count: loops.scratchCount)
  }

  func makeKernel(_ request: KernelRequest) throws -> Kernel {
    guard let body = body(for: request) else { return try ReferenceKernelSet().makeKernel(request) }
    return Kernel(name: name, run: body)
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
      guard let kind = activation.kind else { return nil }
      let x = inputs[0]
      return { _ in loops.activation(kind, x, out, count) }

    case .activationGradient(let activation):
      guard let kind = activation.kind else { return nil }
      let (upstream, y) = (inputs[0], inputs[1])
      return { _ in loops.activationGradient(kind, upstream, y, out, count) }

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

    case .loss, .lossGradient:
      return lossBody(for: request)

    case .convolution, .pooling, .normalization, .softmax, .softmaxGradient, .activationCurvature, .concatenate, .slice,
      .embed:
      return nil
    }
  }

  private func productBody(for request: KernelRequest) -> ((UInt64) -> Void)? {
    let product = MatrixProductRequest(request)
    let kind: CActivation
    if let activation = product.activation {
      guard let own = activation.kind else { return nil }
      kind = own
    } else {
      kind = .none
    }
    let call = CMatrixProduct(
      rows: product.rows, columns: product.columns, inner: product.inner, a: product.a,
      aRowStride: product.transposesA ? 1 : product.inner, aColumnStride: product.transposesA ? product.rows : 1,
      b: product.b, transposesB: product.transposesB, bias: product.bias,
      activation: kind, c: request.output, scratch: scratch.start)
    // The kernel keeps the scratch memory alive.
    return { [loops, scratch] _ in
      withExtendedLifetime(scratch) { withUnsafePointer(to: call) { loops.matrixProduct($0) } }
    }
  }

  private func lossBody(for request: KernelRequest) -> ((UInt64) -> Void)? {
    let loops = loops
    let (inputs, out) = (request.inputs, request.output)
    let (prediction, target, shape) = (inputs[0], inputs[1], request.inputShapes[0])
    switch request.operation {
    case .loss(.softmaxCrossEntropy(labelSmoothing: 0)):
      return { _ in out.pointee = loops.softmaxCrossEntropy(prediction, target, shape[0], shape[1]) }
    case .lossGradient(.softmaxCrossEntropy(labelSmoothing: 0)):
      let upstream = inputs[2]
      return { _ in
        loops.softmaxCrossEntropyGradient(prediction, target, upstream.pointee, shape[0], shape[1], out)
      }
    case .loss(.meanSquaredError):
      let count = shape.count
      return { _ in out.pointee = loops.meanSquaredError(prediction, target, count) }
    case .lossGradient(.meanSquaredError):
      let (upstream, count) = (inputs[2], shape.count)
      return { _ in loops.meanSquaredErrorGradient(prediction, target, upstream.pointee, count, out) }
    default:
      return nil
    }
  }
}

extension Activation {
  /// The activation as the vector loops name it, or nil where they do not have it.
  fileprivate var kind: CActivation? {
    switch self {
    case .relu: .reLU
    case .tanh: .tanh
    case .sigmoid: .sigmoid
    case .relu6, .leakyReLU, .elu, .gelu, .silu, .hardSwish: nil
    }
  }
}
