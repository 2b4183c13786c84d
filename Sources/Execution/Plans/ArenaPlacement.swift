/// The memory of one value, or of several that take one another's place, with the steps that it is needed in.
package struct ArenaBlock: Sendable, Hashable {
  /// The elements, or bytes.
  package var count: Int
  /// The step that first writes it.
  package var firstStep: Int
  /// The step that last reads it.
  package var lastStep: Int

  /// Makes a block.
  package init(count: Int, firstStep: Int, lastStep: Int) {
    self.count = count
    self.firstStep = firstStep
    self.lastStep = lastStep
  }

  /// Whether both are needed in the same step.
  func isNeededAlong(with other: ArenaBlock) -> Bool {
    firstStep <= other.lastStep && other.firstStep <= lastStep
  }
}

/// Where blocks lie in one arena: such as are never needed at the same time share memory.
///
/// Places are given largest first, each the smallest gap that fits ("greedy by size", Pisarchyk and Lee 2020,
/// arXiv:2001.03288).
package struct ArenaPlacement: Sendable, Hashable {
  /// The position of each block's first element.
  package let places: [Int]
  /// The elements of the arena.
  package let count: Int

  /// Places blocks.
  package init(_ blocks: [ArenaBlock]) {
    self.init(blocks, order: Self.bySize(blocks))
  }

  /// Places blocks for a device whose memory is scarce: as above, then anew with what lay highest placed first, as long as
  /// the arena has more elements than are needed in one step.
  ///
  /// - Complexity: O(n²) for n blocks.
  package static func tight(_ blocks: [ArenaBlock]) -> ArenaPlacement {
    let needed = blocks.map { block in
      blocks.reduce(0) { $0 + ($1.firstStep <= block.firstStep && block.firstStep <= $1.lastStep ? $1.count : 0) }
    }
    var order = bySize(blocks)
    var current = ArenaPlacement(blocks, order: order)
    var best = current
    for _ in 0..<64 where best.count > needed.max() ?? 0 {
      guard let highest = order.firstIndex(where: { current.places[$0] + blocks[$0].count == current.count }) else {
        break
      }
      order.insert(order.remove(at: highest), at: 0)
      current = ArenaPlacement(blocks, order: order)
      if current.count < best.count { best = current }
    }
    return best
  }

  private static func bySize(_ blocks: [ArenaBlock]) -> [Int] {
    blocks.indices.sorted { (blocks[$1].count, $0) < (blocks[$0].count, $1) }
  }

  private init(_ blocks: [ArenaBlock], order: [Int]) {
    var places = Array(repeating: 0, count: blocks.count)
    var placed: [Int] = []
    var arenaCount = 0
    for index in order {
      let block = blocks[index]
      let neighbours = placed.filter { blocks[$0].isNeededAlong(with: block) }.sorted { places[$0] < places[$1] }
      var best: (offset: Int, gap: Int)?
      var freeFrom = 0
      for neighbour in neighbours {
        let gap = places[neighbour] - freeFrom
        if gap >= block.count, gap < best?.gap ?? .max { best = (freeFrom, gap) }
        freeFrom = max(freeFrom, places[neighbour] + blocks[neighbour].count)
      }
      places[index] = best?.offset ?? freeFrom
      arenaCount = max(arenaCount, places[index] + block.count)
      placed.append(index)
    }
    self.places = places
    count = arenaCount
  }
}
