import CKernels
import Graphs

extension VectorKernelSet {
  func work(of loss: Loss, for request: KernelRequest) -> Kernel.Work {
    let (loops, out, shape) = (loops, request.output, request.inputShapes[0])
    let (prediction, target, count) = (request.inputs[0], request.inputs[1], shape.count)
    switch loss {
    case .meanSquaredError:
      return .whole { _ in out.pointee = loops.meanSquaredError(prediction, target, count) }
    case .meanAbsoluteError:
      return .whole { _ in out.pointee = loops.meanAbsoluteError(prediction, target, count) }
    case .huber(let delta):
      let delta = Float(delta)
      return .whole { _ in out.pointee = loops.huber(prediction, target, delta, count) }
    case .binaryCrossEntropy:
      return .whole { _ in out.pointee = loops.binaryCrossEntropy(prediction, target, count) }
    case .softmaxCrossEntropy(let smoothing):
      let (smoothing, rows, classes) = (Float(smoothing), shape[0], shape[1])
      return .whole { _ in out.pointee = loops.softmaxCrossEntropy(prediction, target, smoothing, rows, classes) }
    case .klDivergence(let temperature):
      let (temperature, rows, classes) = (Float(temperature), shape[0], shape[1])
      return .whole { _ in out.pointee = loops.klDivergence(prediction, target, temperature, rows, classes) }
    }
  }

  func work(ofGradientOf loss: Loss, for request: KernelRequest) -> Kernel.Work {
    let (loops, out, shape, upstream) = (loops, request.output, request.inputShapes[0], request.inputs[2])
    let (prediction, target, count) = (request.inputs[0], request.inputs[1], shape.count)
    switch loss {
    case .meanSquaredError:
      return .whole { _ in loops.meanSquaredErrorGradient(prediction, target, upstream.pointee, count, out) }
    case .meanAbsoluteError:
      return .whole { _ in loops.meanAbsoluteErrorGradient(prediction, target, upstream.pointee, count, out) }
    case .huber(let delta):
      let delta = Float(delta)
      return .whole { _ in loops.huberGradient(prediction, target, delta, upstream.pointee, count, out) }
    case .binaryCrossEntropy:
      return .whole { _ in loops.binaryCrossEntropyGradient(prediction, target, upstream.pointee, count, out) }
    case .softmaxCrossEntropy(let smoothing):
      let (smoothing, rows, classes) = (Float(smoothing), shape[0], shape[1])
      return .whole { _ in
        loops.softmaxCrossEntropyGradient(prediction, target, smoothing, upstream.pointee, rows, classes, out)
      }
    case .klDivergence(let temperature):
      let (temperature, rows, classes) = (Float(temperature), shape[0], shape[1])
      return .whole { _ in
        loops.klDivergenceGradient(prediction, target, temperature, upstream.pointee, rows, classes, out)
      }
    }
  }
}
