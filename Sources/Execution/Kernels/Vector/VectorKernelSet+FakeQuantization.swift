import CKernels
import Graphs

extension VectorKernelSet {
  /// The loop for a rounding, its gradients, or what its ranges and steps are found by.
  func work(of operation: FakeQuantization, for request: KernelRequest) -> Kernel.Work {
    let (loops, inputs, out, count) = (loops, request.inputs, request.output, request.outputShape.count)
    switch operation {
    case .values:
      return .whole { _ in
        let (step, zero) = ReferenceNode<Float>.affine(inputs[1])
        loops.quantizeValues(inputs[0], step, zero, count, out)
      }

    case .valuesGradient:
      return .whole { _ in
        let (step, zero) = ReferenceNode<Float>.affine(inputs[2])
        loops.quantizeValuesGradient(inputs[0], inputs[1], step, zero, count, out)
      }

    case .movingRange(let momentum):
      let (momentum, count) = (Float(momentum), request.inputShapes[1].count)
      return .whole { _ in loops.movingRange(inputs[0], inputs[1], momentum, count, out) }

    case .weights(let bits):
      let call = weightCall(bits, request, weights: 0, stepCount: request.inputShapes[1].count)
      let steps = inputs[1]
      return .whole { _ in withUnsafePointer(to: call) { loops.quantizeWeights($0, steps, out) } }

    case .weightsGradient(let bits):
      let call = weightCall(bits, request, weights: 1, stepCount: request.inputShapes[2].count)
      return .whole { _ in withUnsafePointer(to: call) { loops.quantizeWeightsGradient($0, inputs[2], inputs[0], out) }
      }

    case .stepsGradient(let bits):
      let call = weightCall(bits, request, weights: 1, stepCount: count)
      let factor = 1 / (Float(request.inputShapes[1].count / count) * call.limit).squareRoot()
      return .whole { _ in
        withUnsafePointer(to: call) { loops.quantizationStepsGradient($0, inputs[2], inputs[0], factor, out) }
      }

    case .extents(let bits, _):
      let call = weightCall(bits, request, weights: 0, stepCount: count)
      return .whole { _ in withUnsafePointer(to: call) { loops.weightExtents($0, out) } }
    }
  }

  /// The weights as channels, or as one channel where all have one step.
  private func weightCall(_ bits: Int, _ request: KernelRequest, weights: Int, stepCount: Int) -> CWeightChannels {
    let shape = request.inputShapes[weights]
    let channels = WeightChannels(shape)
    let isOne = stepCount == 1
    return CWeightChannels(
      weights: request.inputs[weights], repeats: isOne ? 1 : channels.repeats, channels: isOne ? 1 : channels.count,
      run: isOne ? shape.count : channels.run, limit: Float((1 << (bits - 1)) - 1))
  }
}
