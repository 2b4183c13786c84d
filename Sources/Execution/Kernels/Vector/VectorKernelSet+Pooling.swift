import CKernels
import Graphs

extension VectorKernelSet {
  func work(of operation: PoolingOperation, for request: KernelRequest) -> Kernel.Work {
    let loops = loops
    let (a, out) = (request.images(of: 0), request.outputImages)
    let x = request.inputs.count > 1 ? request.images(of: 1) : nil
    func work(
      _ pooling: Pooling, images: Shape, windows: Shape, countsPadding: Bool = false,
      _ loop: @escaping (UnsafePointer<CPooling>) -> Void
    ) -> Kernel.Work {
      .images(count: request.imageCount) { part in
        var call = CPooling(
          images: part.count, height: images[1], width: images[2], channels: images[3], outHeight: windows[1],
          outWidth: windows[2], windowHeight: pooling.window.height, windowWidth: pooling.window.width,
          strideHeight: pooling.stride.height, strideWidth: pooling.stride.width,
          paddingHeight: pooling.padding.height, paddingWidth: pooling.padding.width, countsPadding: countsPadding,
          a: a.at(part), x: x?.at(part), out: out.at(part))
        loop(&call)
      }
    }
    let (input, output) = (request.inputShapes[0], request.outputShape)
    switch operation {
    case .maximum(let pooling): return work(pooling, images: input, windows: output, loops.maxPooling)
    case .maximumGradient(let pooling): return work(pooling, images: output, windows: input, loops.maxPoolingGradient)
    case .average(let pooling, let countsPadding):
      return work(pooling, images: input, windows: output, countsPadding: countsPadding, loops.averagePooling)
    case .averageGradient(let pooling, let countsPadding, _):
      return work(pooling, images: output, windows: input, countsPadding: countsPadding, loops.averagePoolingGradient)
    case .globalAverage:
      let (places, channels) = (input[1] * input[2], input[3])
      return .images(count: input[0]) { loops.globalAverage(a.at($0), $0.count, places, channels, out.at($0)) }
    case .globalAverageGradient:
      let (places, channels) = (output[1] * output[2], output[3])
      return .images(count: input[0]) { loops.globalAverageGradient(a.at($0), $0.count, places, channels, out.at($0)) }
    }
  }
}
