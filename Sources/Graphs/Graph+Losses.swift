extension Graph {
  /// Adds the mean over the batch of -log softmax(logits)[label].
  ///
  /// - Parameters:
  ///   - logits: Shape [N, C].
  ///   - labels: Shape [N], class numbers 0..<C held as floating-point whole numbers. Any other number makes the
  ///     loss NaN.
  ///   - name: The name by which errors call the result; nil for a made one.
  /// - Returns: A scalar.
  /// - Throws: `GraphError` where the shapes do not fit or the name is taken.
  public mutating func softmaxCrossEntropy(logits: Value, labels: Value, name: String? = nil) throws -> Value {
    try append(.softmaxCrossEntropy, [logits, labels], name: name)
  }

  /// Adds the mean over all elements of (prediction - target)².
  ///
  /// - Returns: A scalar.
  /// - Throws: `GraphError` where the shapes differ or the name is taken.
  public mutating func meanSquaredError(prediction: Value, target: Value, name: String? = nil) throws -> Value {
    try append(.meanSquaredError, [prediction, target], name: name)
  }
}
