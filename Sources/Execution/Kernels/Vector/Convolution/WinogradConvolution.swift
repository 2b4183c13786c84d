import CKernels
import Graphs

/// A convolution of three by three places with stride 1, or one of its gradients, by minimal filtering: F(2x2, 3x3) (Winograd
/// 1980; Lavin and Gray 2016).
///
/// The output is cut into tiles of two by two places, and each reads four by four. Sums and differences of what it reads,
/// multiplied by sums and differences of the weights, make those of the output, with 4 products a place instead of 9. Over the
/// channels the products are 16 matrix products, which are taken for some tiles at a time.
final class WinogradConvolution {
  /// What is computed.
  enum Part { case output, inputGradient, weightGradient }

  private static let matrices = 16
  /// How many numbers a left operand and its product are to have together: what fits well into the second cache, 16 times.
  private static let wantedNumbers = 6144
  /// The tiles below which the products become slow.
  private static let leastTiles = 32
  /// The least tiles of an image: with fewer the weights' sums take longer than what they save.
  private static let leastTilesOfImage = 4
  /// The rows, or columns, of the filter's sums that are those of the filter from its other end.
  private static let reversed: [Int32] = [3, 1, 2, 0]

  private let loops: ProductLoops
  private let scratch: VectorScratch
  /// The input and the output channels of the convolution.
  private let inputs: Int, outputs: Int
  /// The tiles of four by four places that are read, and those of two by two that are written or are the upstream.
  private let windows: CImageTiles, places: CImageTiles
  /// The tiles of an image, and the most that are worked on at once.
  private let tilesOfImage: Int, mostTiles: Int
  /// The extent of the products' inner axis, which are pairs in bfloat16.
  private let inner: Int
  private let rowOffsets: OffsetTable, innerOffsets: OffsetTable
  /// The right operands of the products, or in the gradient by the weight their sums.
  private let operands: AlignedBuffer
  private let operandCount: Int
  private let part: Part

  /// Whether this is the way to compute a convolution, by what it saves in products and takes for sums; the same for any number
  /// of images, so that what becomes of an image does not depend on the others.
  ///
  /// - Parameter written: The shape of the output, or in the gradient by the input that of the input.
  static func isFaster(
    _ convolution: Convolution, weight: Shape, written: Shape, isRounded: Bool, _ set: VectorKernelSet
  ) -> Bool {
    guard weight[0] == 3, weight[1] == 3, convolution.stride == Extent(1), convolution.dilation == Extent(1),
      convolution.groups == 1
    else { return false }
    let tiles = ((written[1] + 1) / 2) * ((written[2] + 1) / 2)
    // Tiles that reach beyond the image save less: whole ones have 20 products fewer than their windows.
    let saved = Float(9 * written[1] * written[2] - 16 * tiles) / Float(20 * tiles)
    let cost = isRounded ? set.bfloat16?.filteringCost ?? .infinity : set.loops.filteringCost
    return tiles >= leastTilesOfImage && Float(weight[2] * weight[3]) * saved >= cost * Float(weight[2] + weight[3])
  }

  /// - Parameter isRounded: Whether the products are of bfloat16.
  /// - Returns: Nil where this is not the faster way.
  init?(
    _ part: Part, _ convolution: Convolution, x: Shape, weight: Shape, output: Shape, isRounded: Bool,
    _ set: VectorKernelSet
  ) {
    let (read, written) = part == .inputGradient ? (output, x) : (x, output)
    guard Self.isFaster(convolution, weight: weight, written: written, isRounded: isRounded, set) else { return nil }
    self.part = part
    loops = ProductLoops(numbers: set.loops, pairs: isRounded ? set.bfloat16 : nil)
    scratch = set.images
    (inputs, outputs) = (weight[2], weight[3])
    let padding = convolution.padding
    var windows = CImageTiles()
    (windows.height, windows.width, windows.channels) = (read[1], read[2], read[3])
    windows.top = part == .inputGradient ? 2 - padding.height : padding.height
    windows.left = part == .inputGradient ? 2 - padding.width : padding.width
    var places = CImageTiles()
    (places.height, places.width, places.channels) = (written[1], written[2], written[3])
    let (rows, columns) = ((written[1] + 1) / 2, (written[2] + 1) / 2)
    (windows.tileRows, windows.tileColumns, places.tileRows, places.tileColumns) = (rows, columns, rows, columns)
    tilesOfImage = rows * columns
    let tiles = max(Self.leastTiles, Self.wantedNumbers / (inputs + outputs) / 8 * 8)
    mostTiles = min(tiles, x[0] * tilesOfImage)

    let halved = { (count: Int) in isRounded ? (count + 1) / 2 : count }
    // What lies whole pages apart shares its places in the nearest cache.
    let gap = 16
    switch part {
    case .output, .inputGradient:
      let inner = halved(windows.channels)
      windows.tileStride = mostTiles * inner + gap
      places.tileStride = mostTiles * places.channels + gap
      rowOffsets = OffsetTable((0..<mostTiles).map { $0 * inner })
      innerOffsets = OffsetTable(Array(0..<inner))
      let panel = loops.numbers.panelColumns
      operandCount = part == .output ? inner * outputs : (inner + 64) * ((inputs + panel - 1) / panel * panel)
      self.inner = inner
    case .weightGradient:
      inner = halved(mostTiles)
      windows.tileStride = inner * inputs + gap
      places.tileStride = inner * outputs + gap
      rowOffsets = OffsetTable(Array(0..<inputs))
      innerOffsets = OffsetTable((0..<inner).map { [inputs] in $0 * inputs })
      operandCount = inputs * outputs
    }
    self.windows = windows
    self.places = places
    operands = AlignedBuffer(count: Self.matrices * operandCount)
    // The filter's sums, and in bfloat16 their pairs, on the way to the operands.
    let weights =
      switch part {
      case .output: isRounded ? inputs * outputs : 0
      case .inputGradient: inputs * (outputs + (isRounded ? halved(outputs) : 0))
      case .weightGradient: 0
      }
    scratch.reserve(
      images: Self.matrices * windows.tileStride, weights: Self.matrices * weights,
      upstream: Self.matrices * places.tileStride)
  }

  /// The convolution of some images, which begin at `x` and `out`, or its gradient by the input, of which `x` is the upstream.
  func run(
    _ x: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ bias: UnsafePointer<Float>?, rectifies: Bool,
    _ out: UnsafeMutablePointer<Float>, _ images: Range<Int>
  ) {
    if images.lowerBound == 0 { prepareOperands(weight) }
    let products = scratch.upstreamStart
    var (windows, places) = (windows, places)
    (windows.images, windows.tiles) = (x, scratch.imageStart)
    (places.out, places.bias, places.rectifies, places.tiles) = (out, bias, rectifies, products)
    forEachGroup(images) { first, count in
      (windows.first, windows.count, places.first, places.count) = (first, count, first, count)
      if let pairs = loops.pairs {
        pairs.windowsToPairs(&windows, false)
      } else {
        loops.numbers.windowsToTiles(&windows)
      }
      for matrix in 0..<Self.matrices {
        var call = CGatheredProduct(
          rows: count, columns: places.channels, inner: inner, a: scratch.imageStart + matrix * windows.tileStride,
          rowOffsets: rowOffsets.start, innerOffsets: innerOffsets.start, b: operands.start + matrix * operandCount,
          bStride: outputs, isPacked: part == .inputGradient, bias: nil, rectifies: false, accumulates: false,
          c: products + matrix * places.tileStride, cOffsets: nil, cStride: places.channels)
        loops.run(&call)
      }
      loops.numbers.tilesToImages(&places)
    }
  }

  /// The gradient by the weight of some images, which begin at `upstream` and `x`, together with those before them.
  func weightGradient(
    _ upstream: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ images: Range<Int>, of all: Int
  ) {
    var (windows, places) = (windows, places)
    (windows.images, windows.tiles) = (x, scratch.imageStart)
    (places.images, places.tiles) = (upstream, scratch.upstreamStart)
    forEachGroup(images) { first, count in
      (windows.first, windows.count, places.first, places.count) = (first, count, first, count)
      if let pairs = loops.pairs {
        pairs.windowsToPairs(&windows, true)
        pairs.upstreamToPairs(&places)
      } else {
        loops.numbers.windowsToTiles(&windows)
        loops.numbers.upstreamToTiles(&places)
      }
      for matrix in 0..<Self.matrices {
        var call = CGatheredProduct(
          rows: inputs, columns: outputs, inner: loops.pairs == nil ? count : (count + 1) / 2,
          a: scratch.imageStart + matrix * windows.tileStride, rowOffsets: rowOffsets.start,
          innerOffsets: innerOffsets.start, b: scratch.upstreamStart + matrix * places.tileStride, bStride: outputs,
          isPacked: false, bias: nil, rectifies: false, accumulates: images.lowerBound + first > 0,
          c: operands.start + matrix * operandCount, cOffsets: nil, cStride: outputs)
        loops.run(&call)
      }
    }
    if images.upperBound == all { loops.numbers.tilesToFilter(operands.start, inputs * outputs, out) }
  }

  /// The weight's sums and differences, as the right operands of the products.
  private func prepareOperands(_ weight: UnsafePointer<Float>) {
    let count = inputs * outputs
    let isReady = part == .output && loops.pairs == nil
    let tiles = isReady ? operands.start : scratch.weightStart
    loops.numbers.filterToTiles(weight, count, tiles)
    if isReady { return }
    if part == .output {
      loops.pairs?.pairRows(tiles, Self.matrices, inputs, outputs, operands.start)
      return
    }
    var (from, stride) = (UnsafePointer(tiles), outputs)
    if let pairs = loops.pairs {
      pairs.pairColumns(tiles, Self.matrices * inputs, outputs, tiles + Self.matrices * count)
      (from, stride) = (UnsafePointer(tiles + Self.matrices * count), inner)
    }
    // The filter from the other end has its first and its last row and column changed, before and after the sums.
    for matrix in 0..<Self.matrices {
      var tap = 4 * Self.reversed[matrix / 4] + Self.reversed[matrix % 4]
      loops.numbers.packTaps(from, &tap, 1, inputs, inner, stride, operands.start + matrix * operandCount)
    }
  }

  /// Calls `body` with groups of the tiles of some images, counted from the first of these images, of like size.
  private func forEachGroup(_ images: Range<Int>, _ body: (_ first: Int, _ count: Int) -> Void) {
    let all = images.count * tilesOfImage
    let groups = (all + mostTiles - 1) / mostTiles
    let size = min(mostTiles, ((all + groups - 1) / groups + 7) / 8 * 8)
    for first in stride(from: 0, to: all, by: size) { body(first, min(size, all - first)) }
  }
}
