extension Graph {
  /// Adds all nodes of another graph, with its inputs in the place of given values of this one.
  ///
  /// Shapes are inferred anew, so that the batch may be another: where an input's first extent changes from N to M, reshapes
  /// to [N, ...] and dropout masks become such of [M, ...].
  ///
  /// - Parameters:
  ///   - other: The graph to add, whose names must be free here.
  ///   - inputs: A value of this graph for each input of the other one.
  /// - Returns: For each value of the other graph, by its position, where it is in this one.
  /// - Throws: `GraphError` where an input is missing, shapes do not fit or a name is taken.
  package mutating func append(contentsOf other: Graph, replacing inputs: [Value: Value]) throws -> [Value] {
    var batches: [Int: Int] = [:]
    for (input, replacement) in inputs {
      guard let old = other.shape(of: input).dimensions.first, let new = shape(of: replacement).dimensions.first
      else { continue }
      batches[old] = new
    }
    func rebatched(_ shape: Shape) -> Shape {
      guard let batch = shape.dimensions.first.flatMap({ batches[$0] }) else { return shape }
      return shape.replacing(0, by: batch)
    }
    var values: [Value] = []
    values.reserveCapacity(other.nodes.count)
    for value in other.values {
      let node = other[value]
      switch node.operation {
      case .input:
        guard let replacement = inputs[value] else {
          throw GraphError(.invalidArgument, "input '\(node.name)' of the graph that is added is given no value")
        }
        values.append(replacement)
      case _ where node.operation.isStored:
        values.append(try appendLeaf(node.operation, shape: node.shape, name: node.name))
      case .dropoutMask(let probability, _):
        let mask = Operation.dropoutMask(probability: probability, stream: dropoutStreams)
        dropoutStreams += 1
        values.append(try appendLeaf(mask, shape: rebatched(node.shape), name: node.name))
      case .reshape(let shape):
        values.append(try reshape(values[node.inputs[0].index], rebatched(shape), name: node.name))
      default:
        values.append(try append(node.operation, node.inputs.map { values[$0.index] }, name: node.name))
      }
    }
    return values
  }
}
