extension Graph {
  /// Adds batch normalization over all axes but the last, with `name.scale` and `name.shift` [C] to be trained and the
  /// running `name.mean` and `name.variance` [C], which training moves and evaluation uses.
  ///
  /// Ioffe and Szegedy 2015, arXiv:1502.03167. Training normalizes by the batch's own mean and biased variance, and
  /// moves the running variance by the unbiased one, as PyTorch does.
  ///
  /// - Parameters:
  ///   - x: Shape [..., C] of at least two axes.
  ///   - numbers: What is added to the variance, and how far a batch moves the running figures.
  ///   - name: The layer's name.
  /// - Returns: The shape of x.
  /// - Throws: `GraphError` where x has fewer axes, a number is out of range or a name is taken.
  public mutating func batchNormalization(
    _ x: Value, _ numbers: BatchNormalization = BatchNormalization(), name: String
  ) throws -> Value {
    guard numbers.epsilon > 0, (0...1).contains(numbers.momentum) else {
      throw GraphError(
        .invalidArgument,
        "batchNormalization '\(name)' has an epsilon of \(numbers.epsilon) and a momentum of \(numbers.momentum), which "
          + "must be above 0 and in 0...1")
    }
    let channels: Shape = [shape(of: x).dimensions.last ?? 1]
    let scale = try parameter("\(name).scale", shape: channels, initializer: .constant(1))
    let shift = try parameter("\(name).shift", shape: channels, initializer: .zeros)
    let mean = try appendLeaf(.state(.zeros), shape: channels, name: "\(name).mean")
    let variance = try appendLeaf(.state(.constant(1)), shape: channels, name: "\(name).variance")
    return try append(.normalization(.batch(numbers)), [x, scale, shift, mean, variance], name: name)
  }

  /// Adds layer normalization over the last axis, with `name.scale` and `name.shift` [C] to be trained.
  ///
  /// Ba et al. 2016, arXiv:1607.06450.
  ///
  /// - Returns: The shape of x [..., C].
  /// - Throws: `GraphError` where x has fewer than two axes, epsilon is not above 0 or a name is taken.
  public mutating func layerNormalization(_ x: Value, epsilon: Double = 1e-5, name: String) throws -> Value {
    guard epsilon > 0 else {
      throw GraphError(
        .invalidArgument, "layerNormalization '\(name)' has an epsilon of \(epsilon), which must be above 0")
    }
    let channels: Shape = [shape(of: x).dimensions.last ?? 1]
    let scale = try parameter("\(name).scale", shape: channels, initializer: .constant(1))
    let shift = try parameter("\(name).shift", shape: channels, initializer: .zeros)
    return try append(.normalization(.layer(epsilon: epsilon)), [x, scale, shift], name: name)
  }
}
