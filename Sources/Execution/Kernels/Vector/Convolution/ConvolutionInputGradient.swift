import CKernels
import Graphs

/// The gradient of a convolution by its input, as gathered products over the padded upstream.
///
/// Input rows h with the same h mod stride read the same elements of the window, at output rows that lie side by side; so
/// each such phase of rows and columns is a convolution of stride 1 with some of the window.
final class ConvolutionInputGradient {
  /// The places of the input whose distance is the stride.
  private struct Phase {
    /// The elements of the window that reach these places.
    let taps: OffsetTable
    /// Where each of them reads in the padded upstream, from the place's own beginning.
    let tapOffsets: OffsetTable
    /// The same for each channel of the upstream.
    let innerOffsets: OffsetTable
    /// Where each place of a group of images begins to read and is written.
    let readOffsets: OffsetTable, writeOffsets: OffsetTable
    /// The places of an image.
    let places: Int
  }

  private let loops: ProductLoops
  private let scratch: VectorScratch
  private let images: PaddedImages
  private let channels: ConvolutionChannels
  private let inputCount: Int
  /// The weights of one output channel.
  private let weightRows: Int
  /// The elements of a place of the padded upstream that belong to one group.
  private let perGroup: Int
  private let phases: [Phase]
  /// The packed weights of all phases and groups.
  private let packedWeights: AlignedBuffer

  /// - Parameter isRounded: Whether the products are of bfloat16.
  init(
    _ convolution: Convolution, x: Shape, weight: Shape, output: Shape, isRounded: Bool, _ set: VectorKernelSet
  ) {
    loops = ProductLoops(numbers: set.loops, pairs: isRounded ? set.bfloat16 : nil)
    scratch = set.images
    channels = ConvolutionChannels(weight: weight, groups: convolution.groups)
    weightRows = weight[0] * weight[1] * weight[2]
    inputCount = x.count / x[0]

    let (stride, padding, dilation) = (convolution.stride, convolution.padding, convolution.dilation)
    let rows = Self.phases(x[1], weight[0], stride.height, padding.height, dilation.height)
    let columnPhases = Self.phases(x[2], weight[1], stride.width, padding.width, dilation.width)
    let (top, bottom) = Self.margins(rows, output: output[1])
    let (left, right) = Self.margins(columnPhases, output: output[2])
    let images = PaddedImages(
      images: x[0], height: output[1], width: output[2], channels: output[3], top: top, left: left, bottom: bottom,
      right: right, element: loops.pairs == nil ? .number : .channelPair)
    self.images = images

    let perGroup = loops.pairs == nil ? channels.outputs : images.elements
    self.perGroup = perGroup
    phases = rows.flatMap { row in
      columnPhases.map { column in
        var (taps, tapOffsets): ([Int], [Int]) = ([], [])
        for i in row.taps {
          for j in column.taps {
            taps.append(i.index * weight[1] + j.index)
            tapOffsets.append(images.offset(image: 0, row: top + i.shift, column: left + j.shift))
          }
        }
        var (read, write): ([Int], [Int]) = ([], [])
        for image in 0..<images.group {
          for u in 0..<row.count {
            for v in 0..<column.count {
              read.append(images.offset(image: image, row: u, column: v))
              let (h, w) = (row.first + u * stride.height, column.first + v * stride.width)
              write.append(((image * x[1] + h) * x[2] + w) * x[3])
            }
          }
        }
        return Phase(
          taps: OffsetTable(taps), tapOffsets: OffsetTable(tapOffsets),
          innerOffsets: OffsetTable(tapOffsets.flatMap { tap in (0..<perGroup).map { tap + $0 } }),
          readOffsets: OffsetTable(read), writeOffsets: OffsetTable(write), places: row.count * column.count)
      }
    }
    let (inputs, panel) = (channels.inputs, loops.numbers.panelColumns)
    packedWeights = AlignedBuffer(
      count: channels.isDepthwise
        ? 0 : channels.groups * phases.reduce(0) { $0 + Self.packedCount($1, inputs: inputs, panel: panel) })
    scratch.reserve(images: images.scratchCount, upstream: loops.pairs == nil ? 0 : weightRows * perGroup)
  }

  /// The room that a phase's weights of one group take: whole panels of whole vectors.
  private static func packedCount(_ phase: Phase, inputs: Int, panel: Int) -> Int {
    (phase.innerOffsets.count + 64) * ((inputs + panel - 1) / panel * panel)
  }

  private func packedCount(_ phase: Phase) -> Int {
    Self.packedCount(phase, inputs: channels.inputs, panel: loops.numbers.panelColumns)
  }

  /// The gradient by some images, which begin at `upstream` and `out`.
  func run(
    _ upstream: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>,
    _ part: Range<Int>
  ) {
    if !channels.isDepthwise, part.lowerBound == 0 { packWeights(weight) }
    for first in stride(from: 0, to: part.count, by: images.group) {
      let some = min(images.group, part.count - first)
      let a = images.prepare(
        upstream + first * images.imageCount, count: some, scratch: scratch.imageStart, loops)
      if channels.isDepthwise {
        runDepthwise(a, weight, out + first * inputCount, images: some)
      } else {
        runProducts(a, out + first * inputCount, images: some)
      }
    }
  }

  private func packWeights(_ weight: UnsafePointer<Float>) {
    var (weight, stride) = (weight, channels.allOutputs)
    if let pairs = loops.pairs {
      pairs.pairColumns(weight, weightRows, channels.allOutputs, scratch.upstreamStart)
      (weight, stride) = (UnsafePointer(scratch.upstreamStart), perGroup)
    }
    var packed = packedWeights.start
    for phase in phases {
      for group in 0..<channels.groups {
        loops.numbers.packTaps(
          weight + group * channels.outputs, phase.taps.start, phase.taps.count, channels.inputs, perGroup, stride,
          packed)
        packed += packedCount(phase)
      }
    }
  }

  private func runProducts(_ a: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, images: Int) {
    var packed = packedWeights.start
    for phase in phases {
      for group in 0..<channels.groups {
        var call = CGatheredProduct(
          rows: images * phase.places, columns: channels.inputs, inner: phase.innerOffsets.count,
          a: a + group * channels.outputs, rowOffsets: phase.readOffsets.start,
          innerOffsets: phase.innerOffsets.start, b: UnsafePointer(packed), bStride: 0, isPacked: true, bias: nil,
          rectifies: false, accumulates: false, c: out + group * channels.inputs,
          cOffsets: phase.writeOffsets.start, cStride: 0)
        loops.run(&call)
        packed += packedCount(phase)
      }
    }
  }

  private func runDepthwise(
    _ a: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>, images: Int
  ) {
    for phase in phases {
      var call = CDepthwise(
        rows: images * phase.places, channels: channels.allOutputs, tapCount: phase.taps.count, a: a,
        rowOffsets: phase.readOffsets.start, tapOffsets: phase.tapOffsets.start, taps: phase.taps.start,
        weight: weight, bias: nil, rectifies: false, c: out, cOffsets: phase.writeOffsets.start)
      loops.numbers.depthwise(&call)
    }
  }

  /// The input places first, first + stride, ... along one axis, and the window's elements that reach them.
  private struct AxisPhase {
    let first: Int
    let count: Int
    /// Element `index` of the window reaches place u from output place u + shift.
    let taps: [(index: Int, shift: Int)]
  }

  private static func phases(
    _ input: Int, _ window: Int, _ stride: Int, _ padding: Int, _ dilation: Int
  ) -> [AxisPhase] {
    (0..<min(stride, input)).map { first in
      let taps = (0..<window).compactMap { index -> (index: Int, shift: Int)? in
        let reach = first + padding - index * dilation
        return reach % stride == 0 ? (index, reach / stride) : nil
      }
      return AxisPhase(first: first, count: (input - first + stride - 1) / stride, taps: taps)
    }
  }

  /// The zeros that are read before and after the output along one axis.
  private static func margins(_ phases: [AxisPhase], output: Int) -> (before: Int, after: Int) {
    var (before, after) = (0, 0)
    for phase in phases {
      for tap in phase.taps {
        before = max(before, -tap.shift)
        after = max(after, tap.shift + phase.count - output)
      }
    }
    return (before, after)
  }
}
