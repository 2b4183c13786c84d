/// A small seeded generator for test data (Steele, Lea and Flood 2014, https://doi.org/10.1145/2660193.2660195).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of magnitude 0.1 to 1.5 and either sign, away from the kink of ReLU.
  mutating func number() -> Double {
    Double.random(in: 0.1...1.5, using: &self) * (Bool.random(using: &self) ? 1 : -1)
  }

  /// An extent from 1 to `limit`, often 1 and often next to a multiple of a vector's lanes.
  mutating func extent(upTo limit: Int = 40) -> Int {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: 1
    case 1: min(limit, max(1, (8 << Int.random(in: 0...2, using: &self)) + Int.random(in: -1...1, using: &self)))
    default: Int.random(in: 1...limit, using: &self)
    }
  }
}
