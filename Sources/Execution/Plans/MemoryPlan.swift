import Graphs

/// Where the value of each node lies in one arena: values that are never needed at the same time share memory.
///
/// A value's memory is taken from the step that makes it to the last that reads it. Inputs and constants keep theirs
/// throughout, kept values to the end. An elementwise node takes the place of an input that nobody reads after it.
struct MemoryPlan {
  /// For each node, the position of its first element in the arena, or nil where its memory lies elsewhere.
  let offsets: [Int?]

  /// The number of elements of the arena.
  let arenaCount: Int

  /// The number of elements that would be needed if no two values shared memory.
  let unsharedCount: Int

  /// Places the values of `graph`.
  ///
  /// - Parameters:
  ///   - kept: Values that are read after the last step.
  ///   - external: Values whose memory lies elsewhere.
  init(_ graph: Graph, kept: Set<Value>, external: Set<Value>) {
    let end = graph.nodes.count
    var lastReads = Array(0..<end)
    for (step, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastReads[input.index] = step }
    }

    var blocks: [ArenaBlock] = []
    var blockOfNode: [Int?] = []
    var unsharedCount = 0
    for (step, node) in graph.nodes.enumerated() {
      let value = Value(index: step)
      if external.contains(value) {
        blockOfNode.append(nil)
        continue
      }
      let count = AlignedBuffer.paddedCount(node.shape.count)
      unsharedCount += count
      let lastStep = kept.contains(value) || node.operation.isStored ? end : lastReads[step]
      if let block = Self.reusableBlock(for: node, at: step, in: graph, blocks, blockOfNode) {
        blocks[block].lastStep = lastStep
        blockOfNode.append(block)
      } else {
        blockOfNode.append(blocks.count)
        blocks.append(ArenaBlock(count: count, firstStep: node.operation.isStored ? 0 : step, lastStep: lastStep))
      }
    }

    let placement = ArenaPlacement(blocks)
    offsets = blockOfNode.map { $0.map { placement.places[$0] } }
    arenaCount = placement.count
    self.unsharedCount = unsharedCount
  }

  /// The block of an input that `node` may overwrite with its output.
  private static func reusableBlock(
    for node: Graph.Node, at step: Int, in graph: Graph, _ blocks: [ArenaBlock], _ blockOfNode: [Int?]
  ) -> Int? {
    for (position, input) in node.inputs.enumerated()
    where node.operation.mayOverwrite(input: position) && graph.shape(of: input).count == node.shape.count {
      if let block = blockOfNode[input.index], blocks[block].lastStep == step { return block }
    }
    return nil
  }
}
