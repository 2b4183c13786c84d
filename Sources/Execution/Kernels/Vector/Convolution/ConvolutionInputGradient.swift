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

  private let loops: CKernelTable
  private let scratch: VectorScratch
  private let images: PaddedImages
  private let count: Int
  private let groups: Int
  private let isDepthwise: Bool
  /// The input channels and the output channels of a group, and all output channels.
  private let inner: Int, columns: Int, channels: Int
  private let inputCount: Int
  private let phases: [Phase]

  init(_ convolution: Convolution, x: Shape, weight: Shape, output: Shape, _ set: VectorKernelSet) {
    loops = set.loops
    scratch = set.images
    count = x[0]
    groups = convolution.groups
    isDepthwise = groups == x[3] && weight[3] == x[3]
    (inner, channels) = (weight[2], weight[3])
    columns = channels / groups
    inputCount = x.count / x[0]

    let (stride, padding, dilation) = (convolution.stride, convolution.padding, convolution.dilation)
    let rows = Self.phases(x[1], weight[0], stride.height, padding.height, dilation.height)
    let columnPhases = Self.phases(x[2], weight[1], stride.width, padding.width, dilation.width)
    let (top, bottom) = Self.margins(rows, output: output[1])
    let (left, right) = Self.margins(columnPhases, output: output[2])
    let images = PaddedImages(
      images: x[0], height: output[1], width: output[2], channels: channels, top: top, left: left, bottom: bottom,
      right: right)
    self.images = images

    let perGroup = columns
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
    let panel = loops.panelColumns
    scratch.reserve(
      images: images.scratchCount,
      weights: isDepthwise
        ? 0 : (weight[0] * weight[1] * columns + 64) * ((inner + panel - 1) / panel * panel))
  }

  func run(_ upstream: UnsafePointer<Float>, _ weight: UnsafePointer<Float>, _ out: UnsafeMutablePointer<Float>) {
    let outer = isDepthwise ? 1 : groups
    for phase in phases where phase.places > 0 {
      for group in 0..<outer {
        if !isDepthwise {
          loops.packTaps(
            weight + group * columns, phase.taps.start, phase.taps.count, inner, columns, channels,
            scratch.weightStart)
        }
        for first in stride(from: 0, to: count, by: images.group) {
          let some = min(images.group, count - first)
          let a = images.prepare(
            upstream + first * images.imageCount, count: some, scratch: scratch.imageStart, loops)
          let c = out + first * inputCount
          if isDepthwise {
            var call = CDepthwise(
              rows: some * phase.places, channels: channels, tapCount: phase.taps.count, a: a,
              rowOffsets: phase.readOffsets.start, tapOffsets: phase.tapOffsets.start, taps: phase.taps.start,
              weight: weight, bias: nil, rectifies: false, c: c, cOffsets: phase.writeOffsets.start)
            loops.depthwise(&call)
          } else {
            var call = CGatheredProduct(
              rows: some * phase.places, columns: inner, inner: phase.innerOffsets.count, a: a + group * columns,
              rowOffsets: phase.readOffsets.start, innerOffsets: phase.innerOffsets.start,
              b: UnsafePointer(scratch.weightStart), bStride: 0, isPacked: true, bias: nil, rectifies: false,
              accumulates: false, c: c + group * inner, cOffsets: phase.writeOffsets.start, cStride: 0)
            loops.gatheredProduct(&call)
          }
        }
      }
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
