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
  ]

  @Test("are those of their integer models", arguments: spaces.keys)
  func equality(name: String) throws {
    let space = try #require(Self.spaces[name])
    let all = try EmbeddedDataset.digits.load().split(seed: 1)
    let training = all.training.subset(Array(0..<192))
    let data = try training.split(validation: 0.1, test: all.test, seed: 2)
    // What is counted does not depend on the weights; what is proved had better be of trained ones.
    let (count, isTrained) = ProofFolder.wanted == nil ? (12, false) : (32, true)
    for seed in 0..<count {
      var generator = Draw(seed: UInt64(seed), number: 3).generator(for: "test")
      let architecture = try space.randomArchitecture(featureShape: [8, 8, 1], outputWidth: 10, using: &generator)
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
        try folder.write("\(name)-\(seed)", float: float, integers: integers, samples: data.test)
        try folder.write(Data(costs(of: architecture).serialized().utf8), "\(name)-\(seed).costs.json")
      }
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
