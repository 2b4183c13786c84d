extension Graph {
  /// Adds the same elements, in row-major order, in another shape.
  ///
  /// - Throws: `GraphError` where the shape has another number of elements or the name is taken.
  public mutating func reshape(_ x: Value, _ shape: Shape, name: String? = nil) throws -> Value {
    try append(.reshape(shape), [x], name: name)
  }

  /// Adds each sample's elements as one row: [N, ...] to [N, M].
  ///
  /// - Throws: `GraphError` where x is a scalar or the name is taken.
  public mutating func flatten(_ x: Value, name: String? = nil) throws -> Value {
    let shape = shape(of: x)
    guard let samples = shape.dimensions.first else {
      throw GraphError(.shapeMismatch, "flatten '\(name ?? "unnamed")' takes x [N, ...], but was given a scalar")
    }
    return try reshape(x, [samples, shape.count / samples], name: name)
  }

  /// Adds values one after the other along an axis; nil is the last one, that of channels.
  ///
  /// - Throws: `GraphError` where there is no value, they differ on another axis or the name is taken.
  public mutating func concatenate(_ values: [Value], axis: Int? = nil, name: String? = nil) throws -> Value {
    let axis = axis ?? (values.first.map { shape(of: $0).rank } ?? 0) - 1
    return try append(.concatenate(axis: axis), values, name: name)
  }

  /// Adds the elements of a range along an axis.
  ///
  /// - Throws: `GraphError` where the range is empty or beyond the axis, or the name is taken.
  public mutating func slice(_ x: Value, axis: Int, _ range: Range<Int>, name: String? = nil) throws -> Value {
    try append(.slice(axis: axis, start: range.lowerBound, count: range.count), [x], name: name)
  }

  /// Adds eˣ / Σ eˣ over the last axis.
  public mutating func softmax(_ x: Value, name: String? = nil) throws -> Value {
    try append(.softmax, [x], name: name)
  }
}
