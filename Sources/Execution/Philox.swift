/// The counter-based generator Philox 4x32-10: a number is a function of key and counter alone, so that any element of
/// a random tensor can be drawn on its own, in any order, on any thread.
///
/// Salmon, Moraes, Dror and Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3",
/// https://doi.org/10.1145/2063384.2063405.
package struct Philox: Sendable {
  /// What the numbers are for; draws for different purposes with one seed are independent.
  package enum Purpose: UInt32, Sendable {
    /// Masks of dropout.
    case dropout = 0
    /// Initial parameters.
    case initialization = 1
  }

  private let key: SIMD2<UInt32>
  private let stream: UInt32
  private let purpose: UInt32

  /// Makes the stream of numbers of the given seed, purpose and number of stream.
  package init(seed: UInt64, purpose: Purpose, stream: Int) {
    key = SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.stream = UInt32(truncatingIfNeeded: stream)
    self.purpose = purpose.rawValue
  }

  /// Four random words; a stream has 2³² such blocks.
  package func block(_ index: Int) -> SIMD4<UInt32> {
    Self.words(counter: SIMD4(UInt32(truncatingIfNeeded: index), stream, purpose, 0), key: key)
  }

  /// The generator's function: ten rounds over the counter.
  package static func words(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var (counter, key) = (counter, key)
    for _ in 0..<10 {
      let product0 = (0xD251_1F53 as UInt32).multipliedFullWidth(by: counter[0])
      let product1 = (0xCD9E_8D57 as UInt32).multipliedFullWidth(by: counter[2])
      counter = SIMD4(
        product1.high ^ counter[1] ^ key[0], product1.low, product0.high ^ counter[3] ^ key[1], product0.low)
      key &+= SIMD2(0x9E37_79B9, 0xBB67_AE85)
    }
    return counter
  }

  /// The word below which a draw means "dropped", for the given probability in 0..<1.
  package static func threshold(probability: Double) -> UInt32 {
    UInt32(probability * 0x1p32)
  }
}
