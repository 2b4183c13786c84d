extension Graph {
  /// Appends the nodes that compute the gradient of a scalar, by reverse-mode differentiation.
  ///
  /// The gradient is itself graph, so that it is optimized, executed and differentiated again like the rest.
  ///
  /// - Parameters:
  ///   - loss: The scalar to differentiate.
  ///   - variables: The values to differentiate by. Where the loss does not depend on one, its gradient is a constant
  ///     of zeros.
  /// - Returns: For each variable, in order, a value of its shape.
  /// - Throws: `GraphError` where the loss is no scalar, or an operation between the loss and a variable has no
  ///   gradient there.
  public mutating func gradient(of loss: Value, withRespectTo variables: [Value]) throws -> [Value] {
    guard shape(of: loss) == .scalar else {
      throw GraphError(
        .shapeMismatch,
        "the gradient is taken of a scalar, but '\(self[loss].name)' has shape \(shape(of: loss)); sum it first")
    }

    // Only nodes between a variable and the loss need a gradient.
    var depends = Array(repeating: false, count: loss.index + 1)
    for variable in variables where variable.index <= loss.index { depends[variable.index] = true }
    for index in 0...loss.index where !depends[index] {
      depends[index] = nodes[index].inputs.contains { depends[$0.index] }
    }

    var gradients: [Value?] = Array(repeating: nil, count: loss.index + 1)
    if depends[loss.index] { gradients[loss.index] = try constant(1) }
    for index in (0...loss.index).reversed() where depends[index] {
      guard let upstream = gradients[index] else { continue }
      let node = nodes[index]
      for (position, input) in node.inputs.enumerated() where depends[input.index] {
        let rule = GradientRule(node: node, output: Value(index: index), upstream: upstream)
        guard let contribution = try rule.gradient(ofInput: position, in: &self) else { continue }
        gradients[input.index] = try gradients[input.index].map { try add($0, contribution) } ?? contribution
      }
    }

    return try variables.map { variable in
      if variable.index <= loss.index, let gradient = gradients[variable.index] { return gradient }
      return try constant(0, shape: shape(of: variable))
    }
  }
}
