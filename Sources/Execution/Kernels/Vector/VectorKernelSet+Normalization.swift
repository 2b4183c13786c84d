import CKernels
import Graphs

extension VectorKernelSet {
  func body(of operation: NormalizationOperation, for request: KernelRequest) -> (UInt64) -> Void {
    let (loops, inputs, out) = (loops, request.inputs, request.output)
    let shape = request.inputShapes[0]
    let channels = shape[shape.rank - 1]
    let rows = shape.count / channels
    switch operation {
    case .batch(let numbers):
      let epsilon = Float(numbers.epsilon)
      return { _ in
        loops.normalize(inputs[0], inputs[3], inputs[4], inputs[1], inputs[2], epsilon, false, rows, channels, out)
      }

    case .batchMoments:
      return { _ in loops.batchMoments(inputs[0], rows, channels, out, out + channels) }

    case .batchNormalize(let epsilon, let activation):
      let (epsilon, moments, rectifies) = (Float(epsilon), inputs[1], activation == .relu)
      return activated(rectifies ? nil : activation, out, shape.count) { _ in
        loops.normalize(
          inputs[0], moments, moments + channels, inputs[2], inputs[3], epsilon, rectifies, rows, channels, out)
      }

    case .batchNormalizePooled(let epsilon):
      let call = pooledCall(request, x: 0, scale: 2, shift: 3, epsilon)
      return { _ in withUnsafePointer(to: call) { loops.normalizePooled($0) } }

    case .batchSums(let epsilon, .pooledReLU):
      let call = pooledCall(request, x: 1, scale: 3, shift: 4, epsilon)
      return { _ in withUnsafePointer(to: call) { loops.pooledSums($0) } }

    case .batchInputGradient(let epsilon, .pooledReLU):
      let call = pooledCall(request, x: 1, scale: 3, shift: 5, epsilon)
      return { _ in withUnsafePointer(to: call) { loops.pooledGradient($0) } }

    case .batchSums(let epsilon, let tail):
      let (epsilon, moments) = (Float(epsilon), inputs[2])
      let (scale, shift) = tail == nil ? (nil, nil) : (inputs[3], inputs[4])
      return { _ in
        loops.normalizationSums(
          inputs[0], inputs[1], moments, moments + channels, scale, shift, epsilon, rows, channels, out)
      }

    case .batchInputGradient(let epsilon, let tail):
      let (epsilon, moments, shift) = (Float(epsilon), inputs[2], tail == nil ? nil : inputs[5])
      return { _ in
        loops.normalizationGradient(
          inputs[0], inputs[1], moments, moments + channels, inputs[3], shift, inputs[4], epsilon, rows, channels, out)
      }

    case .movingAverage(let momentum, let row, let correction):
      let (momentum, correction, count) = (Float(momentum), Float(correction), request.outputShape.count)
      let moments = inputs[1] + row * count
      return { _ in loops.movingAverage(inputs[0], moments, momentum, correction, count, out) }

    case .layer(let epsilon):
      let epsilon = Float(epsilon)
      return { _ in loops.layerNormalize(inputs[0], inputs[1], inputs[2], epsilon, rows, channels, out) }

    case .layerSums(let epsilon):
      let epsilon = Float(epsilon)
      return { _ in loops.layerSums(inputs[0], inputs[1], epsilon, rows, channels, out) }

    case .layerInputGradient(let epsilon):
      let epsilon = Float(epsilon)
      return { _ in loops.layerGradient(inputs[0], inputs[1], inputs[2], epsilon, rows, channels, out) }
    }
  }

  /// The numbers of a normalization with a pooled tail; scale and shift are inputs at the given positions, moments stand
  /// behind x, and the sums of a gradient by x behind the scale.
  private func pooledCall(
    _ request: KernelRequest, x: Int, scale: Int, shift: Int, _ epsilon: Double
  ) -> CPooledNormalization {
    let (inputs, shape) = (request.inputs, request.inputShapes[x])
    return CPooledNormalization(
      images: shape[0], outHeight: shape[1] / 2, outWidth: shape[2] / 2, channels: shape[3], x: inputs[x],
      mean: inputs[x + 1], variance: inputs[x + 1] + shape[3], scale: inputs[scale], shift: inputs[shift],
      epsilon: Float(epsilon), upstream: x == 1 ? inputs[0] : nil, sums: shift > scale + 1 ? inputs[scale + 1] : nil,
      out: request.output)
  }
}
