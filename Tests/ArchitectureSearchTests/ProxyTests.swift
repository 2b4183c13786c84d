import OrderedCollections
import Execution
import Graphs
import SearchSpace
import Testing
import TestSupport
import Training

@testable import ArchitectureSearch

@Suite("Proxies")
struct ProxyTests {
  /// The network of `Fixtures/generate_proxies.py` for some samples; both must change together.
  private func network(samples: Int) throws -> (graph: Graph, output: Value) {
    var graph = Graph()
    let input = try graph.input("features", shape: [samples, 6, 6, 2])
    var x = try graph.conv2d(input, channels: 4, hasBias: false, name: "stem")
    x = try graph.relu(graph.batchNormalization(x, name: "stem_norm"))
    x = try graph.maxPooling(x, Pooling(window: Extent(2)))
    var y = try graph.depthwiseConv2d(x, hasBias: false, name: "depthwise")
    y = try graph.relu(graph.batchNormalization(y, name: "depthwise_norm"))
    y = try graph.conv2d(y, channels: 4, kernel: Extent(1), hasBias: false, name: "project")
    y = try graph.batchNormalization(y, name: "project_norm")
    let pooled = try graph.globalAveragePooling(graph.add(x, y))
    let output = try graph.dense(pooled, units: 3, name: "output")
    return (graph, output)
  }

  private func store(_ graph: Graph, _ weights: JSONValue?) throws -> ParameterStore {
    let store = ParameterStore(graph, seed: 0)
    for (name, values) in try #require(weights?.members) {
      let entry = try #require(store.layout[name])
      for (place, value) in zip(entry.range, values.doubles) { store.values[place] = Float(value) }
    }
    return store
  }

  @Test("Synaptic flow is PyTorch's")
  func synapticFlow() throws {
    for scored in try Fixture.json("proxies.json").elements {
      let (graph, output) = try network(samples: 1)
      let score = try SynapticFlow.logScore(of: output, in: graph, parameters: store(graph, scored["weights"]))
      let expected = try #require(scored["synflow"]?.doubleValue)
      #expect(abs(score - expected) < 1e-9)
    }
  }

  @Test("The score of activation patterns is PyTorch's")
  func activationPatterns() throws {
    for scored in try Fixture.json("proxies.json").elements {
      let (graph, _) = try network(samples: 8)
      let score = try ActivationPatterns.score(
        of: graph, features: try #require(scored["batch"]).doubles.map(Float.init), sampleCount: 8,
        parameters: store(graph, scored["weights"]))
      let expected = try #require(scored["naswot"]?.doubleValue)
      #expect(abs(score - expected) < 1e-9)
    }
  }

  @Test("The determinant of a matrix that cannot be told apart is zero")
  func singular() {
    #expect(ActivationPatterns.logAbsoluteDeterminant([1, 2, 2, 4], size: 2) == -.infinity)
    #expect(abs(ActivationPatterns.logAbsoluteDeterminant([0, 2, -3, 1], size: 2) - 1.791759469228055) < 1e-12)
  }

  @Test("The vote orders by the mean of ranks, equal scores sharing theirs")
  func vote() {
    // Ranks: [0, 1, 2], [2, 0.5, 0.5]; means 1, 0.75, 1.25.
    #expect(WarmUp.vote([[9, 5, 1], [0, 3, 3]]) == [1, 0, 2])
    #expect(WarmUp.vote([[1, 1, 1]]) == [0, 1, 2])
  }

  @Test("A warm-up finds different architectures within the limits, the same for the same seed")
  func warmUp() throws {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<16))
    let limits = CostLimits([CostLimit(.flash, most: 6000)])
    let warmUp = WarmUp(candidates: 12, keep: 5)
    let space = ConvolutionalSpace(depth: .range(1...2))
    let found = try warmUp.architectures(of: space, outputWidth: 10, limits: limits, samples: data, seed: 3)
    #expect(found.count == 5 && Set(found.map(\.genome.hash)).count == 5)
    #expect(found.allSatisfy { $0.footprint.flashBytes <= 6000 })
    let again = try warmUp.architectures(of: space, outputWidth: 10, limits: limits, samples: data, seed: 3)
    #expect(found.map(\.genome) == again.map(\.genome))
    let error = #expect(throws: ArchitectureError.self) {
      try warmUp.architectures(
        of: space, outputWidth: 10, limits: CostLimits([CostLimit(.flash, most: 10)]), samples: data, seed: 3)
    }
    #expect(error?.code == .noneWithinLimits)
  }
}

extension JSONValue {
  fileprivate var members: [(String, JSONValue)]? {
    if case .object(let members) = self { members.map { ($0.key, $0.value) } } else { nil }
  }
}
