import Testing

@testable import Training

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test("follows the published sequence")
  func published() {
    // The widely printed first outputs of SplitMix64 for the state 1234567.
    var generator = SplitMix64(state: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }

  @Test("gives other numbers for another seed, purpose or index")
  func keys() {
    let keys: [(UInt64, SplitMix64.Purpose, UInt64)] = [
      (0, .split, 0), (1, .split, 0), (0, .order, 0), (0, .split, 1), (1, .split, 1), (1, .order, 0), (3, .split, 0),
    ]
    let firsts = keys.map { seed, purpose, index in
      var generator = SplitMix64(seed: seed, purpose: purpose, index: index)
      return generator.next()
    }
    #expect(Set(firsts).count == keys.count)
  }

  @Test("bounded integers are uniform", arguments: [1, 2, 3, 7, 10, 1000])
  func bounded(bound: Int) {
    var generator = SplitMix64(seed: 5, purpose: .order)
    let draws = 200_000
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<draws { counts[generator.next(below: bound)] += 1 }
    let expected = Double(draws) / Double(bound)
    let chiSquare = counts.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    // Mean bound - 1 and variance 2 (bound - 1): five deviations above.
    #expect(chiSquare <= Double(bound - 1) + 5 * (2 * Double(bound - 1)).squareRoot())
  }

  @Test("shuffling makes each order of four equally likely")
  func shuffling() {
    var generator = SplitMix64(seed: 9, purpose: .order)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<48_000 {
      var elements = [0, 1, 2, 3]
      generator.shuffle(&elements)
      counts[elements, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(counts.values.allSatisfy { abs($0 - 2000) < 250 })
  }
}
