public import Graphs

/// Dense layers one after the other, each hidden one with an activation and, where asked, dropout behind it.
public struct MultilayerPerceptron: Network, Hashable {
  /// The units of each hidden layer, from the input's side; none makes a linear model.
  public var hiddenUnits: [Int]
  /// The activation of all hidden layers.
  public var activation: Activation
  /// The probability with which a hidden unit is dropped in training, of 0..<1.
  public var dropout: Double
  /// How hidden weights are drawn; nil to choose by their activation.
  public var initialization: Initializer?

  /// Describes a perceptron.
  public init(
    hiddenUnits: [Int], activation: Activation = .relu, dropout: Double = 0, initialization: Initializer? = nil
  ) {
    self.initialization = initialization
    self.hiddenUnits = hiddenUnits
    self.activation = activation
    self.dropout = dropout
  }

  /// All features in a row.
  public func inputShape(of featureShape: [Int]) -> [Int] {
    [featureShape.reduce(1, *)]
  }

  /// Adds the layers `hidden1`, `hidden2` ... and `output`.
  ///
  /// Hidden weights are drawn for their activation, unless `initialization` says how: He's uniform range before ReLU,
  /// Glorot's before tanh and sigmoid.
  ///
  /// - Throws: `GraphError` where a layer has no unit or the dropout is out of its range.
  public func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value {
    let initializer = initialization ?? (activation == .relu ? .heUniform : .xavierUniform)
    var x = input
    for (index, units) in hiddenUnits.enumerated() {
      let name = "hidden\(index + 1)"
      x = try graph.dense(x, units: units, name: name, weight: initializer)
      x = try graph.activation(activation, x, name: "\(name).\(activation.name)")
      x = try graph.dropout(x, probability: dropout, name: "\(name).dropout")
    }
    return try graph.dense(x, units: outputWidth, name: "output")
  }
}
