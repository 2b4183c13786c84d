public import Graphs

/// Networks of equal cells, whose inside is searched: a stem, then stages of cells, each stage but the first after a step
/// down.
///
/// All cells make the same choices. Within a cell each node takes some of the values before it and does an operation on
/// each: a full or separable convolution, the largest of three by three pixels, or nothing.
public struct CellSpace: ArchitectureSpace, Hashable {
  /// The channels of the first stage; each later one has twice as many.
  public var channels: WholeNumbers
  /// The number of stages.
  public var stages: WholeNumbers
  /// The cells of a stage.
  public var cells: WholeNumbers
  /// The nodes of a cell.
  public var nodes: WholeNumbers
  /// The values that a node takes.
  public var inputsPerNode: Int
  /// The bits of a layer's weights.
  public var bits: WholeNumbers
  /// The probability with which an element is dropped before the last layer in training, of 0..<1.
  public var dropout: Double

  /// Describes a space.
  public init(
    channels: WholeNumbers = [8, 12, 16], stages: WholeNumbers = .range(1...2), cells: WholeNumbers = .range(1...2),
    nodes: WholeNumbers = .range(2...4), inputsPerNode: Int = 2, bits: WholeNumbers = 8, dropout: Double = 0
  ) {
    self.channels = channels
    self.stages = stages
    self.cells = cells
    self.nodes = nodes
    self.inputsPerNode = inputsPerNode
    self.bits = bits
    self.dropout = dropout
  }

  public func inputShape(of featureShape: [Int]) -> [Int] { imageShape(of: featureShape) }

  public func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    builder.bits = bits
    builder.dropoutProbability = dropout
    let channels = try builder.suggest("channels", channels)
    let nodes = try builder.suggest("nodes", nodes)
    var x = try builder.convolution(input, channels: channels, kernel: 3, name: "stem")
    try builder.repeated("stage", stages) { builder, stage in
      if stage > 0 {
        x = try builder.convolution(x, channels: channels << stage, kernel: 3, stride: 2, name: "reduction")
      }
      // All cells of all stages are one: their choices stand at the top.
      try builder.repeated("/cells", self.cells, shared: true) { builder, _ in
        x = try cell(x, channels: channels << stage, nodes: nodes, &builder)
      }
    }
    return try builder.classifier(x, outputWidth: outputWidth)
  }

  private func cell(
    _ input: Value, channels: Int, nodes: Int, _ builder: inout ArchitectureBuilder
  ) throws -> Value {
    try builder.cell(
      "cell", inputs: [input], nodes: nodes, inputsPerNode: inputsPerNode,
      operations: [
        "skip": { _, x in x },
        "conv1x1": { try $0.convolution($1, channels: channels, kernel: 1, name: "conv") },
        "conv3x3": { try $0.convolution($1, channels: channels, kernel: 3, name: "conv") },
        "separable3x3": { try $0.separableConvolution($1, channels: channels, kernel: 3, name: "conv") },
        "maxPooling3x3": { try $0.maxPooling($1, window: 3, stride: 1, padding: 1, name: "pooling") },
      ])
  }
}
