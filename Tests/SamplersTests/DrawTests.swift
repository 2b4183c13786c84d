import Testing

@testable import Samplers

@Suite("Draws")
struct DrawTests {
  @Test(
    "The bits follow from seed, number and purpose by the published algorithms",
    arguments: [
      (0, 0, "", [0x30b4_a6e0_9a6b_da34, 0xfc31_ea1a_17f2_f8f3, 0xeef0_4673_82ed_b1a5]),
      (42, 7, "random:x", [0xd402_817c_0bff_3f52, 0xbc0b_dadc_e0a8_c18b, 0x4864_3d7d_6155_7beb]),
      (.max, 199, "tpe:relative", [0xb78a_745f_b444_e57f, 0xa878_c56d_129f_ed0a, 0x1714_691d_edac_c54a]),
    ] as [(UInt64, Int, String, [UInt64])])
  func referenceBits(seed: UInt64, number: Int, purpose: String, bits: [UInt64]) {
    var generator = Draw(seed: seed, number: number).generator(for: purpose)
    #expect((0..<3).map { _ in generator.next() } == bits)
  }

  @Test("Every part of the identity changes the draws")
  func identity() {
    func first(_ seed: UInt64, _ number: Int, _ purpose: String) -> UInt64 {
      var generator = Draw(seed: seed, number: number).generator(for: purpose)
      return generator.next()
    }
    var seen: Set<UInt64> = []
    for seed in 0..<20 {
      for number in 0..<20 {
        for purpose in ["", "a", "b", "ab", "ba"] { seen.insert(first(UInt64(seed), number, purpose)) }
      }
    }
    #expect(seen.count == 2000)
  }

  @Test("Uniform numbers fill their range evenly and keep within it")
  func uniformity() {
    var counts = [Int](repeating: 0, count: 7)
    var bins = [Int](repeating: 0, count: 10)
    for number in 0..<20_000 {
      var generator = Draw(seed: 3, number: number).generator(for: "test")
      counts[generator.uniform(below: 7)] += 1
      let value = generator.uniform()
      #expect((0..<1).contains(value))
      bins[Int(value * 10)] += 1
      let inside = generator.uniformInside()
      #expect(inside > 0 && inside < 1)
    }
    #expect(chiSquare(counts) < 22.5, "6 degrees of freedom, one in a thousand")
    #expect(chiSquare(bins) < 27.9, "9 degrees of freedom, one in a thousand")
  }

  @Test("A shuffle makes every order equally likely")
  func shuffle() {
    var counts: [[Int]: Int] = [:]
    for number in 0..<12_000 {
      var generator = Draw(seed: 5, number: number).generator(for: "shuffle")
      var elements = [0, 1, 2, 3]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(chiSquare(Array(counts.values)) < 49.7, "23 degrees of freedom, one in a thousand")
  }
}

/// The chi-square statistic of counts against shares; equal shares where none are given.
func chiSquare(_ counts: [Int], shares: [Double]? = nil) -> Double {
  let total = Double(counts.reduce(0, +))
  return counts.enumerated().reduce(0) { sum, item in
    let expected = total * (shares?[item.offset] ?? 1 / Double(counts.count))
    guard expected > 0 else { return item.element == 0 ? sum : .infinity }
    return sum + (Double(item.element) - expected) * (Double(item.element) - expected) / expected
  }
}
