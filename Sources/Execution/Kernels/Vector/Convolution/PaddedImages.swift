import CKernels

/// How images are brought into the middle of larger ones of zeros, some at a time, so that windows need no bounds.
///
/// For products of bfloat16 their elements become pairs, each of 32 bits like a number of float32, so that everything else
/// stays the same.
struct PaddedImages {
  /// What an element of a padded image is.
  enum Element {
    /// A number in float32.
    case number
    /// A channel and the next one, in bfloat16.
    case channelPair
    /// The same place of an image and of the next one, in bfloat16.
    case imagePair
  }

  /// The extents of an image: rows, columns, channels.
  let height: Int, width: Int, channels: Int
  /// The zeros before the first row and column.
  let top: Int, left: Int
  /// The extents of a padded image.
  let paddedHeight: Int, paddedWidth: Int
  /// What an element is.
  let element: Element
  /// The elements of a place of a padded image.
  let elements: Int
  /// How many padded images are worked on at once: as many as fit well into the second cache.
  let group: Int

  private static let wantedNumbers = 49152

  init(
    images: Int, height: Int, width: Int, channels: Int, top: Int, left: Int, bottom: Int, right: Int,
    element: Element = .number
  ) {
    (self.height, self.width, self.channels) = (height, width, channels)
    (self.top, self.left) = (top, left)
    self.element = element
    paddedHeight = height + top + bottom
    paddedWidth = width + left + right
    elements = element == .channelPair ? (channels + 1) / 2 : channels
    let padded = element == .imagePair ? (images + 1) / 2 : images
    group = max(1, min(padded, Self.wantedNumbers / (paddedHeight * paddedWidth * elements)))
  }

  /// The images that make one padded image.
  var depth: Int { element == .imagePair ? 2 : 1 }

  /// The numbers of an image and the elements of a padded one.
  var imageCount: Int { height * width * channels }
  var paddedCount: Int { paddedHeight * paddedWidth * elements }

  private var isCopied: Bool { element != .number || paddedCount != imageCount }

  /// The elements of scratch memory that are needed.
  var scratchCount: Int { isCopied ? group * paddedCount : 0 }

  /// The position of a place of a padded image of the group.
  func offset(image: Int, row: Int, column: Int) -> Int {
    ((image * paddedHeight + row) * paddedWidth + column) * elements
  }

  /// Some images, padded into scratch memory where they need it.
  func prepare(
    _ images: UnsafePointer<Float>, count: Int, scratch: UnsafeMutablePointer<Float>, _ loops: ProductLoops
  ) -> UnsafePointer<Float> {
    guard isCopied else { return images }
    var call = CPadding(
      images: count, height: height, width: width, channels: channels, paddedHeight: paddedHeight,
      paddedWidth: paddedWidth, top: top, left: left, x: images, padded: scratch)
    if let pairs = loops.pairs {
      pairs.padPairs(&call, element == .imagePair)
    } else {
      loops.numbers.padImages(&call)
    }
    return UnsafePointer(scratch)
  }
}
