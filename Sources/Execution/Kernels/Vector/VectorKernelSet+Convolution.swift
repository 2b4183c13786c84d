import CKernels
import Graphs

extension VectorKernelSet {
  func work(of operation: ConvolutionOperation, for request: KernelRequest) -> Kernel.Work {
    let (inputs, isRounded) = (request.inputs, isRounded(request))
    let (first, out, weight) = (request.images(of: 0), request.outputImages, inputs[1])
    switch operation {
    case .forward(let convolution, let activation):
      let product = ConvolutionProduct(
        convolution, x: request.inputShapes[0], weight: request.inputShapes[1], output: request.outputShape,
        element: isRounded ? .channelPair : .number, self)
      let (bias, rectifies) = (inputs.count == 3 ? inputs[2] : nil, activation == .relu)
      return activated(rectifies ? nil : activation, request) { images in
        product.forward(first.at(images), weight, bias, rectifies: rectifies, out.at(images), images)
      }

    case .inputGradient(let convolution, _):
      let gradient = ConvolutionInputGradient(
        convolution, x: request.outputShape, weight: request.inputShapes[1], output: request.inputShapes[0],
        isRounded: isRounded, self)
      return .images(count: request.imageCount) { images in
        gradient.run(first.at(images), weight, out.at(images), images)
      }

    case .weightGradient(let convolution, let weight):
      let product = ConvolutionProduct(
        convolution, x: request.inputShapes[1], weight: weight, output: request.inputShapes[0],
        element: isRounded ? .imagePair : .number, self)
      let (x, sum) = (request.images(of: 1), request.output)
      return .images(count: request.imageCount) { images in
        product.weightGradient(first.at(images), x.at(images), sum, images)
      }
    }
  }
}
