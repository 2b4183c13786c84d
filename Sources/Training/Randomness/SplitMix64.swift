/// A small counter-based random generator: number *k* of a stream is a hash of the stream's key and *k*.
///
/// The same key gives the same numbers on every machine and in every version of Swift, which the standard library
/// promises for none of its own algorithms; shuffling and bounded integers are therefore here, too.
///
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014,
/// doi:10.1145/2660193.2660195.
package struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  /// What a stream of random numbers is for; streams of different purposes are independent of each other.
  package enum Purpose: UInt64, Sendable {
    case split = 1
    case initialization = 2
    case order = 3
    case dropout = 4
  }

  private var state: UInt64

  /// Creates the stream of a seed, a purpose and an index (an epoch, a class, a layer).
  package init(seed: UInt64, purpose: Purpose, index: UInt64 = 0) {
    // Each part goes through the full mixing, so that neighbouring seeds and indices share nothing.
    var key = Self.mixed(seed &+ Self.increment)
    key = Self.mixed((key ^ purpose.rawValue) &+ Self.increment)
    key = Self.mixed((key ^ index) &+ Self.increment)
    state = key
  }

  /// Creates the stream of the published generator that begins in a given state.
  init(state: UInt64) {
    self.state = state
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= Self.increment
    return Self.mixed(state)
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

  /// The golden ratio's fractional part in 64 bits, made odd.
  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mixed(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
