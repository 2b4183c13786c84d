import Trials

/// The identity of a trial's randomness: whatever is random about a trial derives from the study's seed, the trial's
/// number and a purpose, never from what was drawn before. So an interrupted study does not repeat its draws when it
/// goes on, and parallel trials do not disturb one another.
public struct Draw: Hashable, Sendable {
  /// The seed of the study.
  public let seed: UInt64
  /// The number of the trial.
  public let number: Int

  /// Makes the identity of a trial's randomness.
  public init(seed: UInt64, number: Int) {
    self.seed = seed
    self.number = number
  }

  /// The randomness of another attempt at the same trial, after what the earlier ones drew was refused; the first one is 0.
  public func attempt(_ attempt: Int) -> Draw {
    guard attempt > 0 else { return self }
    return Draw(seed: SampleHash.mixed(seed ^ SampleHash.mixed(UInt64(bitPattern: Int64(attempt)))), number: number)
  }

  /// A generator of its own for a purpose; the same one at every call, on every machine.
  public func generator(for purpose: String) -> DrawGenerator {
    var state = SampleHash.mixed(seed &+ 0x9E37_79B9_7F4A_7C15)
    state = SampleHash.mixed(state ^ UInt64(bitPattern: Int64(number)))
    state = SampleHash.mixed(state ^ Self.hash(purpose))
    return DrawGenerator(seed: state)
  }

  /// FNV-1a over the bytes in UTF-8.
  package static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
  }
}

/// xoshiro256++ (Blackman, Vigna 2021, doi:10.1145/3460772), the same bits on every machine.
public struct DrawGenerator: RandomNumberGenerator, Sendable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// A generator whose state is filled by SplitMix64 from a seed.
  public init(seed: UInt64) {
    let increment: UInt64 = 0x9E37_79B9_7F4A_7C15
    state = (
      SampleHash.mixed(seed &+ increment), SampleHash.mixed(seed &+ 2 &* increment),
      SampleHash.mixed(seed &+ 3 &* increment),
      SampleHash.mixed(seed &+ 4 &* increment)
    )
  }

  /// 64 random bits.
  public mutating func next() -> UInt64 {
    let sum = state.0 &+ state.3
    let result = Self.rotate(sum, by: 23) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, by: 45)
    return result
  }

  private static func rotate(_ bits: UInt64, by count: UInt64) -> UInt64 { bits << count | bits >> (64 - count) }

  /// A double in [0, 1), one of 2^53 equally likely ones.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A double in (0, 1), never an end.
  public mutating func uniformInside() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A whole number in 0..<bound without bias (Lemire 2019, doi:10.1145/3230636).
  public mutating func uniform(below bound: Int) -> Int {
    precondition(bound > 0, "there is no whole number in 0..<\(bound)")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// Puts elements in an order in which every permutation is equally likely.
  public mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for index in (1..<elements.count).reversed() { elements.swapAt(index, uniform(below: index + 1)) }
  }
}
