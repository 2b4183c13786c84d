package import Graphs
import SearchSpace

/// A space of architectures that is written down as steps, and not in Swift.
///
/// Each step is one call of the `ArchitectureBuilder`, with the same names; so a space has the same choices, genomes and
/// hashes whether it is written in Swift or described.
package struct DescribedSpace: ArchitectureSpace, Hashable {
  /// In which shape samples are taken.
  package enum Input: String, Hashable, Sendable, CaseIterable {
    /// Images, and the rows of tables as images of one column and one channel.
    case image
    /// Rows of features, and images as rows of their pixels.
    case row
  }

  /// The steps, from the input to the outputs.
  package var steps: [DescribedStep]
  /// In which shape samples are taken; nil for as they are.
  package var input: Input?
  /// The bits of a layer's weights.
  package var bits: WholeNumbers
  /// The probability of a dropout that says nothing else, of 0..<1.
  package var dropout: Double

  package init(steps: [DescribedStep], input: Input? = nil, bits: WholeNumbers = 8, dropout: Double = 0) {
    self.steps = steps
    self.input = input
    self.bits = bits
    self.dropout = dropout
  }

  package func inputShape(of featureShape: [Int]) -> [Int] {
    switch input {
    case .image: imageShape(of: featureShape)
    case .row: [featureShape.reduce(1, *)]
    case nil: featureShape
    }
  }

  package func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    builder.bits = bits
    builder.dropoutProbability = dropout
    var building = DescribedBuilding(from: input, outputWidth: outputWidth)
    try building.run(steps, with: &builder)
    return building.x
  }
}
