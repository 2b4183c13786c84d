extension Graph {
  /// Adds a value that the caller writes before each run.
  ///
  /// - Throws: `GraphError` where an extent is below 1 or the name is taken.
  public mutating func input(_ name: String, shape: Shape) throws -> Value {
    try appendLeaf(.input, shape: shape, name: name)
  }

  /// Adds a trained value.
  ///
  /// - Throws: `GraphError` where an extent is below 1, the name is taken, the initializer needs fans that a parameter of
  ///   fewer than two axes does not have, or its fan-in or gain is out of range.
  public mutating func parameter(_ name: String, shape: Shape, initializer: Initializer) throws -> Value {
    if initializer.needsFans, shape.rank < 2 {
      throw GraphError(
        .invalidArgument,
        "parameter '\(name)' of shape \(shape) has no fans, which \(initializer) needs; use zeros, constant or linear")
    }
    if case .linear(let fanIn) = initializer, fanIn < 1 {
      throw GraphError(.invalidArgument, "parameter '\(name)' is given fan-in \(fanIn), which must be at least 1")
    }
    if case .orthogonal(let gain) = initializer, !(gain > 0 && gain.isFinite) {
      throw GraphError(.invalidArgument, "parameter '\(name)' is given gain \(gain), which must be a number above 0")
    }
    return try appendLeaf(.parameter(initializer), shape: shape, name: name)
  }

  /// Adds a value with the same number in each element.
  public mutating func constant(_ number: Double, shape: Shape = .scalar, name: String? = nil) throws -> Value {
    try appendLeaf(.constant(number), shape: shape, name: name)
  }

  /// Adds x · weightᵀ + bias.
  ///
  /// - Parameters:
  ///   - x: Shape [N, in].
  ///   - weight: Shape [out, in].
  ///   - bias: Shape [out], or nil for none.
  ///   - name: The name by which errors call the result; nil for a made one.
  /// - Returns: Shape [N, out].
  /// - Throws: `GraphError` where the shapes do not fit or the name is taken.
  public mutating func dense(_ x: Value, weight: Value, bias: Value?, name: String? = nil) throws -> Value {
    try append(.dense(activation: nil), [x, weight] + (bias.map { [$0] } ?? []), name: name)
  }

  /// Adds a dense layer with parameters of its own, `name.weight` [units, in] and `name.bias` [units].
  ///
  /// - Parameters:
  ///   - x: Shape [N, in].
  ///   - units: The number of output features, at least 1.
  ///   - name: The layer's name.
  ///   - weight: How weights are drawn; uniform in ±1/√in where nil.
  ///   - bias: How biases are drawn; uniform in ±1/√in where nil.
  /// - Returns: Shape [N, units].
  /// - Throws: `GraphError` where x is not a matrix, `units` is below 1 or a name is taken.
  public mutating func dense(
    _ x: Value, units: Int, name: String, weight: Initializer? = nil, bias: Initializer? = nil
  ) throws -> Value {
    let shape = shape(of: x)
    guard shape.rank == 2 else {
      throw GraphError(.shapeMismatch, "dense '\(name)' takes x [N, in], but was given shape \(shape)")
    }
    let linear = Initializer.linear(fanIn: shape[1])
    let weight = try parameter("\(name).weight", shape: [units, shape[1]], initializer: weight ?? linear)
    let bias = try parameter("\(name).bias", shape: [units], initializer: bias ?? linear)
    return try dense(x, weight: weight, bias: bias, name: name)
  }

  /// Adds the activation of each element.
  ///
  /// - Throws: `GraphError` where a slope or an α is not above 0, or the name is taken.
  public mutating func activation(_ activation: Activation, _ x: Value, name: String? = nil) throws -> Value {
    if let fault = activation.fault {
      throw GraphError(.invalidArgument, "\(activation.name) '\(name ?? "unnamed")' has \(fault)")
    }
    return try append(.activation(activation), [x], name: name)
  }

  /// Adds max(x, 0) of each element.
  public mutating func relu(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.relu, x, name: name)
  }

  /// Adds the hyperbolic tangent of each element.
  public mutating func tanh(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.tanh, x, name: name)
  }

  /// Adds the logistic sigmoid of each element.
  public mutating func sigmoid(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.sigmoid, x, name: name)
  }

  /// Adds x Φ(x) of each element.
  public mutating func gelu(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.gelu, x, name: name)
  }

  /// Adds x / (1 + e⁻ˣ) of each element.
  public mutating func silu(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.silu, x, name: name)
  }

  /// Adds x min(max(x + 3, 0), 6) / 6 of each element.
  public mutating func hardSwish(_ x: Value, name: String? = nil) throws -> Value {
    try activation(.hardSwish, x, name: name)
  }

  /// Adds dropout: in training each element becomes 0 with the given probability and is scaled by
  /// 1 / (1 - probability) otherwise; in an inference graph the node is gone.
  ///
  /// Hinton et al. 2012, arXiv:1207.0580, scaled at training time. A probability of 0 adds nothing and returns x.
  ///
  /// - Throws: `GraphError` where the probability is not in 0..<1 or the name is taken.
  public mutating func dropout(_ x: Value, probability: Double, name: String? = nil) throws -> Value {
    guard probability >= 0, probability < 1 else {
      throw GraphError(
        .invalidArgument, "dropout '\(name ?? "unnamed")' has probability \(probability), which must be in 0..<1")
    }
    if probability == 0 { return x }
    let mask = try appendLeaf(
      .dropoutMask(probability: probability, stream: dropoutStreams), shape: shape(of: x),
      name: name.map { "\($0).mask" })
    dropoutStreams += 1
    return try append(.multiply, [x, mask], name: name)
  }
}
