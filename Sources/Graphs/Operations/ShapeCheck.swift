/// The checks of one node's input shapes, with errors that name the node and the shapes met.
struct ShapeCheck {
  let operation: Operation
  let node: String
  let inputs: [Shape]

  /// The error of a node that takes other shapes than it was given.
  func mismatch(_ expected: String) -> GraphError {
    let met = inputs.map(\.description).joined(separator: ", ")
    return GraphError(.shapeMismatch, "\(operation.name) '\(node)' takes \(expected), but was given shapes \(met)")
  }

  /// Throws where the condition does not hold.
  func require(_ condition: Bool, _ expected: @autoclosure () -> String) throws {
    guard condition else { throw mismatch(expected()) }
  }
}
