import Testing

@testable import Graphs

@Suite struct OperationShapeTests {
  /// Appends the operation to inputs of the given shapes.
  static func shape(_ operation: Operation, _ shapes: [Shape]) throws -> Shape {
    var graph = Graph()
    let inputs = try shapes.enumerated().map { try graph.input("input \($0)", shape: $1) }
    let output = try graph.append(operation, inputs, name: "tested")
    return graph.shape(of: output)
  }

  static let right: [(Operation, [Shape], Shape)] = [
    (.dense(activation: nil), [[2, 3], [5, 3]], [2, 5]),
    (.dense(activation: .relu), [[2, 3], [5, 3], [5]], [2, 5]),
    (.activation(.tanh), [[2, 3, 4]], [2, 3, 4]),
    (.softmaxCrossEntropy, [[7, 3], [7]], .scalar),
    (.softmaxCrossEntropyGradient, [[7, 3], [7], .scalar], [7, 3]),
    (.meanSquaredError, [[7, 3], [7, 3]], .scalar),
    (.meanSquaredErrorGradient, [[7, 3], [7, 3], .scalar], [7, 3]),
    (.matrixProduct(transposeLeft: false, transposeRight: false), [[2, 3], [3, 5]], [2, 5]),
    (.matrixProduct(transposeLeft: true, transposeRight: false), [[3, 2], [3, 5]], [2, 5]),
    (.matrixProduct(transposeLeft: false, transposeRight: true), [[2, 3], [5, 3]], [2, 5]),
    (.matrixProduct(transposeLeft: true, transposeRight: true), [[3, 2], [5, 3]], [2, 5]),
    (.sumRows, [[4, 6]], [6]),
    (.broadcastRows(4), [[6]], [4, 6]),
    (.sum, [[4, 6]], .scalar),
    (.multiplyByScalar, [[4, 6], .scalar], [4, 6]),
  ]

  @Test("Fitting shapes give the documented output", arguments: right)
  func fits(_ operation: Operation, _ shapes: [Shape], _ output: Shape) throws {
    #expect(try Self.shape(operation, shapes) == output)
  }

  static let wrong: [(Operation, [Shape])] = [
    (.dense(activation: nil), [[2, 3], [5, 4]]),
    (.dense(activation: nil), [[2, 3], [5, 3], [4]]),
    (.dense(activation: nil), [[3], [5, 3]]),
    (.add, [[2, 3], [3, 2]]),
    (.multiply, [[2, 3], [2]]),
    (.activationGradient(.relu), [[2], [3]]),
    (.softmaxCrossEntropy, [[7, 3], [3]]),
    (.softmaxCrossEntropy, [[7], [7]]),
    (.softmaxCrossEntropyGradient, [[7, 3], [7], [1]]),
    (.meanSquaredError, [[7, 1], [7]]),
    (.meanSquaredErrorGradient, [[7], [7], [1]]),
    (.matrixProduct(transposeLeft: false, transposeRight: false), [[2, 3], [2, 3]]),
    (.matrixProduct(transposeLeft: true, transposeRight: false), [[2, 3], [3, 2]]),
    (.sumRows, [[4]]),
    (.broadcastRows(2), [[4, 1]]),
    (.multiplyByScalar, [[4], [1]]),
  ]

  @Test("Shapes that do not fit are refused with the node and the shapes named", arguments: wrong)
  func mismatch(_ operation: Operation, _ shapes: [Shape]) {
    let error = #expect(throws: GraphError.self) { try Self.shape(operation, shapes) }
    #expect(error?.code == .shapeMismatch)
    #expect(error?.message.contains("\(operation.name) 'tested'") == true)
    for shape in shapes { #expect(error?.message.contains(shape.description) == true) }
  }
}
