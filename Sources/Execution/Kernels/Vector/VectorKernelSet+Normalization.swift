import CKernels
import Graphs

extension VectorKernelSet {
  func work(of operation: NormalizationOperation, for request: KernelRequest) -> Kernel.Work {
    let (loops, inputs, sum, count) = (loops, request.inputs, request.output, request.imageCount)
    let shape = request.inputShapes[0]
    let channels = shape[shape.rank - 1]
    let total = shape.count / channels
    /// The rows of an image.
    let rows = total / count
    let (first, out) = (request.images(of: 0), request.outputImages)
    switch operation {
    case .batch(let numbers):
      let epsilon = Float(numbers.epsilon)
      return .images(count: count) { images in
        loops.normalize(
          first.at(images), inputs[3], inputs[4], inputs[1], inputs[2], epsilon, false, images.count * rows, channels,
          out.at(images))
      }

    case .batchMoments:
      return .images(count: count) { images in
        loops.batchMoments(
          first.at(images), images.lowerBound * rows, images.count * rows, total, channels, sum, sum + channels)
      }

    case .batchNormalize(let epsilon, let activation):
      let (epsilon, moments, rectifies) = (Float(epsilon), inputs[1], activation == .relu)
      return activated(rectifies ? nil : activation, request) { images in
        loops.normalize(
          first.at(images), moments, moments + channels, inputs[2], inputs[3], epsilon, rectifies,
          images.count * rows, channels, out.at(images))
      }

    case .batchNormalizePooled(let epsilon):
      let call = pooledCall(request, x: 0, moments: 1, scale: 2, shift: 3, epsilon)
      return .images(count: count) { images in
        var call = call
        (call.images, call.x, call.out) = (images.count, first.at(images), out.at(images))
        loops.normalizePooled(&call)
      }

    case .batchSums(let epsilon, .pooledReLU):
      let call = pooledCall(request, x: 1, moments: 3, scale: 4, shift: 5, epsilon)
      let (x, pooled) = (request.images(of: 1), request.images(of: 2))
      return .images(count: count) { images in
        var call = call
        (call.images, call.upstream, call.x, call.pooled) = (
          images.count, first.at(images), x.at(images), pooled.at(images)
        )
        call.accumulates = images.lowerBound > 0
        loops.pooledSums(&call)
      }

    case .batchInputGradient(let epsilon, .pooledReLU):
      let call = pooledCall(request, x: 1, moments: 2, scale: 3, shift: 5, epsilon)
      let x = request.images(of: 1)
      return .images(count: count) { images in
        var call = call
        (call.images, call.upstream, call.x, call.out) = (
          images.count, first.at(images), x.at(images), out.at(images)
        )
        loops.pooledGradient(&call)
      }

    case .batchSums(let epsilon, let tail):
      let (x, epsilon, moments) = (request.images(of: 1), Float(epsilon), inputs[2])
      let (scale, shift) = tail == nil ? (nil, nil) : (inputs[3], inputs[4])
      return .images(count: count) { images in
        loops.normalizationSums(
          first.at(images), x.at(images), moments, moments + channels, scale, shift, epsilon, images.lowerBound > 0,
          images.count * rows, channels, sum)
      }

    case .batchInputGradient(let epsilon, let tail):
      let (x, epsilon, moments) = (request.images(of: 1), Float(epsilon), inputs[2])
      let shift = tail == nil ? nil : inputs[5]
      return .images(count: count) { images in
        loops.normalizationGradient(
          first.at(images), x.at(images), moments, moments + channels, inputs[3], shift, inputs[4], epsilon,
          images.count * rows, total, channels, out.at(images))
      }

    case .movingAverage(let momentum, let row, let correction):
      let (momentum, correction, count) = (Float(momentum), Float(correction), request.outputShape.count)
      let moments = inputs[1] + row * count
      return .whole { _ in loops.movingAverage(inputs[0], moments, momentum, correction, count, sum) }

    case .layer(let epsilon):
      let epsilon = Float(epsilon)
      return .whole { _ in loops.layerNormalize(inputs[0], inputs[1], inputs[2], epsilon, total, channels, sum) }

    case .layerSums(let epsilon):
      let epsilon = Float(epsilon)
      return .whole { _ in loops.layerSums(inputs[0], inputs[1], epsilon, total, channels, sum) }

    case .layerInputGradient(let epsilon):
      let epsilon = Float(epsilon)
      return .whole { _ in loops.layerGradient(inputs[0], inputs[1], inputs[2], epsilon, total, channels, sum) }
    }
  }

  /// The numbers of a normalization with a pooled tail over all images, whose inputs stand at the given positions, the sums of
  /// a gradient by x behind the scale.
  private func pooledCall(
    _ request: KernelRequest, x: Int, moments: Int, scale: Int, shift: Int, _ epsilon: Double
  ) -> CPooledNormalization {
    let (inputs, shape) = (request.inputs, request.inputShapes[x])
    return CPooledNormalization(
      images: shape[0], total: shape[0], outHeight: shape[1] / 2, outWidth: shape[2] / 2, channels: shape[3],
      x: inputs[x], mean: inputs[moments], variance: inputs[moments] + shape[3], scale: inputs[scale],
      shift: inputs[shift], epsilon: Float(epsilon), accumulates: false, upstream: x == 1 ? inputs[0] : nil,
      pooled: nil,
      sums: shift > scale + 1 ? inputs[scale + 1] : nil, out: request.output)
  }
}
