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
    (.loss(.softmaxCrossEntropy), [[7, 3], [7]], .scalar),
    (.lossGradient(.softmaxCrossEntropy), [[7, 3], [7], .scalar], [7, 3]),
    (.loss(.meanSquaredError), [[7, 3], [7, 3]], .scalar),
    (.lossGradient(.meanSquaredError), [[7, 3], [7, 3], .scalar], [7, 3]),
    (.matrixProduct(transposeLeft: false, transposeRight: false), [[2, 3], [3, 5]], [2, 5]),
    (.matrixProduct(transposeLeft: true, transposeRight: false), [[3, 2], [3, 5]], [2, 5]),
    (.matrixProduct(transposeLeft: false, transposeRight: true), [[2, 3], [5, 3]], [2, 5]),
    (.matrixProduct(transposeLeft: true, transposeRight: true), [[3, 2], [5, 3]], [2, 5]),
    (.sumRows, [[4, 6]], [6]),
    (.broadcastRows(4), [[6]], [4, 6]),
    (.sum, [[4, 6]], .scalar),
    (.multiplyByScalar, [[4, 6], .scalar], [4, 6]),
    (.sumRows, [[2, 3, 4, 6]], [6]),
    (.convolution(.forward(Convolution(), activation: nil)), [[2, 5, 7, 3], [3, 3, 3, 8], [8]], [2, 3, 5, 8]),
    (
      .convolution(.forward(Convolution(stride: Extent(2), padding: Extent(1), groups: 3), activation: nil)),
      [[2, 5, 8, 6], [3, 3, 2, 9]], [2, 3, 4, 9]
    ),
    (
      .convolution(.forward(Convolution(dilation: Extent(height: 2, width: 1)), activation: nil)),
      [[1, 5, 3, 1], [3, 3, 1, 4]], [1, 1, 1, 4]
    ),
    (.pooling(.maximum(Pooling(window: Extent(2)))), [[2, 5, 6, 3]], [2, 2, 3, 3]),
    (.pooling(.globalAverage), [[2, 5, 6, 3]], [2, 3]),
    (.normalization(.batchMoments), [[2, 5, 6, 3]], [2, 3]),
    (.fakeQuantization(.values(momentum: nil)), [[2, 5, 6, 3], [2]], [2, 5, 6, 3]),
    (.fakeQuantization(.movingRange(momentum: 0.1)), [[2], [2, 5, 6, 3]], [2]),
    (.fakeQuantization(.weights(bits: 4)), [[7, 5], [7]], [7, 5]),
    (.fakeQuantization(.weights(bits: 4)), [[3, 3, 5, 7], [1]], [3, 3, 5, 7]),
    (.fakeQuantization(.stepsGradient(bits: 2)), [[3, 3, 5, 7], [3, 3, 5, 7], [7]], [7]),
    (.fakeQuantization(.extents(bits: 8, isPerChannel: true)), [[3, 3, 5, 7]], [7]),
    (.fakeQuantization(.extents(bits: 8, isPerChannel: false)), [[7, 5]], [1]),
    (.concatenate(axis: 1), [[2, 5], [2, 1]], [2, 6]),
    (.slice(axis: 0, start: 1, count: 2), [[4, 5]], [2, 5]),
    (.embed(axis: 1, start: 1, extent: 9), [[4, 5]], [4, 9]),
    (.reshape([10]), [[2, 5]], [10]),
  ]

  @Test("Fitting shapes give the documented output", arguments: right)
  func fits(_ operation: Operation, _ shapes: [Shape], _ output: Shape) throws {
    #expect(try Self.shape(operation, shapes) == output)
  }

  static let wrong: [(Operation, [Shape])] = [
    (.dense(activation: nil), [[2, 3], [5, 4]]),
    (.dense(activation: nil), [[2, 3], [5, 3], [4]]),
    (.dense(activation: nil), [[3], [5, 3]]),
    (.fakeQuantization(.values(momentum: nil)), [[2, 5], [5]]),
    (.fakeQuantization(.weights(bits: 4)), [[7, 5], [5]]),
    (.fakeQuantization(.weights(bits: 4)), [[7], [7]]),
    (.fakeQuantization(.stepsGradient(bits: 4)), [[7, 5], [5, 7], [1]]),
    (.add, [[2, 3], [3, 2]]),
    (.multiply, [[2, 3], [2]]),
    (.activationGradient(.relu), [[2], [3]]),
    (.loss(.softmaxCrossEntropy), [[7, 3], [3]]),
    (.loss(.softmaxCrossEntropy), [[7], [7]]),
    (.lossGradient(.softmaxCrossEntropy), [[7, 3], [7], [1]]),
    (.loss(.meanSquaredError), [[7, 1], [7]]),
    (.lossGradient(.meanSquaredError), [[7], [7], [1]]),
    (.matrixProduct(transposeLeft: false, transposeRight: false), [[2, 3], [2, 3]]),
    (.matrixProduct(transposeLeft: true, transposeRight: false), [[2, 3], [3, 2]]),
    (.sumRows, [[4]]),
    (.convolution(.forward(Convolution(), activation: nil)), [[2, 2, 7, 3], [3, 3, 3, 8]]),
    (.convolution(.forward(Convolution(groups: 2), activation: nil)), [[2, 5, 7, 3], [3, 3, 3, 8]]),
    (.convolution(.forward(Convolution(stride: Extent(0)), activation: nil)), [[2, 5, 7, 3], [3, 3, 3, 8]]),
    (.convolution(.forward(Convolution(), activation: nil)), [[2, 5, 7, 3], [3, 3, 3, 8], [7]]),
    (.pooling(.maximum(Pooling(window: Extent(2), padding: Extent(2)))), [[2, 5, 6, 3]]),
    (.pooling(.average(Pooling(window: Extent(6)), countsPadding: true)), [[2, 5, 6, 3]]),
    (.pooling(.globalAverage), [[2, 5, 6]]),
    (.normalization(.batchMoments), [[2]]),
    (.normalization(.layer(epsilon: 1)), [[2, 3], [3], [2]]),
    (.concatenate(axis: 1), [[2, 5], [3, 5]]),
    (.slice(axis: 0, start: 3, count: 2), [[4, 5]]),
    (.reshape([11]), [[2, 5]]),
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
