/// Random changes of the training images, other ones in each epoch, under which a class stays what it is.
///
/// What a sample becomes in an epoch depends on the seed, the sample and the epoch alone, neither on batches nor on what was
/// trained before.
public struct Augmentation: Hashable, Sendable {
  /// The directions in which images are mirrored.
  public enum Flip: String, Hashable, Sendable, CaseIterable {
    /// None.
    case none
    /// Half of the images are mirrored left to right.
    case horizontal
    /// Half of the images are mirrored top to bottom.
    case vertical
    /// Each of both, independently.
    case both
  }

  /// The most pixels by which an image is shifted in each direction: what padding by as many zeros on each side and cropping
  /// at a random place does. Every shift is equally likely.
  public var shift: Int
  /// Whether images are mirrored.
  public var flip: Flip
  /// The side of a square around a random pixel that becomes the mean of the training images; 0 for none. What lies beyond
  /// the border is cut off (DeVries and Taylor 2017, arXiv:1708.04552).
  public var cutout: Int

  /// Describes an augmentation; the default changes nothing.
  public init(shift: Int = 0, flip: Flip = .none, cutout: Int = 0) {
    self.shift = shift
    self.flip = flip
    self.cutout = cutout
  }

  /// Whether images stay as they are.
  public var isIdentity: Bool { self == Augmentation() }
}
