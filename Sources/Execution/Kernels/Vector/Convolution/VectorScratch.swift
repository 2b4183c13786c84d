/// Memory that the convolutions of one plan share, since one runs at a time: padded images and packed weights.
final class VectorScratch {
  private var imageBuffer = AlignedBuffer(count: 0)
  private var weightBuffer = AlignedBuffer(count: 0)

  /// Makes room, before the first run.
  func reserve(images: Int = 0, weights: Int = 0) {
    if images > imageBuffer.elements.count { imageBuffer = AlignedBuffer(count: images) }
    if weights > weightBuffer.elements.count { weightBuffer = AlignedBuffer(count: weights) }
  }

  var imageStart: UnsafeMutablePointer<Float> { imageBuffer.start }
  var weightStart: UnsafeMutablePointer<Float> { weightBuffer.start }
}
