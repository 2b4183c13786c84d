/// SplitMix64, by which fixtures' inputs are generated here and in the scripts beside them.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
