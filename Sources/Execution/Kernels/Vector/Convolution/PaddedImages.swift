import CKernels

/// How images are brought into the middle of larger ones of zeros, some at a time, so that windows need no bounds.
struct PaddedImages {
  /// The extents of an image: rows, columns, channels.
  let height: Int, width: Int, channels: Int
  /// The zeros before the first row and column.
  let top: Int, left: Int
  /// The extents of a padded image.
  let paddedHeight: Int, paddedWidth: Int
  /// How many images are worked on at once: as many as fit well into the second cache.
  let group: Int

  private static let wantedNumbers = 49152

  init(images: Int, height: Int, width: Int, channels: Int, top: Int, left: Int, bottom: Int, right: Int) {
    (self.height, self.width, self.channels) = (height, width, channels)
    (self.top, self.left) = (top, left)
    paddedHeight = height + top + bottom
    paddedWidth = width + left + right
    group = max(1, min(images, Self.wantedNumbers / (paddedHeight * paddedWidth * channels)))
  }

  /// The numbers of an image and of a padded one.
  var imageCount: Int { height * width * channels }
  var paddedCount: Int { paddedHeight * paddedWidth * channels }

  private var isPadded: Bool { paddedCount != imageCount }

  /// The numbers of scratch memory that are needed.
  var scratchCount: Int { isPadded ? group * paddedCount : 0 }

  /// The position of a place of a padded image of the group.
  func offset(image: Int, row: Int, column: Int) -> Int {
    ((image * paddedHeight + row) * paddedWidth + column) * channels
  }

  /// Some images, padded into scratch memory where they need it.
  func prepare(
    _ images: UnsafePointer<Float>, count: Int, scratch: UnsafeMutablePointer<Float>, _ loops: CKernelTable
  ) -> UnsafePointer<Float> {
    guard isPadded else { return images }
    var call = CPadding(
      images: count, height: height, width: width, channels: channels, paddedHeight: paddedHeight,
      paddedWidth: paddedWidth, top: top, left: left, x: images, padded: scratch)
    loops.padImages(&call)
    return UnsafePointer(scratch)
  }
}
