import Execution
import Graphs
import Testing
import Training

@testable import Compression

@Suite("Magnitude pruning")
struct MagnitudePruningTests {
  private static let data: DatasetSplits? = try? EmbeddedDataset.digits.load().subset(Array(0..<600)).split(seed: 1)
    .standardized()

  private func trained(_ network: any Network) throws -> (model: TrainedModel, data: DatasetSplits) {
    let data = try #require(Self.data)
    let trainer = try Trainer(network, data: data, options: TrainingOptions(epochs: 4, seed: 2))
    _ = try trainer.train()
    return (try trainer.model(), data)
  }

  @Test("The share of zeros follows the cubic from the first to the last pruning")
  func schedule() {
    let pruning = MagnitudePruning(sparsity: 0.9, initialSparsity: 0.1, period: 0.1...0.6)
    #expect(pruning.sparsity(at: 99, of: 1000) == 0)
    #expect(pruning.sparsity(at: 100, of: 1000) == 0.9 - 0.8)
    // s_f + (s_i - s_f) (1 - (t - t0) / (t1 - t0))^3 in the middle: 0.9 - 0.8 / 8.
    #expect(abs(pruning.sparsity(at: 350, of: 1000) - 0.8) < 1e-12)
    #expect(pruning.sparsity(at: 600, of: 1000) == 0.9 && pruning.sparsity(at: 1000, of: 1000) == 0.9)
    let steps = (1...1000).map { pruning.sparsity(at: $0, of: 1000) }
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("At once, the smallest of all weights, of each layer's, or two of four become zero, and no others change")
  func once() throws {
    for seed in 0..<20 {
      let model = try RandomNetwork.model(seed: UInt64(seed))
      for pattern in MagnitudePruning.Pattern.allCases {
        let pruned = try MagnitudePruning(pattern, sparsity: 0.6).pruneOnce(model)
        let graph = model.network.graph
        var kept: [Float] = []
        var gone: [Float] = []
        for node in graph.nodes {
          guard let (inputs, stride) = node.inputsOfWeight(in: graph) else { continue }
          let name = graph[node.inputs[1]].name
          let (old, new) = (try #require(model.weights[name]), try #require(pruned.weights[name]))
          for (before, after) in zip(old, new) { #expect(after == before || after == 0) }
          let layerGone = zip(old, new).filter { $1 == 0 }.map { abs($0.0) }
          let layerKept = new.filter { $0 != 0 }.map(abs)
          // Each layer keeps its largest weight, whatever others have.
          let largest = layerKept.max() ?? 0
          (kept, gone) = (kept + layerKept.filter { $0 < largest }, gone + layerGone)
          #expect(!layerKept.isEmpty)
          switch pattern {
          case .global: break
          case .perLayer:
            #expect(layerGone.count == min(old.count - 1, Int((0.6 * Double(old.count)).rounded())))
            #expect((layerGone.max() ?? 0) <= (layerKept.min() ?? 0))
          case .twoOfFour:
            for start in old.indices where start / stride % inputs % 4 == 0 {
              let count = min(4, inputs - start / stride % inputs)
              let group = (0..<count).map { start + $0 * stride }
              #expect(group.count { new[$0] == 0 } == count / 2)
            }
          }
        }
        for (name, elements) in model.weights where !name.hasSuffix(".weight") {
          #expect(pruned.weights[name] == elements)
        }
        if pattern == .global {
          #expect(abs(Sparsity(of: pruned).share - 0.6) < 0.02)
          #expect((gone.max() ?? 0) <= (kept.min() ?? 0))
        }
      }
    }
  }

  @Test(
    "A training prunes to the share that is asked for, and its zeros stay through further training and quantization",
    arguments: MagnitudePruning.Pattern.allCases)
  func training(pattern: MagnitudePruning.Pattern) throws {
    let (model, data) = try trained(MultilayerPerceptron(hiddenUnits: [32, 16]))
    let pruning = MagnitudePruning(
      pattern, sparsity: 0.8, interval: 5, denseLayers: pattern == .perLayer ? ["output"] : [])
    let sparse = try pruning.prune(model, data: data, options: TrainingOptions(epochs: 6, seed: 3))
    let sparsity = Sparsity(of: sparse)
    switch pattern {
    case .global: #expect(abs(sparsity.share - 0.8) < 0.001)
    case .perLayer:
      for layer in sparsity.layers.dropLast() { #expect(abs(Double(layer.zeros) / Double(layer.weights) - 0.8) < 0.01) }
    case .twoOfFour: #expect(sparsity.share == 0.5)
    }
    if pattern == .perLayer { #expect(sparsity.layers.last?.zeros == 0) }
    let quantized = try PostTrainingQuantization(bits: BitWidths(4)).quantize(sparse, calibration: data.training)
    for layer in try IntegerNetwork(quantized).layers {
      let zeros = try #require(sparsity.layers.first { $0.weights == layer.elements.count })
      #expect(layer.elements.count { $0 == 0 } >= zeros.zeros)
    }
  }

  @Test("Training with rounding, and any training with its hook, leaves zeros where they are")
  func keeping() throws {
    let (model, data) = try trained(MultilayerPerceptron(hiddenUnits: [16]))
    #expect(ZeroKeepingHook(model) == nil)
    let sparse = try MagnitudePruning(sparsity: 0.7).pruneOnce(model)
    var aware = QuantizationAwareTraining(bits: BitWidths(4))
    aware.options.epochs = 3
    let quantized = try aware.quantize(sparse, data: data)
    let refined = try Trainer(
      refining: sparse, data: data, options: TrainingOptions(epochs: 2), hook: ZeroKeepingHook(sparse))
    _ = try refined.train()
    for further in [quantized, try refined.model()] {
      var changed = 0
      for layer in Sparsity(of: sparse).layers {
        let name = "\(layer.name).weight"
        let (before, after) = (try #require(sparse.weights[name]), try #require(further.weights[name]))
        #expect(zip(before, after).allSatisfy { $0 != 0 || $1 == 0 })
        changed += zip(before, after).count { $0 != $1 }
      }
      #expect(changed > 100)
    }
    #expect(try IntegerNetwork(quantized).layers.reduce(0) { $0 + $1.elements.count { $0 == 0 } } >= Int(0.69 * 1184))
  }

  @Test("A training that goes on from a checkpoint ends with the same bits")
  func checkpoint() throws {
    let (model, data) = try trained(MultilayerPerceptron(hiddenUnits: [24]))
    let options = TrainingOptions(epochs: 5, seed: 3)
    let pruning = MagnitudePruning(sparsity: 0.9, interval: 3)
    let whole = try pruning.trainer(of: model, data: data, options: options)
    _ = try whole.train()

    struct Stop: Error {}
    let first = try pruning.trainer(of: model, data: data, options: options)
    var steps = 0
    var kept: [UInt8] = []
    #expect(throws: Stop.self) {
      try first.train(afterStep: {
        steps += 1
        guard steps == 20 else { return }
        kept = try first.checkpoint().encoded()
        throw Stop()
      })
    }
    let second = try pruning.trainer(of: model, data: data, options: options)
    try second.restore(try TrainingCheckpoint(decoding: kept))
    _ = try second.train()
    #expect(Array(whole.parameters.values) == Array(second.parameters.values))
    let other = try MagnitudePruning(sparsity: 0.8).trainer(of: model, data: data, options: options)
    #expect(throws: TrainingError.self) { try other.restore(try TrainingCheckpoint(decoding: kept)) }
  }

  @Test("Records of masks are taken back exactly, and others are refused")
  func records() throws {
    let model = try RandomNetwork.model(seed: 4)
    var mask = try WeightMask(MagnitudePruning(sparsity: 0.5), of: model)
    mask.tighten(try model.parameterStore(), to: 0.5)
    var other = try WeightMask(MagnitudePruning(sparsity: 0.5), of: model)
    try other.restore(mask.record)
    #expect(other.layers.map(\.isPruned) == mask.layers.map(\.isPruned))
    for wrong in [[], mask.record + [0], mask.record.map { _ in Float.nan }, mask.record.map { _ in -1 }] {
      #expect(throws: CompressionError.self) { try other.restore(wrong) }
    }
  }

  @Test("Numbers out of range and layers that are not there are told")
  func mistakes() throws {
    let model = try RandomNetwork.model(seed: 1, isTabular: true)
    for (pruning, message) in [
      (MagnitudePruning(sparsity: 1), "a sparsity of 1.0"), (MagnitudePruning(sparsity: -0.1), "a sparsity of -0.1"),
      (MagnitudePruning(sparsity: 0.5, initialSparsity: 0.6), "an initial sparsity of 0.6"),
      (MagnitudePruning(period: 0...1.5), "from 0.0 to 1.5"), (MagnitudePruning(interval: 0), "every 0 steps"),
      (MagnitudePruning(denseLayers: ["outptu"]), "did you mean 'output'?"),
    ] {
      let error = #expect(throws: CompressionError.self) { try pruning.pruneOnce(model) }
      #expect(error?.code == .invalidOption && error?.message.contains(message) == true, "\(error?.message ?? "")")
    }
  }
}

extension Graph.Node {
  /// The number of a layer's inputs, and the elements from one to the next in its weight.
  fileprivate func inputsOfWeight(in graph: Graph) -> (count: Int, stride: Int)? {
    switch operation {
    case .dense: (graph.shape(of: inputs[1])[1], 1)
    case .convolution(.forward): (graph.shape(of: inputs[1])[2], graph.shape(of: inputs[1])[3])
    default: nil
    }
  }
}
