import Graphs

/// Where the value of each node lies in one arena: values that are never needed at the same time share memory.
///
/// A value's memory is taken from the stage that makes it to the last that reads it. Inputs and constants keep theirs
/// throughout, kept values to the end. An elementwise node takes the place of an input that nobody reads after it. Values
/// that only pass through a stage have memory for one group of its images.
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
  ///   - schedule: The order in which they are computed.
  ///   - kept: Values that are read after the last stage.
  ///   - external: Values whose memory lies elsewhere.
  init(_ graph: Graph, _ schedule: Schedule, kept: Set<Value>, external: Set<Value>) {
    let end = schedule.stages.count
    var lastStages: [Value: Int] = [:]
    for (number, stage) in schedule.stages.enumerated() {
      for value in stage.values {
        for read in graph[value].inputs + [value] { lastStages[read] = number }
      }
    }
    for value in graph.values where kept.contains(value) || graph[value].operation.isStored { lastStages[value] = end }

    var blocks: [ArenaBlock] = []
    var blockOfNode: [Int?] = Array(repeating: nil, count: graph.nodes.count)
    var unsharedCount = 0
    func place(_ value: Value, from stage: Int, count: Int) {
      guard !external.contains(value) else { return }
      let count = AlignedBuffer.paddedCount(count)
      unsharedCount += count
      let lastStage = lastStages[value] ?? stage
      if let source = schedule.overwritten[value], let block = blockOfNode[source.index] {
        blocks[block].lastStep = lastStage
        blockOfNode[value.index] = block
      } else {
        blockOfNode[value.index] = blocks.count
        blocks.append(ArenaBlock(count: count, firstStep: stage, lastStep: lastStage))
      }
    }
    for value in graph.values where graph[value].operation.isStored {
      place(value, from: 0, count: graph.shape(of: value).count)
    }
    for (number, stage) in schedule.stages.enumerated() {
      for value in stage.values {
        let count = graph.shape(of: value).count
        place(value, from: number, count: schedule.passing.contains(value) ? count / stage.images * stage.group : count)
      }
    }

    let placement = ArenaPlacement(blocks)
    offsets = blockOfNode.map { $0.map { placement.places[$0] } }
    arenaCount = placement.count
    self.unsharedCount = unsharedCount
  }
}
