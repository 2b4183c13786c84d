import CKernels
import Graphs

extension VectorKernelSet {
  func work(of operation: ConvolutionOperation, for request: KernelRequest) -> Kernel.Work {
    let (inputs, isRounded, count) = (request.inputs, isRounded(request), request.imageCount)
    let (first, out, weight) = (request.images(of: 0), request.outputImages, inputs[1])
    switch operation {
    case .forward(let convolution, let activation):
      let (x, shape, output) = (request.inputShapes[0], request.inputShapes[1], request.outputShape)
      let (bias, rectifies) = (inputs.count == 3 ? inputs[2] : nil, activation == .relu)
      let behind = rectifies ? nil : activation
      if let product = WinogradConvolution(
        .output, convolution, x: x, weight: shape, output: output, isRounded: isRounded, self)
      {
        return activated(behind, request) { images in
          product.run(first.at(images), weight, bias, rectifies: rectifies, out.at(images), images)
        }
      }
      let product = ConvolutionProduct(
        convolution, x: x, weight: shape, output: output, element: isRounded ? .channelPair : .number, self)
      return activated(behind, request) { images in
        product.forward(first.at(images), weight, bias, rectifies: rectifies, out.at(images), images)
      }

    case .inputGradient(let convolution, _):
      let (x, shape, output) = (request.outputShape, request.inputShapes[1], request.inputShapes[0])
      if let gradient = WinogradConvolution(
        .inputGradient, convolution, x: x, weight: shape, output: output, isRounded: isRounded, self)
      {
        return .images(count: count) { images in
          gradient.run(first.at(images), weight, nil, rectifies: false, out.at(images), images)
        }
      }
      let gradient = ConvolutionInputGradient(
        convolution, x: x, weight: shape, output: output, isRounded: isRounded, self)
      return .images(count: count) { images in gradient.run(first.at(images), weight, out.at(images), images) }

    case .weightGradient(let convolution, let shape):
      let (x, output) = (request.inputShapes[1], request.inputShapes[0])
      let (images, sum) = (request.images(of: 1), request.output)
      if let gradient = WinogradConvolution(
        .weightGradient, convolution, x: x, weight: shape, output: output, isRounded: isRounded, self)
      {
        return .images(count: count) { part in
          gradient.weightGradient(first.at(part), images.at(part), sum, part, of: count)
        }
      }
      let product = ConvolutionProduct(
        convolution, x: x, weight: shape, output: output, element: isRounded ? .imagePair : .number, self)
      return .images(count: count) { part in product.weightGradient(first.at(part), images.at(part), sum, part) }
    }
  }
}
