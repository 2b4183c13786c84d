/// Which channels of a network can only go together.
///
/// A channel is an element of the last axis of a value. Sums tie the channels of what they add, depthwise convolutions and
/// normalizations pass them on, concatenations list them one after the other, and a flattened image has each of them once a
/// pixel. The channels of inputs and outputs must stay, and those of what mixes channels without weights or makes something
/// else than zeros of zeros.
package struct ChannelGroups {
  /// The groups, by a number each, of the channels of each value; empty for leaves and scalars.
  package private(set) var groups: [[Int]]
  /// The numbers of groups that may be removed.
  package private(set) var removable: Set<Int> = []
  /// The layers (dense layers and full convolutions) that make a group, with their channels.
  package private(set) var makers: [Int: [(layer: Value, channel: Int)]] = [:]

  private var parents: [Int] = []
  private var locked: [Bool] = []

  /// Finds the groups of a network of one sample.
  ///
  /// - Parameter outputs: Values whose channels must stay.
  package init(_ graph: Graph, outputs: [Value]) {
    groups = Array(repeating: [], count: graph.nodes.count)
    let readers = graph.readerCounts(keeping: outputs)
    var layers: [Value] = []
    for value in graph.values {
      groups[value.index] = channels(of: value, graph[value], graph, readers, &layers)
    }
    for output in outputs { lock(groups[output.index]) }
    for index in groups.indices { groups[index] = groups[index].map { root($0) } }
    for layer in layers {
      for (channel, group) in groups[layer.index].enumerated() {
        makers[group, default: []].append((layer, channel))
        if !locked[group] { removable.insert(group) }
      }
    }
  }

  private mutating func channels(
    of value: Value, _ node: Graph.Node, _ graph: Graph, _ readers: [Int], _ layers: inout [Value]
  ) -> [Int] {
    let extent = node.shape.dimensions.last ?? 0
    func of(_ input: Int) -> [Int] { groups[node.inputs[input].index] }
    func new(isLocked: Bool) -> [Int] {
      (0..<extent).map { _ in
        parents.append(parents.count)
        locked.append(isLocked)
        return parents.count - 1
      }
    }
    /// Whether a layer's leaves are its own.
    let ownsLeaves = node.inputs.allSatisfy {
      !graph[$0].operation.isStored || graph[$0].operation == .input || readers[$0.index] == 1
    }
    if !ownsLeaves { for input in node.inputs.indices { lock(of(input)) } }
    switch node.operation {
    case .input: return new(isLocked: true)
    case _ where node.operation.isStored: return []
    case .dense(let activation):
      layers.append(value)
      return new(isLocked: !ownsLeaves || activation == .sigmoid)
    case .convolution(.forward(let convolution, let activation)):
      let inputs = of(0)
      if convolution.groups == 1 {
        layers.append(value)
        return new(isLocked: !ownsLeaves || activation == .sigmoid)
      }
      if activation == .sigmoid { lock(inputs) }
      if convolution.groups == inputs.count, extent == inputs.count { return inputs }
      lock(inputs)
      return new(isLocked: true)
    case .normalization(.batch), .activation(.relu), .activation(.relu6), .activation(.leakyReLU), .activation(.elu),
      .activation(.gelu), .activation(.silu), .activation(.hardSwish), .activation(.tanh), .scale,
      .pooling(.maximum), .pooling(.average), .pooling(.globalAverage):
      return of(0)
    case .add:
      for (one, other) in zip(of(0), of(1)) { unite(one, other) }
      return of(0)
    case .concatenate(let axis) where axis == node.shape.rank - 1: return node.inputs.flatMap { groups[$0.index] }
    case .reshape(let shape):
      let inputs = of(0)
      // Channels last: whole pixels follow each other.
      if let last = shape.dimensions.last, !inputs.isEmpty, shape.rank == 2, last % inputs.count == 0 {
        return (0..<last).map { inputs[$0 % inputs.count] }
      }
      lock(inputs)
      return new(isLocked: true)
    default:
      for input in node.inputs.indices { lock(of(input)) }
      return new(isLocked: true)
    }
  }

  // MARK: - Union and find

  private func root(_ group: Int) -> Int {
    var group = group
    while parents[group] != group { group = parents[group] }
    return group
  }

  private mutating func unite(_ one: Int, _ other: Int) {
    let (one, other) = (root(one), root(other))
    guard one != other else { return }
    let (low, high) = (min(one, other), max(one, other))
    parents[high] = low
    if locked[high] { locked[low] = true }
  }

  private mutating func lock(_ groups: [Int]) {
    for group in groups { locked[root(group)] = true }
  }
}
