/// Applies an augmentation to images of one shape.
struct ImageAugmenter: Sendable {
  private let augmentation: Augmentation
  private let height: Int
  private let width: Int
  private let channels: Int
  /// What comes in from beyond the border: the black of each channel, as it is after standardization.
  private let border: [Float]
  private let seed: UInt64
  private let count: Int

  /// Prepares an augmentation; nil where it changes nothing.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where the samples are no images, or of code `invalidOption` where a
  ///   number is out of range.
  init?(_ augmentation: Augmentation, of data: DatasetSplits, seed: UInt64) throws(TrainingError) {
    if augmentation.isIdentity { return nil }
    let shape = data.training.featureShape
    guard shape.count == 3 else {
      throw TrainingError(
        .dataMismatch,
        "\(data.training.name): only images are shifted, flipped and cut out, and these are the rows of a table")
    }
    guard augmentation.shift >= 0, augmentation.shift < min(shape[0], shape[1]), augmentation.cutout >= 0,
      augmentation.cutout <= min(shape[0], shape[1])
    else {
      throw TrainingError(
        .invalidOption,
        "images of \(shape[0]) by \(shape[1]) pixels are shifted by \(augmentation.shift) and cut out by "
          + "\(augmentation.cutout); a shift must be of 0 or more and below the image's sides, a cutout of 0 or more and no larger"
      )
    }
    self.augmentation = augmentation
    (height, width, channels) = (shape[0], shape[1], shape[2])
    border =
      data.standardization.map { zip($0.means, $0.deviations).map { -$0 / $1 } }
      ?? Array(repeating: 0, count: shape[2])
    self.seed = seed
    count = data.training.count
  }

  /// Writes what a sample becomes in an epoch.
  ///
  /// - Parameters:
  ///   - image: The sample, [height, width, channels].
  ///   - destination: Room for as much.
  func write(
    _ image: UnsafePointer<Float>, sample: Int, epoch: Int, into destination: UnsafeMutablePointer<Float>
  ) {
    var random = RandomStream(seed: seed, purpose: .augmentation, index: epoch &* count &+ sample)
    let reach = augmentation.shift
    let down = reach > 0 ? random.next(below: 2 * reach + 1) - reach : 0
    let right = reach > 0 ? random.next(below: 2 * reach + 1) - reach : 0
    let mirrorsRows = augmentation.flip == .vertical || augmentation.flip == .both ? random.next(below: 2) == 1 : false
    let mirrorsColumns =
      augmentation.flip == .horizontal || augmentation.flip == .both ? random.next(below: 2) == 1 : false
    // Columns first..<last of the result lie within the shifted image, the others beyond its border.
    let (first, last) = (max(0, right), min(width, width + right))
    for y in 0..<height {
      let row = destination + y * width * channels
      let shifted = y - down
      guard shifted >= 0, shifted < height else {
        writeBorder(row, 0..<width)
        continue
      }
      writeBorder(row, 0..<first)
      let source = image + (mirrorsRows ? height - 1 - shifted : shifted) * width * channels
      if mirrorsColumns {
        for x in first..<last {
          let from = source + (width - 1 - (x - right)) * channels
          for c in 0..<channels { row[x * channels + c] = from[c] }
        }
      } else {
        (row + first * channels).update(from: source + (first - right) * channels, count: (last - first) * channels)
      }
      writeBorder(row, last..<width)
    }
    if augmentation.cutout > 0 { cutOut(destination, &random) }
  }

  /// Fills columns of a row with what lies beyond the border.
  private func writeBorder(_ row: UnsafeMutablePointer<Float>, _ columns: Range<Int>) {
    for x in columns {
      for c in 0..<channels { row[x * channels + c] = border[c] }
    }
  }

  /// Sets a square to the mean of the training images, which is 0 after standardization.
  private func cutOut(_ image: UnsafeMutablePointer<Float>, _ random: inout RandomStream) {
    let side = augmentation.cutout
    let (top, left) = (random.next(below: height) - side / 2, random.next(below: width) - side / 2)
    // The pixel in the middle lies within the image, so that neither range is empty.
    for y in max(0, top)..<min(height, top + side) {
      for x in max(0, left)..<min(width, left + side) {
        for c in 0..<channels { image[(y * width + x) * channels + c] = 0 }
      }
    }
  }
}
