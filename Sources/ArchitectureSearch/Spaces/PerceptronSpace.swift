public import Graphs

/// Multilayer perceptrons: hidden layers of some units each, with ReLU. Images are taken as rows of their pixels.
public struct PerceptronSpace: ArchitectureSpace, Hashable {
  /// The number of hidden layers.
  public var depth: WholeNumbers
  /// The units of a hidden layer.
  public var units: WholeNumbers
  /// The bits of a layer's weights.
  public var bits: WholeNumbers
  /// The probability with which a hidden unit is dropped in training, of 0..<1.
  public var dropout: Double

  /// Describes a space.
  public init(
    depth: WholeNumbers = .range(1...3), units: WholeNumbers = .range(16...128, step: 16), bits: WholeNumbers = 8,
    dropout: Double = 0
  ) {
    self.depth = depth
    self.units = units
    self.bits = bits
    self.dropout = dropout
  }

  public func inputShape(of featureShape: [Int]) -> [Int] { [featureShape.reduce(1, *)] }

  public func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    builder.bits = bits
    builder.dropoutProbability = dropout
    var x = input
    try builder.repeated("layer", depth) { builder, _ in
      let units = try builder.suggest("units", units)
      x = try builder.dense(x, units: units, name: "dense")
      x = try builder.dropout(x, name: "dropout")
    }
    return try builder.dense(x, units: outputWidth, name: "output", isLast: true)
  }
}
