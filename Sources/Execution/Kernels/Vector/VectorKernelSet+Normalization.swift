import CKernels
import Graphs

extension VectorKernelSet {
  /// The loop for a normalization, or nil for a gradient that masks by an activation other than ReLU, which no pass makes.
  func body(of operation: NormalizationOperation, for request: KernelRequest) -> ((UInt64) -> Void)? {
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

    case .batchSums(let epsilon, let activation):
      let (epsilon, moments, y) = (Float(epsilon), inputs[2], activation == nil ? nil : inputs[3])
      guard activation == nil || activation == .relu else { return nil }
      return { _ in
        loops.normalizationSums(inputs[0], inputs[1], y, moments, moments + channels, epsilon, rows, channels, out)
      }

    case .batchInputGradient(let epsilon, let activation):
      let (epsilon, moments, y) = (Float(epsilon), inputs[2], activation == nil ? nil : inputs[5])
      guard activation == nil || activation == .relu else { return nil }
      return { _ in
        loops.normalizationGradient(
          inputs[0], inputs[1], y, moments, moments + channels, inputs[3], inputs[4], epsilon, rows, channels, out)
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
}
