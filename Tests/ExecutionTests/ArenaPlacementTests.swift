import TestSupport
import Testing

@testable import Execution

@Suite("Blocks in an arena")
struct ArenaPlacementTests {
  /// Values of a network: each read by the next step, some also by a later one.
  private func blocks(seed: UInt64, hasWaysAround: Bool) -> [ArenaBlock] {
    var random = SplitMix64(seed: seed)
    return (0..<random.below(18) + 3).map { step in
      let reach = hasWaysAround && random.below(3) == 0 ? 2 + random.below(2) : 1
      return ArenaBlock(count: 16 * (1 + random.below(32)), firstStep: step, lastStep: step + reach)
    }
  }

  private func need(of blocks: [ArenaBlock]) -> Int {
    blocks.indices.map { step in
      blocks.reduce(0) { $0 + ($1.firstStep <= step && step <= $1.lastStep ? $1.count : 0) }
    }.max() ?? 0
  }

  @Test("never overlap where they are needed at the same time, and are no more than placed by size alone")
  func disjoint() {
    var (tight, loose) = (0, 0)
    for seed in 0..<300 as Range<UInt64> {
      let blocks = blocks(seed: seed, hasWaysAround: true)
      let placement = ArenaPlacement.tight(blocks)
      for (i, first) in blocks.enumerated() {
        #expect(placement.places[i] >= 0 && placement.places[i] + first.count <= placement.count)
        for (j, second) in blocks.enumerated() where i < j && first.isNeededAlong(with: second) {
          #expect(
            placement.places[i] + first.count <= placement.places[j]
              || placement.places[j] + second.count <= placement.places[i], "seed \(seed): \(i) and \(j)")
        }
      }
      #expect(placement.count <= ArenaPlacement(blocks).count && placement.count >= need(of: blocks))
      tight += placement.count == need(of: blocks) ? 1 : 0
      loose += ArenaPlacement(blocks).count == need(of: blocks) ? 1 : 0
    }
    #expect(tight > loose && tight >= 290, "\(tight) against \(loose) of 300 as small as can be")
  }

  @Test("of a chain take no more than the two neighbours that need most")
  func chain() {
    for seed in 0..<300 as Range<UInt64> {
      let blocks = blocks(seed: seed, hasWaysAround: false)
      #expect(ArenaPlacement.tight(blocks).count == need(of: blocks), "seed \(seed)")
    }
  }
}
