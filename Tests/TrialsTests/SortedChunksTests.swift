import Testing

@testable import Trials

@Suite("Sorted chunks")
struct SortedChunksTests {
  private struct Item: Comparable {
    var key: Int
    var stamp: Int

    static func < (left: Item, right: Item) -> Bool { left.key < right.key }
    static func == (left: Item, right: Item) -> Bool { left.key == right.key }
  }

  @Test("Insertions in any order keep a stable order in chunks of bounded length", arguments: 0..<6)
  func insertion(pattern: Int) {
    var sorted = SortedChunks<Item>()
    var state: UInt64 = 1
    var items: [Item] = []
    for stamp in 0..<5000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let key = [stamp, -stamp, Int(state >> 33), Int(state >> 60), 0, stamp ^ 1][pattern]
      items.append(Item(key: key, stamp: stamp))
      sorted.insert(Item(key: key, stamp: stamp))
    }
    let expected = items.sorted { ($0.key, $0.stamp) < ($1.key, $1.stamp) }
    let actual = sorted.chunks.flatMap { $0 }
    #expect(actual.map(\.stamp) == expected.map(\.stamp))
    #expect(sorted.count == 5000)
    #expect(sorted.chunks.allSatisfy { (1...512).contains($0.count) })
    for rank in [0, 1, 511, 512, 2500, 4999] { #expect(sorted[rank].stamp == expected[rank].stamp) }
    for item in items.prefix(50) { #expect(sorted.contains(item)) }
    #expect(!sorted.contains(Item(key: .max, stamp: 0)))
    #expect(!sorted.contains(Item(key: .min, stamp: 0)))
  }
}
