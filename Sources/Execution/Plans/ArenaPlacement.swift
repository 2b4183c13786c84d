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
    var places = Array(repeating: 0, count: blocks.count)
    var placed: [Int] = []
    var arenaCount = 0
    for index in blocks.indices.sorted(by: { (blocks[$1].count, $0) < (blocks[$0].count, $1) }) {
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
