extension Graph {
  /// Adds the sum of two values of one shape, element by element.
  public mutating func add(_ left: Value, _ right: Value, name: String? = nil) throws -> Value {
    try append(.add, [left, right], name: name)
  }

  /// Adds the product of two values of one shape, element by element.
  public mutating func multiply(_ left: Value, _ right: Value, name: String? = nil) throws -> Value {
    try append(.multiply, [left, right], name: name)
  }

  /// Adds the value times a fixed number.
  public mutating func scale(_ x: Value, by factor: Double, name: String? = nil) throws -> Value {
    try append(.scale(factor), [x], name: name)
  }

  /// Adds each element of `x` times the scalar value `scalar`.
  public mutating func multiply(_ x: Value, byScalar scalar: Value, name: String? = nil) throws -> Value {
    try append(.multiplyByScalar, [x, scalar], name: name)
  }

  /// Adds the product of two matrices, each transposed first where asked.
  public mutating func matrixProduct(
    _ left: Value, _ right: Value, transposeLeft: Bool = false, transposeRight: Bool = false, name: String? = nil
  ) throws -> Value {
    let operation = Operation.matrixProduct(transposeLeft: transposeLeft, transposeRight: transposeRight)
    return try append(operation, [left, right], name: name)
  }

  /// Adds the sum over the rows of a matrix [N, M]: [M].
  public mutating func sumRows(_ x: Value, name: String? = nil) throws -> Value {
    try append(.sumRows, [x], name: name)
  }

  /// Adds the matrix [count, M] with the vector `x` [M] as each row.
  ///
  /// - Throws: `GraphError` where x is no vector, `count` is below 1 or the name is taken.
  public mutating func broadcastRows(_ x: Value, count: Int, name: String? = nil) throws -> Value {
    guard count >= 1 else {
      throw GraphError(
        .invalidArgument, "broadcastRows '\(name ?? "unnamed")' makes \(count) rows, which must be at least 1")
    }
    return try append(.broadcastRows(count), [x], name: name)
  }

  /// Adds the sum over all elements, a scalar.
  public mutating func sum(_ x: Value, name: String? = nil) throws -> Value {
    try append(.sum, [x], name: name)
  }
}
