import Compression
import Foundation
import Graphs
import ONNXExport
import OrderedCollections
import Samplers
import SearchSpace
import Testing
import Training

@testable import ArchitectureSearch

/// What is counted before training against the integer model that comes of it.
///
/// With HPO_COST_FOLDER in the environment the models are written there as ONNX, with their costs, to be counted by
/// `Tests/Interoperability/test_architecture_costs.py`.
@Suite("Costs of integer models")
struct ModelCostTests {
  @Test("Flash, memory and parameters of 25 random architectures are those of their integer models", arguments: 0..<4)
  func equality(place: Int) throws {
    let space = SpaceTests.spaces[place]
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<60)).split(seed: 1)
    let prepared = data.standardized()
    for seed in 0..<25 {
      var generator = Draw(seed: UInt64(seed), number: 3).generator(for: "test")
      let architecture = try space.randomArchitecture(featureShape: [8, 8, 1], outputWidth: 10, using: &generator)
      let trainer = try Trainer(architecture, data: prepared, options: TrainingOptions(batchSize: 12, epochs: 1))
      var widths = BitWidths()
      for step in architecture.footprint.steps { widths.byLayer[step.name] = step.weightBits }
      let quantization = PostTrainingQuantization(bits: widths, sampleLimit: 4)
      let model = try quantization.quantize(trainer.model(), calibration: data.training)
      let network = try IntegerNetwork(model)
      let genome = architecture.genome.canonicalJSON
      #expect(network.flashBytes == architecture.footprint.flashBytes, "\(genome)")
      #expect(network.peakActivationBytes == architecture.footprint.peakActivationBytes, "\(genome)")
      let parameters = network.layers.reduce(0) { $0 + $1.elements.count + $1.channelCount }
      #expect(parameters == architecture.footprint.parameters, "\(genome)")
      if let folder = ProcessInfo.processInfo.environment["HPO_COST_FOLDER"] {
        try write(model, architecture, to: "\(folder)/\(place)-\(seed)")
      }
    }
  }

  private func write(_ model: TrainedModel, _ architecture: Architecture, to path: String) throws {
    var costs: OrderedDictionary<String, JSONValue> = [:]
    for cost in ArchitectureCost.allCases { costs[cost.rawValue] = architecture.cost(cost).map { .int(Int($0)) } }
    let bits = architecture.footprint.steps.compactMap(\.weightBits)
    costs["bits"] = .array(bits.map(JSONValue.int))
    try JSONValue.object(costs).serialized().write(toFile: path + ".json", atomically: true, encoding: .utf8)
    try Data(ONNXFile(integers: model).bytes).write(to: URL(fileURLWithPath: path + ".onnx"))
  }
}
