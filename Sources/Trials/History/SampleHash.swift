/// Numbers that are random for whoever looks at them and the same everywhere, by which trials are chosen to stand for
/// others: so which ones are chosen follows from the study alone.
package enum SampleHash {
  /// The finalizer of SplitMix64 (Steele, Lea, Flood 2014, doi:10.1145/2660193.2660195): a bijection in which each bit of
  /// the input changes half of the output's.
  package static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }

  /// The number in (0, 1) that belongs to a trial.
  package static func uniform(number: Int) -> Double {
    let bits = mixed(UInt64(bitPattern: Int64(number)) &+ 0x9E37_79B9_7F4A_7C15)
    return (Double(bits >> 12) + 0.5) * 0x1p-52
  }
}
