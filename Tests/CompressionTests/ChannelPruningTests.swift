import ArchitectureSearch
import Execution
import Graphs
import Samplers
import TestSupport
import Testing
import Training

@testable import Compression

@Suite("Channel pruning")
struct ChannelPruningTests {
  /// What a network gives for samples, with kernels that sum one product after the other.
  private func outputs(_ graph: Graph, _ output: Value, _ weights: [String: [Float]], seed: UInt64) throws -> [[Float]]
  {
    let store = ParameterStore(graph, seed: 0)
    for (name, elements) in weights {
      let entry = try #require(store.layout[name])
      for (index, element) in zip(entry.range, elements) { store.values[index] = element }
    }
    let plan = try Plan(inference: graph, outputs: [output], parameters: store, kernels: .reference)
    let input = try #require(graph.inputs.first)
    var random = SplitMix64(seed: seed)
    return try (0..<3).map { _ in
      let features = (0..<graph.shape(of: input).count).map { _ in Float(random.normal()) }
      _ = plan.input(input).update(fromContentsOf: features)
      try plan.run()
      return Array(plan.output(output))
    }
  }

  /// Takes random groups away, and compares what is left with the network whose channels are zero.
  private func expectSame(_ model: TrainedModel, seed: UInt64) throws -> (removed: Int, removable: Int) {
    let (graph, output) = (model.network.graph, model.network.output)
    let groups = ChannelGroups(graph, outputs: [output])
    var random = SplitMix64(seed: seed)
    // Something is left of each layer.
    let layers = Set(groups.makers.values.flatMap(\.self).map(\.layer))
    let kept = Set(
      graph.values.filter(layers.contains).map { layer in
        let channels = groups.groups[layer.index]
        return channels[random.below(channels.count)]
      })
    let removed = groups.removable.sorted().filter { !kept.contains($0) && random.below(2) == 0 }
    let masked = graph.maskingChannels(Set(removed), of: groups, weights: model.weights)
    let smaller = try graph.removingChannels(Set(removed), of: groups, weights: model.weights, output: output)
    #expect(
      try outputs(graph, output, masked, seed: seed)
        == outputs(smaller.graph, smaller.output, smaller.weights, seed: seed))
    if !removed.isEmpty {
      #expect(smaller.graph.cost.parameters < graph.cost.parameters)
      #expect(smaller.graph.cost.multiplyAccumulates < graph.cost.multiplyAccumulates)
    }
    return (removed.count, groups.removable.count)
  }

  @Test(
    "A rebuilt network computes the same bits as the one whose channels are zero, for random networks",
    arguments: 0..<60)
  func random(seed: Int) throws {
    _ = try expectSame(RandomNetwork.model(seed: UInt64(seed), isTabular: seed % 6 == 0), seed: UInt64(seed))
  }

  static let spaces: [any ArchitectureSpace] = [
    PerceptronSpace(depth: .range(1...3)), ConvolutionalSpace(), InvertedResidualSpace(), CellSpace(),
  ]

  @Test("So does one of random architectures from each ready space", arguments: spaces.indices)
  func readySpaces(place: Int) throws {
    var removed = 0
    for seed in 0..<15 {
      var generator = Draw(seed: UInt64(seed), number: 0).generator(for: "test")
      let architecture = try Self.spaces[place].randomArchitecture(
        featureShape: [8, 8, 1], outputWidth: 5, using: &generator)
      let network = try SavedNetwork(graph: architecture.graph, output: architecture.output)
      removed += try expectSame(try model(of: network, featureShape: [8, 8, 1]), seed: UInt64(seed)).removed
    }
    #expect(removed > 100)
  }

  private func model(_ build: (inout Graph, Value) throws -> Value, shape: Shape = [1, 6, 6, 3]) throws -> TrainedModel
  {
    var graph = Graph()
    let output = try build(&graph, graph.input("features", shape: shape))
    return try model(
      of: SavedNetwork(graph: graph, output: output), featureShape: Array(shape.dimensions.dropFirst()))
  }

  /// A model of drawn weights, whose normalization has figures that are not the usual ones.
  private func model(of network: SavedNetwork, featureShape: [Int]) throws -> TrainedModel {
    let store = ParameterStore(network.graph, seed: 5)
    var random = SplitMix64(seed: 9)
    var weights: [String: [Float]] = [:]
    for value in network.graph.parameters + network.graph.states {
      let name = network.graph[value].name
      weights[name] = store.values(of: name)
      guard network.graph.shape(of: value).rank == 1 else { continue }
      weights[name] = weights[name]?.map { $0 + Float(abs(random.normal())) / 4 }
    }
    return try TrainedModel(
      network: network, weights: weights, featureShape: featureShape,
      target: .classes((0..<network.outputWidth).map { "\($0)" }))
  }

  @Test("Sums tie the channels of both sides, depthwise convolutions pass them on, and concatenations list them")
  func groups() throws {
    let model = try model { graph, x in
      let a = try graph.conv2d(x, channels: 4, name: "a")
      let b = try graph.conv2d(x, channels: 4, name: "b")
      let sum = try graph.add(a, graph.depthwiseConv2d(b, name: "d"), name: "sum")
      let c = try graph.conv2d(sum, channels: 2, name: "c")
      let all = try graph.concatenate([sum, c], name: "all")
      return try graph.dense(graph.flatten(graph.relu(all), name: "flat"), units: 3, name: "output")
    }
    let graph = model.network.graph
    let groups = ChannelGroups(graph, outputs: [model.network.output])
    func of(_ name: String) throws -> [Int] { groups.groups[try #require(graph.value(named: name)).index] }
    #expect(try of("a") == of("b") && of("a") == of("sum") && of("d") == of("b"))
    #expect(try of("all") == of("sum") + of("c"))
    #expect(try of("flat") == (0..<36).flatMap { _ in try of("all") })
    #expect(try groups.removable == Set(of("a") + of("c")))
    #expect(groups.removable.map { groups.makers[$0]?.count ?? 0 }.sorted() == [1, 1, 2, 2, 2, 2])
  }

  @Test("What makes something else of zeros, and what mixes channels, keeps its channels")
  func locked() throws {
    for build in [
      { graph, x in try graph.sigmoid(graph.conv2d(x, channels: 4, name: "a")) },
      { graph, x in try graph.layerNormalization(graph.conv2d(x, channels: 4, name: "a"), name: "n") },
      { graph, x in try graph.conv2d(graph.conv2d(x, channels: 4, name: "a"), channels: 4, groups: 2, name: "g") },
    ] as [(inout Graph, Value) throws -> Value] {
      let model = try model { graph, x in
        try graph.dense(graph.flatten(build(&graph, x)), units: 3, name: "output")
      }
      #expect(ChannelGroups(model.network.graph, outputs: [model.network.output]).removable.isEmpty)
      let error = #expect(throws: CompressionError.self) { try ChannelPruning().prune(model) }
      #expect(error?.message.hasPrefix("only 0 of ") == true)
    }
  }

  @Test(
    "The share of multiply-accumulates that is asked for goes, with the channels of the smallest weights",
    arguments: [0.2, 0.4, 0.7])
  func share(saved: Double) throws {
    let model = try model { graph, x in
      let a = try graph.relu(graph.batchNormalization(graph.conv2d(x, channels: 16, name: "a"), name: "a.norm"))
      let b = try graph.relu(graph.batchNormalization(graph.conv2d(a, channels: 16, name: "b"), name: "b.norm"))
      return try graph.dense(graph.globalAveragePooling(graph.add(a, b)), units: 3, name: "output")
    }
    let smaller = try ChannelPruning(savedShare: saved).prune(model)
    let before = Double(model.network.graph.cost.multiplyAccumulates)
    let after = Double(smaller.network.graph.cost.multiplyAccumulates)
    #expect(after <= before * (1 - saved))
    #expect(after > before * (1 - saved) - before / 8)
    #expect(smaller.network.outputWidth == 3)
  }

  @Test("A channel of no weight goes first")
  func order() throws {
    var model = try model { graph, x in
      let a = try graph.relu(graph.conv2d(x, channels: 8, name: "a"))
      return try graph.dense(graph.globalAveragePooling(a), units: 3, name: "output")
    }
    var weights = model.weights
    weights["a.weight"] = weights["a.weight"]?.enumerated().map { $0.offset % 8 == 5 ? 0 : $0.element }
    model = try TrainedModel(
      network: model.network, weights: weights, featureShape: model.featureShape, target: model.target)
    let smaller = try ChannelPruning(savedShare: 0.1).prune(model)
    let left = try #require(smaller.weights["a.weight"])
    #expect(left.count == 7 * 27)
    #expect(left == weights["a.weight"]?.enumerated().filter { $0.offset % 8 != 5 }.map(\.element))
  }

  @Test("Shares out of range are told")
  func mistakes() throws {
    let model = try RandomNetwork.model(seed: 1, isTabular: true)
    for pruning in [ChannelPruning(savedShare: 0), ChannelPruning(savedShare: 1), ChannelPruning(leastShare: 0)] {
      let error = #expect(throws: CompressionError.self) { try pruning.prune(model) }
      #expect(error?.code == .invalidOption)
    }
  }
}
