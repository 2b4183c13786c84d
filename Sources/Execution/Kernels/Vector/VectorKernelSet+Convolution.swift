import CKernels
import Graphs

extension VectorKernelSet {
  func body(of operation: ConvolutionOperation, for request: KernelRequest) -> (UInt64) -> Void {
    let (inputs, out, isRounded) = (request.inputs, request.output, isRounded(request))
    switch operation {
    case .forward(let convolution, let activation):
      let (x, weight) = (request.inputShapes[0], request.inputShapes[1])
      let product = ConvolutionProduct(
        convolution, x: x, weight: weight, output: request.outputShape, element: isRounded ? .channelPair : .number,
        self)
      let (bias, rectifies) = (inputs.count == 3 ? inputs[2] : nil, activation == .relu)
      return activated(rectifies ? nil : activation, out, request.outputShape.count) { _ in
        product.forward(inputs[0], inputs[1], bias, rectifies: rectifies, out)
      }

    case .inputGradient(let convolution, let x):
      let gradient = ConvolutionInputGradient(
        convolution, x: x, weight: request.inputShapes[1], output: request.inputShapes[0],
        isRounded: isRounded, self)
      return { _ in gradient.run(inputs[0], inputs[1], out) }

    case .weightGradient(let convolution, let weight):
      let product = ConvolutionProduct(
        convolution, x: request.inputShapes[1], weight: weight, output: request.inputShapes[0],
        element: isRounded ? .imagePair : .number, self)
      return { _ in product.weightGradient(inputs[0], inputs[1], out) }
    }
  }
}
