import Graphs

/// One operation with random input shapes and elements.
struct OperationCase: CustomStringConvertible {
  let operation: Operation
  let shapes: [Shape]
  let inputs: [[Double]]

  var description: String { "\(operation.name) of \(shapes)" }

  /// A graph that computes the operation from inputs "0", "1" and so on.
  func graph() throws -> (graph: Graph, inputs: [Value], output: Value) {
    var graph = Graph()
    let inputs = try shapes.enumerated().map { try graph.input("\($0)", shape: $1) }
    let isMask = if case .dropoutMask = operation { true } else { false }
    let output =
      isMask ? try graph.appendLeaf(operation, shape: [3, 47]) : try graph.append(operation, inputs)
    return (graph, inputs, output)
  }

  /// Every operation that computes something, over shapes drawn from `random`.
  static func all(_ random: inout SplitMix) -> [OperationCase] {
    let (n, m, k) = (random.extent(), random.extent(), random.extent())
    var cases: [OperationCase] = []
    func add(_ operation: Operation, _ shapes: [Shape], labels: Int? = nil, random: inout SplitMix) {
      var inputs = shapes.map { shape in (0..<shape.count).map { _ in random.number() } }
      if labels != nil {
        inputs[1] = inputs[1].map { _ in Double(Int.random(in: 0..<shapes[0][1], using: &random)) }
      }
      cases.append(OperationCase(operation: operation, shapes: shapes, inputs: inputs))
    }

    for activation in [nil] + Activation.allCases.map(Optional.some) {
      add(.dense(activation: activation), [[n, k], [m, k], [m]], random: &random)
      add(.dense(activation: activation), [[n, k], [m, k]], random: &random)
    }
    for activation in Activation.allCases {
      add(.activation(activation), [[n, m]], random: &random)
      add(.activationGradient(activation), [[n, m], [n, m]], random: &random)
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
    add(.softmaxCrossEntropy, [[n, m], [n]], labels: 1, random: &random)
    add(.softmaxCrossEntropyGradient, [[n, m], [n], .scalar], labels: 1, random: &random)
    add(.meanSquaredError, [[n, m], [n, m]], random: &random)
    add(.meanSquaredErrorGradient, [[n, m], [n, m], .scalar], random: &random)
    add(.dropoutMask(probability: 0.3, stream: 5), [], random: &random)
    return cases
  }
}
