@testable import Graphs

/// One operation with random input shapes and elements.
struct OperationCase: CustomStringConvertible {
  let operation: Operation
  let shapes: [Shape]
  let inputs: [[Double]]

  var description: String { "\(operation.name) of \(shapes)" }

  /// The operation with what makes it another one to differentiate: its activation, and how it goes over channels.
  var kind: String {
    var words = [operation.name]
    switch operation {
    case .dense(let activation?), .convolution(.forward(_, let activation?)): words.append("with \(activation.name)")
    default: break
    }
    if case .convolution(let operation) = operation {
      let (groups, weight) =
        switch operation {
        case .forward(let convolution, _), .inputGradient(let convolution, _): (convolution.groups, shapes[1])
        case .weightGradient(let convolution, let weight): (convolution.groups, weight)
        }
      words.append(groups == 1 ? "of all channels" : weight[2] == 1 ? "depthwise" : "in groups")
    }
    return words.joined(separator: " ")
  }

  /// Draws the elements; labels are class numbers.
  init(_ operation: Operation, _ shapes: [Shape], random: inout SplitMix) {
    var inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() } }
    switch operation {
    case .loss(.softmaxCrossEntropy), .lossGradient(.softmaxCrossEntropy):
      inputs[1] = inputs[1].map { _ in Double(Int.random(in: 0..<shapes[0][1], using: &random)) }
    case .normalization(.batch):
      inputs[4] = inputs[4].map(abs)
    case .normalization(.batchNormalize), .normalization(.batchNormalizePooled), .normalization(.batchSums),
      .normalization(.batchInputGradient):
      // Moments hold the variances in their second row.
      let place =
        switch operation {
        case .normalization(.batchNormalize), .normalization(.batchNormalizePooled): 1
        case .normalization(let gradient): gradient.momentsPosition
        default: preconditionFailure("the cases above are normalizations")
        }
      let channels = shapes[place][1]
      for c in 0..<channels { inputs[place][channels + c] = abs(inputs[place][channels + c]) }
      if case .normalization(.batchSums(let epsilon, .pooledReLU)) = operation {
        // Where the scale is far below the shift, what is pooled does not tell x.
        if Bool.random(using: &random) { inputs[4][0] *= 0.01 }
        inputs[2] = Self.pooled(inputs[1], shapes[1], moments: inputs[3], scale: inputs[4], shift: inputs[5], epsilon)
      }
    default:
      break
    }
    self.init(operation: operation, shapes: shapes, inputs: inputs)
  }

  /// The output of a pooled tail on x [N, 2H, 2W, C].
  private static func pooled(
    _ x: [Double], _ shape: Shape, moments: [Double], scale: [Double], shift: [Double], _ epsilon: Double
  ) -> [Double] {
    let (height, width, channels) = (shape[1] / 2, shape[2] / 2, shape[3])
    var output = Array(repeating: 0.0, count: x.count / 4)
    for i in x.indices {
      let (c, column, row, image) = (
        i % channels, i / channels % (2 * width), i / channels / (2 * width) % (2 * height), i * shape[0] / x.count
      )
      let place = ((image * height + row / 2) * width + column / 2) * channels + c
      let normalized = (x[i] - moments[c]) / (moments[channels + c] + epsilon).squareRoot()
      output[place] = max(output[place], scale[c] * normalized + shift[c])
    }
    return output
  }

  init(operation: Operation, shapes: [Shape], inputs: [[Double]]) {
    (self.operation, self.shapes, self.inputs) = (operation, shapes, inputs)
  }

  /// A graph that computes the operation from inputs "0", "1" and so on.
  func graph() throws -> (graph: Graph, inputs: [Value], output: Value) {
    var graph = Graph()
    let inputs = try shapes.enumerated().map { try graph.input("\($0)", shape: $1) }
    let isMask = if case .dropoutMask = operation { true } else { false }
    let output =
      isMask ? try graph.appendLeaf(operation, shape: [3, 47]) : try graph.append(operation, inputs)
    return (graph, inputs, output)
  }

  /// All activations, and those with numbers also with others.
  static let activations = Activation.standard + [.leakyReLU(slope: 0.3), .elu(alpha: 0.5)]

  /// Every operation that computes something, over shapes drawn from `random`.
  static func all(_ random: inout SplitMix) -> [OperationCase] {
    let (n, m, k) = (random.extent(), random.extent(), random.extent())
    var cases: [OperationCase] = []
    func add(_ operation: Operation, _ shapes: [Shape], random: inout SplitMix) {
      cases.append(OperationCase(operation, shapes, random: &random))
    }

    for activation in [nil] + activations.map(Optional.some) {
      add(.dense(activation: activation), [[n, k], [m, k], [m]], random: &random)
      add(.dense(activation: activation), [[n, k], [m, k]], random: &random)
    }
    for activation in activations {
      add(.activation(activation), [[n, m]], random: &random)
      add(.activationGradient(activation), [[n, m], [n, m]], random: &random)
      if !activation.isDifferentiatedAtOutput { add(.activationCurvature(activation), [[n, m]], random: &random) }
    }
    add(.matrixProduct(transposeLeft: false, transposeRight: false), [[n, k], [k, m]], random: &random)
    add(.matrixProduct(transposeLeft: true, transposeRight: false), [[k, n], [k, m]], random: &random)
    add(.matrixProduct(transposeLeft: false, transposeRight: true), [[n, k], [m, k]], random: &random)
    add(.matrixProduct(transposeLeft: true, transposeRight: true), [[k, n], [m, k]], random: &random)
    add(.add, [[n, m], [n, m]], random: &random)
    add(.multiply, [[n, m], [n, m]], random: &random)
    add(.scale(-1.75), [[n, m]], random: &random)
    add(.multiplyByScalar, [[n, m], .scalar], random: &random)
    add(.sumRows, [[n, m]], random: &random)
    add(.broadcastRows(n), [[m]], random: &random)
    add(.sum, [[n, m]], random: &random)
    add(.softmax, [[n, m]], random: &random)
    add(.softmaxGradient, [[n, m], [n, m]], random: &random)
    for loss in [
      .meanSquaredError, .meanAbsoluteError, .huber(delta: 0.7), .binaryCrossEntropy, .softmaxCrossEntropy,
      .softmaxCrossEntropy(labelSmoothing: 0.15), .klDivergence(temperature: 2.5),
    ] as [Loss] {
      let shapes: [Shape] = if case .softmaxCrossEntropy = loss { [[n, m], [n]] } else { [[n, m], [n, m]] }
      add(.loss(loss), shapes, random: &random)
      add(.lossGradient(loss), shapes + [.scalar], random: &random)
    }
    add(.reshape([m, n]), [[n, m]], random: &random)
    for axis in 0..<3 {
      let shape: Shape = [min(n, 7), min(m, 5), k]
      add(.concatenate(axis: axis), [shape, shape.replacing(axis, by: 3), shape], random: &random)
      let start = Int.random(in: 0..<shape[axis], using: &random)
      add(.slice(axis: axis, start: start, count: shape[axis] - start), [shape], random: &random)
      add(.embed(axis: axis, start: 2, extent: shape[axis] + 3), [shape], random: &random)
    }
    add(.dropoutMask(probability: 0.3, stream: 5), [], random: &random)
    return cases + images(&random) + fakeQuantizations(&random)
  }
}
