import Execution

/// A stream of random numbers that is a function of a seed, a purpose and an index alone, drawn from ``Philox``.
///
/// The same key gives the same numbers on every machine and in every version of Swift. The standard library promises
/// that for none of its own algorithms; shuffling and bounded integers are therefore here, too.
package struct RandomStream: RandomNumberGenerator, Sendable {
  /// What a stream is for; streams of different purposes are independent of each other.
  package enum Purpose: UInt32, Sendable {
    // Philox's own purposes, which share the space of counters with these, are small.
    /// Which samples go into which part of a data set; the index is the class.
    case split = 16
    /// The order of an epoch's samples; the index is the epoch.
    case order = 17
    /// The seed of a step's dropout masks; the index is the step.
    case step = 18
    /// What augmentation makes of a sample in an epoch; the index counts both.
    case augmentation = 19
    /// The seeds of the trainings of a cross-validation; the index is the fold.
    case fold = 20
  }

  private let key: SIMD2<UInt32>
  private let index: UInt32
  private let purpose: UInt32
  private var position: UInt32 = 0
  private var words = SIMD4<UInt32>()

  /// Creates the stream of a seed, a purpose and an index, of which the low 32 bits count.
  package init(seed: UInt64, purpose: Purpose, index: Int = 0) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose.rawValue
    self.index = UInt32(truncatingIfNeeded: index)
  }

  /// The next 64 random bits; a stream has 2³² such draws.
  package mutating func next() -> UInt64 {
    let isFirstHalf = position & 1 == 0
    if isFirstHalf {
      words = Philox.words(counter: SIMD4(position >> 1, index, purpose, 0), key: key)
    }
    position &+= 1
    let (low, high) = isFirstHalf ? (words[0], words[1]) : (words[2], words[3])
    return UInt64(high) << 32 | UInt64(low)
  }

  /// A uniform integer of 0..<bound, without bias.
  ///
  /// Source: Lemire, "Fast Random Integer Generation in an Interval", 2019, doi:10.1145/3230636.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "the bound of a random integer must be positive")
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold {
        product = next().multipliedFullWidth(by: bound)
      }
    }
    return Int(product.high)
  }

  /// Brings the elements into a random order, each order equally likely (Fisher and Yates).
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    var last = elements.count - 1
    while last > 0 {
      elements.swapAt(last, next(below: last + 1))
      last -= 1
    }
  }
}
