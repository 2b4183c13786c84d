import Graphs

@testable import Execution

/// Computes a graph node by node with the reference kernels in Double, each value in memory of its own.
struct ReferenceInterpreter {
  let graph: Graph
  var seed: UInt64 = 0

  /// Computes `wanted` from the elements of all inputs and parameters.
  func evaluate(_ wanted: [Value], _ given: [Value: [Double]]) -> [[Double]] {
    var computed: [Value: [Double]] = [:]
    let last = wanted.map(\.index).max() ?? -1
    for value in graph.values.prefix(last + 1) {
      let node = graph[value]
      switch node.operation {
      case .input, .parameter, .state: computed[value] = given[value]
      case .constant(let number): computed[value] = Array(repeating: number, count: node.shape.count)
      default:
        let inputs = node.inputs.compactMap { computed[$0] }
        precondition(inputs.count == node.inputs.count, "'\(node.name)' reads a value that was not given")
        computed[value] = Self.run(
          node.operation, inputs, node.inputs.map(graph.shape), outputShape: node.shape, seed: seed)
      }
    }
    return wanted.compactMap { computed[$0] }
  }

  /// Computes one operation.
  static func run(
    _ operation: Operation, _ inputs: [[Double]], _ shapes: [Shape], outputShape: Shape, seed: UInt64 = 0
  ) -> [Double] {
    func memory(_ elements: [Double]) -> UnsafeMutablePointer<Double> {
      let start = UnsafeMutablePointer<Double>.allocate(capacity: elements.count)
      start.initialize(from: elements, count: elements.count)
      return start
    }
    let copies = inputs.map(memory)
    let output = memory(Array(repeating: .nan, count: outputShape.count))
    defer { (copies + [output]).forEach { $0.deallocate() } }
    ReferenceNode<Double>(
      operation: operation, inputs: copies.map { UnsafePointer($0) }, inputShapes: shapes, output: output,
      outputShape: outputShape
    ).run(seed: seed)
    return Array(UnsafeBufferPointer(start: output, count: outputShape.count))
  }
}
