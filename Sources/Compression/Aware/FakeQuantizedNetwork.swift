import Graphs
import Training

/// A folded network whose values and weights are rounded as its integers will be, and what its training begins with.
///
/// Behind each point of the plan stands a rounding by a range, the state `NAME.range`, and behind each weight one by steps. Few
/// bits have learned steps: the product of those that training begins with, the state `NAME.firstSteps`, and the parameter
/// `NAME.stepFactors`, which begins at 1. So an optimizer moves a step by a part of itself, however small it is.
struct FakeQuantizedNetwork {
  /// The most bits of weights whose steps are learned; those of more follow the largest weight.
  static let mostLearnedBits = 4

  /// The network for one sample.
  let network: SavedNetwork
  /// The states and parameters to begin with beside the folded model's.
  let weights: [String: [Float]]
  /// The names of the parameters that are factors of steps.
  let stepFactors: [String]

  /// Inserts the roundings.
  ///
  /// - Parameters:
  ///   - plan: The folded network and its points.
  ///   - momentum: How far a batch moves the ranges; nil for ranges that stay.
  ///   - bits: The bits of weights.
  ///   - ranges: The ranges of the points.
  ///   - steps: The steps of the weights, by name.
  init(
    _ plan: QuantizationPlan, output: Value, momentum: Double?, bits: BitWidths, ranges: [Value: AffineQuantization],
    steps: [String: WeightQuantization]
  ) throws {
    let original = plan.graph
    var graph = Graph()
    var states: [String: [Float]] = [:]
    var stepFactors: [String] = []
    /// Where the values of the original are; points and weights after their rounding.
    var values: [Value] = []
    let layers = Dictionary(plan.layers.map { ($0.weight, $0) }, uniquingKeysWith: { first, _ in first })
    let points = Set(plan.points)

    for value in original.values {
      let node = original[value]
      var made =
        node.operation.isStored
        ? try graph.appendLeaf(node.operation, shape: node.shape, name: node.name)
        : try graph.append(node.operation, node.inputs.map { values[$0.index] }, name: node.name)
      if points.contains(value), let range = ranges[value] {
        let name = "\(node.name).range"
        states[name] = [range.dequantize(0), range.dequantize(255)]
        let state = try graph.appendLeaf(.state(.zeros), shape: [2], name: name)
        made = try graph.append(
          .fakeQuantization(.values(momentum: momentum)), [made, state], name: "\(node.name).rounded")
      }
      if let layer = layers[value], let first = steps[node.name] {
        let width = bits[plan.name(of: layer)]
        let shape: Shape = [first.scales.count]
        let own: Value
        if width <= Self.mostLearnedBits {
          states["\(node.name).firstSteps"] = first.scales
          let steps = try graph.appendLeaf(.state(.zeros), shape: shape, name: "\(node.name).firstSteps")
          let name = "\(node.name).stepFactors"
          stepFactors.append(name)
          let factors = try graph.parameter(name, shape: shape, initializer: .constant(1))
          own = try graph.multiply(steps, factors, name: "\(node.name).steps")
        } else {
          own = try graph.append(
            .fakeQuantization(.extents(bits: width, isPerChannel: shape.count > 1)), [made], name: "\(node.name).steps")
        }
        made = try graph.append(.fakeQuantization(.weights(bits: width)), [made, own], name: "\(node.name).rounded")
      }
      values.append(made)
    }
    network = try SavedNetwork(graph: graph, output: values[output.index])
    weights = states
    self.stepFactors = stepFactors
  }

  /// The range of a point as training left it.
  static func range(of name: String, in weights: [String: [Float]]) -> AffineQuantization? {
    guard let range = weights["\(name).range"], range.count == 2 else { return nil }
    return AffineQuantization(covering: range[0], range[1])
  }

  /// The learned steps of weights; nil where they are not learned.
  static func steps(of name: String, in weights: [String: [Float]]) -> [Float]? {
    guard let first = weights["\(name).firstSteps"], let factors = weights["\(name).stepFactors"] else { return nil }
    return zip(first, factors).map { max($0 * $1, 0x1p-30) }
  }
}
