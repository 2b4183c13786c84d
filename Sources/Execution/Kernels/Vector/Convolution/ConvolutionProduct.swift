import CKernels
import Graphs

/// A convolution and its gradient by the weight as gathered products over padded images.
final class ConvolutionProduct {
  private let loops: ProductLoops
  private let scratch: VectorScratch
  private let images: PaddedImages
  private let channels: ConvolutionChannels
  /// The output places of an image.
  private let places: Int
  /// Where each output place of a group of images begins to read, and where each element of a window lies from there.
  private let placeOffsets: OffsetTable, windowOffsets: OffsetTable
  private let tapOffsets: OffsetTable, taps: OffsetTable
  /// The weight as pairs, for the convolution in bfloat16.
  private let pairedWeight: AlignedBuffer

  /// - Parameter element: What the images are padded to: numbers, pairs of channels for the convolution in bfloat16, or
  ///   pairs of images for its gradient by the weight.
  init(
    _ convolution: Convolution, x: Shape, weight: Shape, output: Shape, element: PaddedImages.Element = .number,
    _ set: VectorKernelSet
  ) {
    loops = ProductLoops(numbers: set.loops, pairs: element == .number ? nil : set.bfloat16)
    scratch = set.images
    channels = ConvolutionChannels(weight: weight, groups: convolution.groups)
    let (stride, padding, dilation) = (convolution.stride, convolution.padding, convolution.dilation)
    let images = PaddedImages(
      images: x[0], height: x[1], width: x[2], channels: x[3], top: padding.height, left: padding.width,
      bottom: padding.height, right: padding.width, element: element)
    self.images = images
    places = output[1] * output[2]
    var placeOffsets: [Int] = []
    for image in 0..<images.group {
      for row in 0..<output[1] {
        for column in 0..<output[2] {
          placeOffsets.append(images.offset(image: image, row: row * stride.height, column: column * stride.width))
        }
      }
    }
    self.placeOffsets = OffsetTable(placeOffsets)
    var tapOffsets: [Int] = []
    for i in 0..<weight[0] {
      for j in 0..<weight[1] {
        tapOffsets.append(images.offset(image: 0, row: i * dilation.height, column: j * dilation.width))
      }
    }
    self.tapOffsets = OffsetTable(tapOffsets)
    let inner = element == .number ? channels.inputs : images.elements
    windowOffsets = OffsetTable(tapOffsets.flatMap { tap in (0..<inner).map { tap + $0 } })
    taps = OffsetTable(Array(tapOffsets.indices))
    pairedWeight = AlignedBuffer(count: element == .channelPair ? windowOffsets.count * channels.outputs : 0)
    scratch.reserve(
      images: images.scratchCount, upstream: element == .imagePair ? images.group * places * channels.outputs : 0)
  }

  /// The convolution of some images, which begin at `x` and `out`.
  func forward(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?, rectifies: Bool,
    _ out: UnsafeMutablePointer<Float>, _ part: Range<Int>
  ) {
    var weight = weight
    if let pairs = loops.pairs {
      if part.lowerBound == 0 {
        pairs.pairRows(weight, taps.count, channels.inputs, channels.outputs, pairedWeight.start)
      }
      weight = UnsafePointer(pairedWeight.start)
    }
    forEachGroup(x, part) { a, first, images in
      let c = out + first * places * channels.allOutputs
      if channels.isDepthwise {
        var call = CDepthwise(
          rows: images * places, channels: channels.allOutputs, tapCount: tapOffsets.count, a: a,
          rowOffsets: placeOffsets.start, tapOffsets: tapOffsets.start, taps: taps.start, weight: weight, bias: bias,
          rectifies: rectifies, c: c, cOffsets: nil)
        loops.numbers.depthwise(&call)
        return
      }
      for group in 0..<channels.groups {
        var call = CGatheredProduct(
          rows: images * places, columns: channels.outputs, inner: windowOffsets.count, a: a + group * channels.inputs,
          rowOffsets: placeOffsets.start, innerOffsets: windowOffsets.start, b: weight + group * channels.outputs,
          bStride: channels.allOutputs, isPacked: false, bias: bias.map { $0 + group * channels.outputs },
          rectifies: rectifies, accumulates: false, c: c + group * channels.outputs, cOffsets: nil,
          cStride: channels.allOutputs)
        loops.run(&call)
      }
    }
  }

  /// The gradient by the weight: for each element of a window the products of what it reads with the upstream; of some
  /// images, which begin at `upstream` and `x`, added to those of the images before them.
  func weightGradient(
    _ upstream: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ part: Range<Int>
  ) {
    if channels.isDepthwise, part.lowerBound == 0 { out.update(repeating: 0, count: taps.count * channels.allOutputs) }
    forEachGroup(x, part) { a, first, images in
      var b = upstream + first * places * channels.allOutputs
      var layers = images
      if let pairs = loops.pairs {
        pairs.pairRows(b, 1, images, places * channels.outputs, scratch.upstreamStart)
        b = UnsafePointer(scratch.upstreamStart)
        layers = (images + 1) / 2
      }
      if channels.isDepthwise {
        var call = CDepthwise(
          rows: images * places, channels: channels.allOutputs, tapCount: tapOffsets.count, a: a,
          rowOffsets: placeOffsets.start, tapOffsets: tapOffsets.start, taps: taps.start, weight: b, bias: nil,
          rectifies: false, c: out, cOffsets: nil)
        loops.numbers.depthwiseWeightGradient(&call)
        return
      }
      for group in 0..<channels.groups {
        var call = CGatheredProduct(
          rows: windowOffsets.count, columns: channels.outputs, inner: layers * places, a: a + group * channels.inputs,
          rowOffsets: windowOffsets.start, innerOffsets: placeOffsets.start, b: b + group * channels.outputs,
          bStride: channels.allOutputs, isPacked: false, bias: nil, rectifies: false,
          accumulates: part.lowerBound + first > 0,
          c: out + group * channels.outputs, cOffsets: nil, cStride: channels.allOutputs)
        loops.run(&call)
      }
    }
  }

  /// Calls `body` with the padded images of each group of a part, the number of its first image from the part's on and how
  /// many there are.
  private func forEachGroup(
    _ x: UnsafePointer<Float>, _ part: Range<Int>,
    _ body: (UnsafePointer<Float>, _ first: Int, _ images: Int) -> Void
  ) {
    let step = images.group * images.depth
    for first in stride(from: 0, to: part.count, by: step) {
      let some = min(step, part.count - first)
      body(
        images.prepare(x + first * images.imageCount, count: some, scratch: scratch.imageStart, loops), first, some)
    }
  }
}
