/// Memory that the products of one plan share, since one runs at a time: padded images, packed weights, operands that are
/// rounded, and the matrices of minimal filtering, of which those that products read lie where images do, and those that they make
/// or that come of the upstream where the upstream does.
final class VectorScratch {
  private var imageBuffer = AlignedBuffer(count: 0)
  private var weightBuffer = AlignedBuffer(count: 0)
  private var upstreamBuffer = AlignedBuffer(count: 0)

  /// Makes room, before the first run.
  func reserve(images: Int = 0, weights: Int = 0, upstream: Int = 0) {
    if images > imageBuffer.elements.count { imageBuffer = AlignedBuffer(count: images) }
    if weights > weightBuffer.elements.count { weightBuffer = AlignedBuffer(count: weights) }
    if upstream > upstreamBuffer.elements.count { upstreamBuffer = AlignedBuffer(count: upstream) }
  }

  var imageStart: UnsafeMutablePointer<Float> { imageBuffer.start }
  var weightStart: UnsafeMutablePointer<Float> { weightBuffer.start }
  var upstreamStart: UnsafeMutablePointer<Float> { upstreamBuffer.start }
}
