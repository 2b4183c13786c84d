import Execution
import Testing

@testable import Training

@Suite("A random stream")
struct RandomStreamTests {
  @Test("is the words of Philox, two a draw")
  func words() {
    var stream = RandomStream(seed: 0x1234_5678_9ABC_DEF0, purpose: .order, index: 3)
    let key = SIMD2<UInt32>(0x9ABC_DEF0, 0x1234_5678)
    for block in 0..<3 as Range<UInt32> {
      let words = Philox.words(counter: SIMD4(block, 3, RandomStream.Purpose.order.rawValue, 0), key: key)
      #expect(stream.next() == UInt64(words[1]) << 32 | UInt64(words[0]))
      #expect(stream.next() == UInt64(words[3]) << 32 | UInt64(words[2]))
    }
  }

  @Test("gives other numbers for another seed, purpose or index")
  func keys() {
    let keys: [(UInt64, RandomStream.Purpose, Int)] = [
      (0, .split, 0), (1, .split, 0), (0, .order, 0), (0, .split, 1), (1, .split, 1), (1, .order, 0), (3, .split, 0),
    ]
    let firsts = keys.map { seed, purpose, index in
      var generator = RandomStream(seed: seed, purpose: purpose, index: index)
      return generator.next()
    }
    #expect(Set(firsts).count == keys.count)
  }

  @Test("bounded integers are uniform", arguments: [1, 2, 3, 7, 10, 1000])
  func bounded(bound: Int) {
    var generator = RandomStream(seed: 5, purpose: .order)
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
    var generator = RandomStream(seed: 9, purpose: .order)
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
