import Foundation
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

  @Test("Synaptic flow of a product is the sum over weights of |w| ∂R/∂|w|, by finite differences")
  func synapticFlowOfProduct() throws {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, 3])
    let a = try graph.layerNormalization(graph.dense(x, units: 2, name: "a"), name: "norm")
    let product = try graph.multiply(a, graph.dense(x, units: 2, name: "b"), name: "product")
    let output = try graph.dense(product, units: 2, name: "output")
    let store = ParameterStore(graph, seed: 3)
    let score = exp(try SynapticFlow.logScore(of: output, in: graph, parameters: store))
    /// R where all weights have a common factor: the product of two layers and a third grows by its cube.
    func weights(_ name: String) throws -> [Double] { try #require(store.values(of: name)).map { abs(Double($0)) } }
    let (wa, wb, wo) = (try weights("a.weight"), try weights("b.weight"), try weights("output.weight"))
    func flow(_ factor: Double) -> Double {
      (0..<4).reduce(0) { sum, place in
        let unit = place % 2
        let left = wa[unit * 3..<unit * 3 + 3].reduce(0, +) * factor
        let right = wb[unit * 3..<unit * 3 + 3].reduce(0, +) * factor
        return sum + wo[place] * factor * left * right
      }
    }
    let slope = (flow(1 + 1e-5) - flow(1 - 1e-5)) / 2e-5
    #expect(abs(score - slope) < 1e-6 * slope)
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

  /// A network of three branches side by side, without ReLU.
  private struct SmoothSpace: ArchitectureSpace {
    func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
      let branches = try (1...3).map { number in
        let width = try builder.suggest("width\(number)", .range(1...4))
        let y = try builder.convolution(input, channels: width, kernel: 3, name: "conv\(number)", isActivated: false)
        return try builder.graph.activation(.tanh, y, name: "bent\(number)")
      }
      let joined = try builder.graph.concatenate(branches, name: "joined")
      return try builder.classifier(joined, outputWidth: outputWidth)
    }
  }

  @Test("The synaptic flow of values side by side is that of their sum where the layer behind is linear")
  func flowOfConcatenation() throws {
    // Two branches that are joined and weighed by one layer each weigh as two layers whose outputs are added.
    var joined = Graph()
    let x = try joined.input("features", shape: [1, 2, 2, 2])
    func branch(_ graph: inout Graph, _ x: Value, _ name: String, _ channels: Int) throws -> Value {
      try graph.conv2d(x, channels: channels, kernel: Extent(1), hasBias: false, name: name)
    }
    let both = try joined.concatenate([branch(&joined, x, "a", 2), branch(&joined, x, "b", 3)], name: "joined")
    let output = try joined.conv2d(both, channels: 2, kernel: Extent(1), hasBias: false, name: "c")
    var split = Graph()
    let z = try split.input("features", shape: [1, 2, 2, 2])
    let sum = try split.add(
      branch(&split, branch(&split, z, "a", 2), "c1", 2), branch(&split, branch(&split, z, "b", 3), "c2", 2),
      name: "sum")
    let first = ParameterStore(joined, seed: 1)
    let second = ParameterStore(split, seed: 2)
    for name in ["a.weight", "b.weight"] { try copy(first, name, to: second, name, from: 0) }
    // c [1, 1, 5, 2]: the rows of the first two channels, and those of the other three.
    try copy(first, "c.weight", to: second, "c1.weight", from: 0)
    try copy(first, "c.weight", to: second, "c2.weight", from: 4)
    let scores = (
      try SynapticFlow.logScore(of: output, in: joined, parameters: first),
      try SynapticFlow.logScore(of: sum, in: split, parameters: second)
    )
    #expect(abs(scores.0 - scores.1) < 1e-12)
  }

  private func copy(
    _ source: ParameterStore, _ name: String, to target: ParameterStore, _ other: String, from start: Int
  ) throws {
    let (from, to) = (try #require(source.layout[name]), try #require(target.layout[other]))
    for position in 0..<to.shape.count {
      target.values[to.offset + position] = source.values[from.offset + start + position]
    }
  }

  @Test("A proxy that is not defined for a network abstains with a reason, and the others vote")
  func abstention() throws {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<8))
    func found(_ proxies: [Proxy]) throws -> WarmUp.Result {
      try WarmUp(candidates: 8, keep: 3, proxies: proxies).architectures(
        of: SmoothSpace(), outputWidth: 10, limits: CostLimits(), samples: data, seed: 3)
    }
    let all = try found(Proxy.allCases)
    #expect(all.abstentions.map(\.proxy) == [.naswot] && all.abstentions[0].reason.contains("ReLU"))
    #expect(
      all.chosen.map(\.architecture.genome)
        == (try found([.parameters, .macs, .synflow])).chosen.map(\.architecture.genome))
    // Where none votes, chance has chosen.
    #expect(try found([.naswot]).chosen.count == 3)
  }

  @Test("A warm-up finds different architectures within the limits, the same for the same seed")
  func warmUp() throws {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<16))
    let limits = CostLimits([CostLimit(.flash, most: 6000)])
    let warmUp = WarmUp(candidates: 12, keep: 5)
    let space = ConvolutionalSpace(depth: .range(1...2))
    let found = try warmUp.architectures(of: space, outputWidth: 10, limits: limits, samples: data, seed: 3)
      .chosen.map(\.architecture)
    #expect(found.count == 5 && Set(found.map(\.genome.hash)).count == 5)
    #expect(found.allSatisfy { $0.footprint.flashBytes <= 6000 })
    let again = try warmUp.architectures(of: space, outputWidth: 10, limits: limits, samples: data, seed: 3)
    #expect(found.map(\.genome) == again.chosen.map(\.architecture.genome))
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
