import CKernels
import Graphs

extension VectorKernelSet {
  func body(of operation: PoolingOperation, for request: KernelRequest) -> (UInt64) -> Void {
    let (loops, inputs, out) = (loops, request.inputs, request.output)
    func call(_ pooling: Pooling, images: Shape, windows: Shape, countsPadding: Bool = false) -> CPooling {
      CPooling(
        images: images[0], height: images[1], width: images[2], channels: images[3], outHeight: windows[1],
        outWidth: windows[2], windowHeight: pooling.window.height, windowWidth: pooling.window.width,
        strideHeight: pooling.stride.height, strideWidth: pooling.stride.width,
        paddingHeight: pooling.padding.height, paddingWidth: pooling.padding.width, countsPadding: countsPadding,
        a: inputs[0], x: inputs.count > 1 ? inputs[1] : nil, out: out)
    }
    let (input, output) = (request.inputShapes[0], request.outputShape)
    switch operation {
    case .maximum(let pooling):
      let call = call(pooling, images: input, windows: output)
      return { _ in withUnsafePointer(to: call) { loops.maxPooling($0) } }
    case .maximumGradient(let pooling):
      let call = call(pooling, images: output, windows: input)
      return { _ in withUnsafePointer(to: call) { loops.maxPoolingGradient($0) } }
    case .average(let pooling, let countsPadding):
      let call = call(pooling, images: input, windows: output, countsPadding: countsPadding)
      return { _ in withUnsafePointer(to: call) { loops.averagePooling($0) } }
    case .averageGradient(let pooling, let countsPadding, _):
      let call = call(pooling, images: output, windows: input, countsPadding: countsPadding)
      return { _ in withUnsafePointer(to: call) { loops.averagePoolingGradient($0) } }
    case .globalAverage:
      let (images, places, channels) = (input[0], input[1] * input[2], input[3])
      return { _ in loops.globalAverage(inputs[0], images, places, channels, out) }
    case .globalAverageGradient:
      let (images, places, channels) = (output[0], output[1] * output[2], output[3])
      return { _ in loops.globalAverageGradient(inputs[0], images, places, channels, out) }
    }
  }
}
