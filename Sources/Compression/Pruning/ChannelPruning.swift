import Graphs
public import Training

/// Removes whole channels, so that a smaller network is left that needs fewer operations on every device.
///
/// Channels that depend on each other (those that a sum adds, that a depthwise convolution passes on, that a concatenation
/// lists) go together. They are ranked by the L2 norm of the weights that make them, batch normalization folded, over the
/// mean of their layer (Li et al. 2017, arXiv:1608.08710, with layers made comparable), and the lowest go, in the whole
/// network at once, until enough multiply-accumulates are saved.
///
///     let smaller = try ChannelPruning(savedShare: 0.4).prune(model)
///     let trainer = try Trainer(refining: smaller, data: data, options: TrainingOptions(epochs: 8))
public struct ChannelPruning: Sendable, Hashable {
  /// The share of multiply-accumulates that goes, above 0 and below 1; a little more may go with the last channel.
  public var savedShare: Double
  /// The share of its channels that each layer keeps at least, above 0 and at most 1.
  public var leastShare: Double

  /// Describes a pruning.
  public init(savedShare: Double = 0.4, leastShare: Double = 0.2) {
    self.savedShare = savedShare
    self.leastShare = leastShare
  }

  /// The model without channels; it is to be trained further.
  ///
  /// - Throws: `CompressionError` of code `invalidOption` where a share is out of range or the network has no such share to
  ///   give, `wrongKind` where the model is quantized.
  public func prune(_ model: TrainedModel) throws -> TrainedModel {
    let selection = try ChannelSelection(self, of: model)
    let (graph, output, weights) = try model.network.graph.removingChannels(
      selection.removed, of: selection.groups, weights: model.weights, output: model.network.output)
    return try model.replacing(network: SavedNetwork(graph: graph, output: output), weights: weights)
  }

  func validate() throws(CompressionError) {
    guard savedShare > 0, savedShare < 1 else {
      throw CompressionError(
        .invalidOption, "a share of \(savedShare) multiply-accumulates cannot be saved; it is above 0 and below 1")
    }
    guard leastShare > 0, leastShare <= 1 else {
      throw CompressionError(
        .invalidOption, "a layer cannot keep a share of \(leastShare) of its channels; it is above 0 and at most 1")
    }
  }
}

/// Which channels of a model go.
struct ChannelSelection {
  let groups: ChannelGroups
  let removed: Set<Int>

  init(_ pruning: ChannelPruning, of model: TrainedModel) throws {
    try pruning.validate()
    guard model.quantization == nil else {
      throw CompressionError(
        .wrongKind, "the model is quantized; prune the one with floating-point numbers that it was made of")
    }
    let (graph, output) = (model.network.graph, model.network.output)
    let groups = ChannelGroups(graph, outputs: [output])
    self.groups = groups
    let order = Self.order(of: groups, in: try model.foldingNormalization(), graph, leastShare: pruning.leastShare)
    let whole = graph.cost.multiplyAccumulates
    let goal = Double(whole) * (1 - pruning.savedShare)
    func cost(_ count: Int) throws -> Int {
      try graph.removingChannels(
        Set(order[..<count]), of: groups, weights: model.weights, output: output
      ).graph.cost.multiplyAccumulates
    }
    let least = try cost(order.count)
    guard Double(least) <= goal else {
      throw CompressionError(
        .invalidOption,
        "only \(whole - least) of \(whole) multiply-accumulates can be saved where each layer keeps a share of "
          + "\(pruning.leastShare) of its channels; \(pruning.savedShare) is too much")
    }
    // The cost falls with each channel: the fewest that reach the goal, by bisection.
    var (low, high) = (0, order.count)
    while low < high {
      let middle = (low + high) / 2
      if Double(try cost(middle)) <= goal { high = middle } else { low = middle + 1 }
    }
    removed = Set(order[..<low])
  }

  /// The groups that may go, the least important first.
  ///
  /// - Parameters:
  ///   - folded: The model with normalization folded, by whose weights channels are compared.
  ///   - graph: The network that the groups are of.
  private static func order(
    of groups: ChannelGroups, in folded: TrainedModel, _ graph: Graph, leastShare: Double
  ) -> [Int] {
    var norms: [Value: [Double]] = [:]
    func norm(_ layer: Value, _ channel: Int) -> Double {
      if norms[layer] == nil { norms[layer] = relativeNorms(of: layer, in: graph, folded) }
      return norms[layer]?[channel] ?? 0
    }
    let scores = groups.removable.map { group in
      let makers = groups.makers[group] ?? []
      let sum = makers.reduce(0) { $0 + norm($1.layer, $1.channel) }
      return (group: group, score: sum / Double(max(1, makers.count)))
    }.sorted { ($0.score, $0.group) < ($1.score, $1.group) }

    var left: [Value: Int] = [:]
    for (_, makers) in groups.makers { for maker in makers { left[maker.layer, default: 0] += 1 } }
    let least = left.mapValues { max(1, Int((Double($0) * leastShare).rounded(.up))) }
    var order: [Int] = []
    for (group, _) in scores {
      var taken: [Value: Int] = [:]
      for maker in groups.makers[group] ?? [] { taken[maker.layer, default: 0] += 1 }
      guard taken.allSatisfy({ layer, count in (left[layer] ?? 0) - count >= (least[layer] ?? 1) }) else { continue }
      for (layer, count) in taken { left[layer, default: 0] -= count }
      order.append(group)
    }
    return order
  }

  /// The L2 norm of the weights of each of a layer's channels, over their mean.
  private static func relativeNorms(of layer: Value, in graph: Graph, _ folded: TrainedModel) -> [Double] {
    let node = graph[layer]
    // Folding gives the layer the name of its normalization and leaves its weight's own name.
    let name = graph[node.inputs[1]].name
    let channels = node.shape.dimensions.last ?? 1
    guard let weight = folded.weights[name], !weight.isEmpty else { return Array(repeating: 0, count: channels) }
    let isDense = if case .dense = node.operation { true } else { false }
    var squares = Array(repeating: 0.0, count: channels)
    let inner = weight.count / channels
    for (index, element) in weight.enumerated() {
      squares[isDense ? index / inner : index % channels] += Double(element) * Double(element)
    }
    let norms = squares.map { $0.squareRoot() }
    let mean = norms.reduce(0, +) / Double(channels)
    return mean > 0 ? norms.map { $0 / mean } : norms
  }
}
