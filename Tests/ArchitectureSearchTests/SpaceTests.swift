import Execution
import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing
import Training

@testable import ArchitectureSearch

@Suite("Spaces of architectures")
struct SpaceTests {
  static let spaces: [any ArchitectureSpace] = [
    PerceptronSpace(bits: [2, 4, 8]), ConvolutionalSpace(bits: [4, 8], dropout: 0.1), InvertedResidualSpace(),
    CellSpace(bits: [2, 8]),
  ]
  static let shapes = [[8, 8, 1], [28, 28, 1], [13]]

  private func random(
    _ space: some ArchitectureSpace, _ shape: [Int], count: Int,
    _ body: (Architecture, inout DrawGenerator) throws -> Void
  ) throws {
    for seed in 0..<count {
      var generator = Draw(seed: UInt64(seed), number: 0).generator(for: "test")
      try body(try space.randomArchitecture(featureShape: shape, outputWidth: 5, using: &generator), &generator)
    }
  }

  @Test("A genome makes its architecture again, from images and from tables", arguments: spaces.indices, shapes)
  func replay(place: Int, shape: [Int]) throws {
    let space = Self.spaces[place]
    try random(space, shape, count: 12) { architecture, _ in
      let again = try space.architecture(
        Genome(json: architecture.genome.canonicalJSON), featureShape: shape, outputWidth: 5)
      #expect(again == architecture && again.footprint == architecture.footprint)
    }
  }

  @Test("Different genomes have different hashes", arguments: spaces.indices)
  func hashes(place: Int) throws {
    var texts: Set<String> = []
    var hashes: Set<String> = []
    try random(Self.spaces[place], [8, 8, 1], count: 200) { architecture, _ in
      texts.insert(architecture.genome.canonicalJSON)
      hashes.insert(architecture.genome.hash)
    }
    #expect(texts.count == hashes.count && texts.count > 50)
  }

  @Test("An architecture trains, whatever the batch", arguments: spaces.indices)
  func training(place: Int) throws {
    let data = try EmbeddedDataset.digits.load().subset(Array(0..<120)).split(seed: 1).standardized()
    let space = Self.spaces[place]
    for seed in 0..<4 {
      var generator = Draw(seed: UInt64(seed), number: 7).generator(for: "test")
      let architecture = try space.randomArchitecture(
        featureShape: [8, 8, 1], outputWidth: data.training.target.outputWidth, using: &generator)
      let trainer = try Trainer(architecture, data: data, options: TrainingOptions(batchSize: 16, epochs: 1, seed: 3))
      let result = try trainer.train()
      #expect(result.best.trainingLoss.isFinite)
    }
  }

  @Test("Windows of tables go along the row only")
  func tables() throws {
    let space = ConvolutionalSpace(depth: 1, channels: 8, kernel: 5)
    let architecture = try space.architecture(
      Genome(["block1/reduction": "none", "head": "mean"]), featureShape: [13], outputWidth: 2)
    let weight = try #require(architecture.graph.value(named: "block1/conv.weight"))
    #expect(architecture.graph.shape(of: weight) == [5, 1, 1, 8])
  }
}
