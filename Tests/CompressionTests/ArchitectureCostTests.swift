import ArchitectureSearch
import Compression
import Foundation
import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing
import Training

/// What is counted before training against the integer model that comes of it.
///
/// Where a proof is asked for, the models are written with their costs, which
/// `Tests/Interoperability/test_architecture_costs.py` counts from the files.
@Suite("Costs of random architectures of the ready spaces")
struct ArchitectureCostTests {
  static let spaces: OrderedDictionary<String, any ArchitectureSpace> = [
    "mlp": PerceptronSpace(bits: [2, 4, 8]),
    "cnn": ConvolutionalSpace(bits: [4, 8]),
    "invertedResidual": InvertedResidualSpace(bits: [4, 8]),
    "cell": CellSpace(bits: [2, 8]),
    "described": TableSpace(),
  ]

  /// The digits as images, or some of their pixels as the rows of a table.
  private static func samples(isTable: Bool) throws -> Dataset {
    let images = try EmbeddedDataset.digits.load()
    guard isTable else { return images }
    let columns = (0..<64).filter { $0 % 8 > 1 && $0 % 3 != 0 }
    return try Dataset(
      name: "columns", features: (0..<images.count).flatMap { row in columns.map { images.features[row * 64 + $0] } },
      featureShape: [columns.count], target: images.target)
  }

  @Test("are those of their integer models", arguments: spaces.keys, [false, true])
  func equality(name: String, isTable: Bool) throws {
    if isTable, name == "described" { return }
    let space = try #require(Self.spaces[name])
    let all = try Self.samples(isTable: isTable).split(seed: 1)
    let training = all.training.subset(Array(0..<192))
    let data = try training.split(validation: 0.1, test: all.test, seed: 2)
    // What is counted does not depend on the weights; what is proved had better be of trained ones.
    let (count, isTrained) = ProofFolder.wanted == nil ? (isTable ? 6 : 12, false) : (isTable ? 8 : 32, true)
    for seed in 0..<count {
      var generator = Draw(seed: UInt64(seed), number: 3).generator(for: "test")
      let architecture = try space.randomArchitecture(
        featureShape: data.training.featureShape, outputWidth: 10, using: &generator)
      let trainer = try Trainer(
        architecture, data: data.standardized(), options: TrainingOptions(batchSize: 32, epochs: 1))
      if isTrained { _ = try trainer.train() }
      let float = try trainer.model()
      var widths = BitWidths()
      for step in architecture.footprint.steps { widths.byLayer[step.name] = step.weightBits }
      let integers = try PostTrainingQuantization(bits: widths, sampleLimit: 64).quantize(
        float, calibration: data.training)
      let network = try IntegerNetwork(integers)
      let genome = architecture.genome.canonicalJSON
      #expect(network.flashBytes == architecture.footprint.flashBytes, "\(genome)")
      #expect(network.peakActivationBytes == architecture.footprint.peakActivationBytes, "\(genome)")
      let parameters = network.layers.reduce(0) { $0 + $1.elements.count + $1.channelCount }
      #expect(parameters == architecture.footprint.parameters, "\(genome)")
      if let folder = ProofFolder.wanted {
        let stem = "\(name)-\(isTable ? "table-" : "")\(seed)"
        try folder.write(stem, float: float, integers: integers, samples: data.test)
        try folder.write(Data(costs(of: architecture).serialized().utf8), "\(stem).costs.json")
      }
    }
  }

  /// A space whose models need tables: activations other than ReLU, ReLU behind what is no layer, and concatenations.
  private struct TableSpace: ArchitectureSpace {
    func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
      let names = ["relu", "relu6", "leakyReLU", "elu", "gelu", "silu", "hardSwish", "tanh", "sigmoid"]
      func activated(_ x: Value, _ name: String, _ builder: inout ArchitectureBuilder) throws -> Value {
        let chosen = try builder.suggest(.choice(name, names))
        guard let activation = Activation(named: chosen) else { return x }
        return try builder.graph.activation(activation, x, name: builder.nodeName(name))
      }
      var x = try builder.convolution(input, channels: 4, kernel: 3, stride: 2, name: "stem", isActivated: false)
      x = try activated(x, "first", &builder)
      try builder.repeated("block", .range(1...2)) { builder, _ in
        let left = try builder.convolution(x, channels: 3, kernel: 3, name: "left", isActivated: false)
        let right = try builder.optional("right") { builder in
          try activated(builder.convolution(x, channels: 5, kernel: 1, name: "conv"), "bent", &builder)
        }
        let pooled = try builder.maxPooling(x, window: 2, stride: 1, padding: 1, name: "largest")
        let joined =
          try builder.suggest(.bool("twice"))
          ? [left, left] : [try activated(left, "bent", &builder), try right ?? activated(left, "other", &builder)]
        x = try builder.graph.concatenate(joined, name: builder.nodeName("joined"))
        x = try activated(x, "last", &builder)
        if try builder.suggest(.bool("pooled")) {
          let wide = try builder.convolution(
            pooled, channels: builder.graph.shape(of: x)[3], kernel: 2, name: "wide", isActivated: false)
          if builder.graph.shape(of: wide) == builder.graph.shape(of: x) {
            x = try activated(builder.graph.add(x, wide, name: builder.nodeName("sum")), "summed", &builder)
          }
        }
      }
      let flat = try builder.graph.flatten(x, name: "flat")
      let hidden = try builder.dense(activated(flat, "flattened", &builder), units: 6, name: "hidden", isLast: true)
      return try builder.dense(
        activated(hidden, "hidden/bent", &builder), units: outputWidth, name: "output", isLast: true)
    }
  }

  /// The costs that are counted, and the bits of each layer's weights, which a file of 8-bit weights does not tell.
  private func costs(of architecture: Architecture) -> JSONValue {
    var costs: OrderedDictionary<String, JSONValue> = [:]
    for cost in ArchitectureCost.allCases { costs[cost.rawValue] = architecture.cost(cost).map { .int(Int($0)) } }
    costs["bits"] = .array(architecture.footprint.steps.compactMap(\.weightBits).map(JSONValue.int))
    return .object(costs)
  }
}
