/// The order in which training goes through its samples, in batches of one size.
///
/// Each epoch has a random order of its own that depends on the seed and the epoch's number alone, so that training
/// goes on from any epoch as if it had never stopped. Samples that fill no whole batch at the end of an epoch are left
/// out of it; they are others each time.
package struct MiniBatches {
  /// The samples of a batch.
  package let batchSize: Int
  /// The whole batches of an epoch, at least 1.
  package let batchCount: Int

  private let seed: UInt64
  private let identity: [Int]
  private var epoch = 0
  private var order: [Int]

  /// Makes the batches of some samples.
  ///
  /// - Parameters:
  ///   - count: The number of samples, at least 1.
  ///   - batchSize: The samples of a batch, at least 1; more than `count` means `count`.
  package init(count: Int, batchSize: Int, seed: UInt64) {
    precondition(count >= 1 && batchSize >= 1, "batches need a sample and room for one")
    self.batchSize = min(batchSize, count)
    batchCount = count / self.batchSize
    self.seed = seed
    identity = Array(0..<count)
    order = identity
  }

  /// Brings the samples into the order of an epoch.
  package mutating func shuffle(epoch: Int) {
    // Not from the last epoch's order, which a training that goes on from a checkpoint does not have.
    order.withUnsafeMutableBufferPointer { _ = $0.update(fromContentsOf: identity) }
    self.epoch = epoch
    var stream = RandomStream(seed: seed, purpose: .order, index: epoch)
    stream.shuffle(&order)
  }

  /// The places in the order of an epoch that a batch has.
  package func places(of batch: Int) -> Range<Int> { batch * batchSize..<(batch + 1) * batchSize }

  /// The samples of a batch, by index.
  subscript(batch: Int) -> ArraySlice<Int> { order[places(of: batch)] }

  /// Copies the rows of samples next to each other, as they are.
  package func gather(
    _ places: Range<Int>, from source: UnsafeBufferPointer<Float>, width: Int,
    into destination: UnsafeMutableBufferPointer<Float>
  ) {
    gather(places, from: source, width: width, through: nil, into: destination)
  }

  /// Copies the rows of samples next to each other.
  ///
  /// - Parameters:
  ///   - places: The samples' places in the order of the epoch.
  ///   - source: Rows of `width` values, one a sample.
  ///   - augmenter: Changes images on their way.
  ///   - destination: Room for the samples' rows.
  func gather(
    _ places: Range<Int>, from source: UnsafeBufferPointer<Float>, width: Int, through augmenter: ImageAugmenter?,
    into destination: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(
      source.count == identity.count * width && destination.count >= places.count * width,
      "the rows and the room for them must fit the batches")
    guard let source = source.baseAddress, let destination = destination.baseAddress else { return }
    order[places].withUnsafeBufferPointer { samples in
      for row in samples.indices {
        let (from, to) = (source + samples[row] * width, destination + row * width)
        if let augmenter {
          augmenter.write(from, sample: samples[row], epoch: epoch, into: to)
        } else if width == 1 {
          to.pointee = from.pointee
        } else {
          to.update(from: from, count: width)
        }
      }
    }
  }
}
