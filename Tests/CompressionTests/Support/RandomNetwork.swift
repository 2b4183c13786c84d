import Graphs
import TestSupport

@testable import Training

/// A model with random layers and weights: convolutions of all kinds, sums, poolings, concatenations and dense layers.
struct RandomNetwork {
  private var random: SplitMix64
  private var graph = Graph()
  private var count = 0

  /// The model of a seed; with `isTabular` one of dense layers alone.
  static func model(seed: UInt64, isTabular: Bool = false) throws -> TrainedModel {
    var network = RandomNetwork(random: SplitMix64(seed: seed))
    return try network.build(isTabular: isTabular)
  }

  /// Samples for a model, with raw features.
  static func samples(_ count: Int, for model: TrainedModel, seed: UInt64) throws -> Dataset {
    var random = SplitMix64(seed: seed ^ 0xA5A5)
    let width = model.featureShape.reduce(1, *)
    let features = (0..<count * width).map { _ in Float(2 + 3 * random.normal()) }
    guard case .classes(let names) = model.target else { preconditionFailure("random models tell classes") }
    let labels = (0..<count).map { _ in Int32(random.below(names.count)) }
    return try Dataset(
      name: "random", features: features, featureShape: model.featureShape,
      target: .classes(labels: labels, names: names))
  }

  private mutating func build(isTabular: Bool) throws -> TrainedModel {
    let shape =
      isTabular ? [random.below(40) + 3] : [random.below(7) + 6, random.below(7) + 6, random.below(4) + 1]
    let input = try graph.input("features", shape: Shape([1] + shape))
    var x = input
    if !isTabular {
      for _ in 0..<random.below(4) + 2 { x = try block(x) }
      x = random.isTrue ? try graph.globalAveragePooling(x) : try graph.flatten(x)
    }
    for _ in 0..<random.below(isTabular ? 4 : 2) {
      x = try dense(x, units: random.below(20) + 4)
      if random.below(3) == 0 { x = try graph.batchNormalization(x, name: name("norm")) }
      x = try activation(x)
    }
    let classes = random.below(8) + 2
    let output = try graph.dense(x, units: classes, name: "output")
    let network = try SavedNetwork(graph: graph, output: output)
    return try TrainedModel(
      network: network, weights: weights(of: network.graph), featureShape: shape,
      standardization: standardization(groups: shape[shape.count - 1]),
      target: .classes((0..<classes).map { "class \($0), \"of \(classes)\"" }),
      metrics: ["test": Metrics([.accuracy: 0.25])],
      provenance: ["study": "random, \"all\" networks", "trial": "\(count)"])
  }

  private mutating func block(_ x: Value) throws -> Value {
    let shape = graph.shape(of: x)
    let isLarge = shape[1] >= 4 && shape[2] >= 4
    switch random.below(isLarge ? 9 : 5) {
    case 0, 1: return try convolution(x)
    case 2:
      let branch = try convolution(x, keepsShape: true)
      let sum = try graph.add(x, branch, name: name("sum"))
      return random.isTrue ? sum : try activation(sum)
    case 3:
      let depthwise = try graph.depthwiseConv2d(
        x, multiplier: random.below(2) + 1, kernel: Extent(random.isTrue ? 3 : 5), hasBias: random.isTrue,
        name: name("depthwise"))
      return try activation(graph.batchNormalization(depthwise, name: name("norm")))
    case 4:
      let branches = [x, try convolution(x, keepsExtent: true)]
      return try graph.concatenate(random.isTrue ? branches : branches.reversed(), name: name("joined"))
    case 5, 6:
      let pooling = Pooling(
        window: Extent(random.below(2) + 2), stride: Extent(random.below(2) + 1), padding: Extent(random.below(2)))
      return try graph.maxPooling(x, pooling, name: name("largest"))
    default:
      let pooling = Pooling(
        window: Extent(random.below(2) + 2), stride: Extent(random.below(2) + 1), padding: Extent(random.below(2)))
      return try graph.averagePooling(x, pooling, countsPadding: random.isTrue, name: name("mean"))
    }
  }

  private mutating func convolution(_ x: Value, keepsShape: Bool = false, keepsExtent: Bool = false) throws -> Value {
    let shape = graph.shape(of: x)
    let groups = shape[3] % 2 == 0 && random.below(3) == 0 ? 2 : 1
    let channels = keepsShape ? shape[3] : groups * (random.below(6) + 1)
    let isStrided = !keepsShape && !keepsExtent && random.below(3) == 0 && shape[1] >= 4 && shape[2] >= 4
    let kernel = isStrided ? 3 : [1, 3, 5][random.below(3)]
    let dilation = kernel == 3 && !isStrided && random.below(4) == 0 ? 2 : 1
    var y = try graph.conv2d(
      x, channels: channels, kernel: Extent(kernel), stride: Extent(isStrided ? 2 : 1), dilation: Extent(dilation),
      groups: groups, hasBias: random.isTrue, name: name("conv"))
    if random.below(3) > 0 { y = try graph.batchNormalization(y, name: name("norm")) }
    return random.below(4) > 0 ? try activation(y) : y
  }

  private mutating func dense(_ x: Value, units: Int) throws -> Value {
    let name = name("dense")
    if random.isTrue { return try graph.dense(x, units: units, name: name) }
    let weight = try graph.parameter("\(name).weight", shape: [units, graph.shape(of: x)[1]], initializer: .heUniform)
    return try graph.dense(x, weight: weight, bias: nil, name: name)
  }

  private mutating func activation(_ x: Value) throws -> Value {
    let kinds: [Activation] = [
      .relu, .relu, .relu, .relu, .relu6, .leakyReLU(slope: 0.1), .elu(alpha: 1), .gelu, .silu, .hardSwish, .tanh,
      .sigmoid,
    ]
    return try graph.activation(kinds[random.below(kinds.count)], x, name: name("activation"))
  }

  private mutating func name(_ kind: String) -> String {
    count += 1
    return "\(kind)\(count)"
  }

  private mutating func weights(of graph: Graph) -> [String: [Float]] {
    var weights: [String: [Float]] = [:]
    for value in graph.parameters + graph.states {
      let node = graph[value]
      let shape = node.shape
      let fan = shape.rank == 4 ? shape[0] * shape[1] * shape[2] : shape.rank == 2 ? shape[1] : 1
      weights[node.name] = (0..<shape.count).map { _ in
        if node.name.hasSuffix(".variance") { return Float(0.3 + abs(random.normal())) }
        if node.name.hasSuffix(".scale") { return Float(1 + 0.3 * random.normal()) }
        return Float(random.normal() * (shape.rank > 1 ? 1.4 / Double(fan).squareRoot() : 0.3))
      }
    }
    return weights
  }

  private mutating func standardization(groups: Int) throws -> Standardization {
    let means = (0..<groups).map { _ in Float(2 + 0.5 * random.normal()) }
    let deviations = (0..<groups).map { _ in Float(2 + abs(random.normal())) }
    return Standardization(means: means, deviations: deviations)
  }
}

extension SplitMix64 {
  var isTrue: Bool { mutating get { below(2) == 0 } }

  /// A number of mean 0 and deviation 1, nearly normal: the sum of twelve uniform ones.
  mutating func normal() -> Double {
    (0..<12).reduce(-6.0) { sum, _ in sum + Double(next() >> 11) * 0x1p-53 }
  }
}
