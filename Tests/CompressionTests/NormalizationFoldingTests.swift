import Compression
import Graphs
import TestSupport
import Testing
import Training

@Suite("Folding batch normalization")
struct NormalizationFoldingTests {
  @Test("leaves the outputs as they are and no normalization behind", arguments: 0..<20 as Range<UInt64>)
  func sameOutputs(seed: UInt64) throws {
    let model = try RandomNetwork.model(seed: seed, isTabular: seed % 4 == 3)
    let folded = try model.foldingNormalization()
    for node in folded.network.graph.nodes {
      if case .normalization = node.operation { Issue.record("'\(node.name)' is left") }
      if case .state = node.operation { Issue.record("'\(node.name)' is left") }
    }
    let samples = try RandomNetwork.samples(16, for: model, seed: seed)
    let (before, after) = (try model.predictor().outputs(for: samples), try folded.predictor().outputs(for: samples))
    let size = before.reduce(1) { max($0, abs($1)) }
    for (a, b) in zip(before, after) { #expect(abs(a - b) < 2e-5 * size) }
  }

  @Test("takes weights of their own where two layers share theirs")
  func sharedWeights() throws {
    var graph = Graph()
    let x = try graph.input("features", shape: [1, 3])
    let weight = try graph.parameter("shared.weight", shape: [3, 3], initializer: .heUniform)
    let first = try graph.batchNormalization(graph.dense(x, weight: weight, bias: nil, name: "a"), name: "norm a")
    let second = try graph.batchNormalization(graph.dense(first, weight: weight, bias: nil, name: "b"), name: "norm b")
    let output = try graph.dense(second, weight: weight, bias: nil, name: "output")
    var random = SplitMix64(seed: 1)
    var weights: [String: [Float]] = [:]
    for value in graph.parameters + graph.states {
      weights[graph[value].name] = (0..<graph.shape(of: value).count).map { _ in Float(0.2 + random.uniform()) }
    }
    let model = try TrainedModel(
      network: SavedNetwork(graph: graph, output: output), weights: weights, featureShape: [3],
      target: .classes(["a", "b", "c"]))
    let folded = try model.foldingNormalization()
    #expect(folded.weights["shared.weight"] == weights["shared.weight"])
    let samples = try Dataset(
      name: "one", features: [0.5, -1, 2], featureShape: [3], target: .classes(labels: [0], names: ["a", "b", "c"]))
    let (before, after) = (try model.predictor().outputs(for: samples), try folded.predictor().outputs(for: samples))
    for (a, b) in zip(before, after) { #expect(abs(a - b) < 1e-5 * max(1, abs(a))) }
  }
}
