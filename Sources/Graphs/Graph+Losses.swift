extension Graph {
  /// Adds a loss.
  ///
  /// - Parameters:
  ///   - loss: Which one; its documentation gives the shapes.
  ///   - prediction: What the network gives: values or logits.
  ///   - target: What it should give.
  ///   - name: The name by which errors call the result; nil for a made one.
  /// - Returns: A scalar.
  /// - Throws: `GraphError` where the shapes do not fit, a number of the loss is out of range or the name is taken.
  public mutating func loss(
    _ loss: Loss, prediction: Value, target: Value, name: String? = nil
  ) throws -> Value {
    if let fault = loss.fault {
      throw GraphError(.invalidArgument, "\(loss.name) '\(name ?? "unnamed")' has \(fault)")
    }
    return try append(.loss(loss), [prediction, target], name: name)
  }

  /// Adds the mean over the batch of -log softmax(logits)[label].
  ///
  /// - Parameters:
  ///   - logits: Shape [N, C].
  ///   - labels: Shape [N], class numbers 0..<C held as floating-point whole numbers. Any other number makes the
  ///     loss NaN.
  ///   - labelSmoothing: What part of the target is spread over all classes, in 0..<1.
  ///   - name: The name by which errors call the result; nil for a made one.
  /// - Returns: A scalar.
  /// - Throws: `GraphError` where the shapes do not fit, the smoothing is out of range or the name is taken.
  public mutating func softmaxCrossEntropy(
    logits: Value, labels: Value, labelSmoothing: Double = 0, name: String? = nil
  ) throws -> Value {
    try loss(.softmaxCrossEntropy(labelSmoothing: labelSmoothing), prediction: logits, target: labels, name: name)
  }

  /// Adds the mean over all elements of (prediction - target)².
  ///
  /// - Returns: A scalar.
  /// - Throws: `GraphError` where the shapes differ or the name is taken.
  public mutating func meanSquaredError(prediction: Value, target: Value, name: String? = nil) throws -> Value {
    try loss(.meanSquaredError, prediction: prediction, target: target, name: name)
  }
}

extension Loss {
  /// What is wrong with the loss's numbers, or nil.
  fileprivate var fault: String? {
    switch self {
    case .meanSquaredError, .meanAbsoluteError, .binaryCrossEntropy: nil
    case .huber(let delta): delta > 0 && delta.isFinite ? nil : "a delta of \(delta), which must be above 0"
    case .softmaxCrossEntropy(let smoothing):
      smoothing >= 0 && smoothing < 1 ? nil : "a label smoothing of \(smoothing), which must be in 0..<1"
    case .klDivergence(let temperature):
      temperature > 0 && temperature.isFinite ? nil : "a temperature of \(temperature), which must be above 0"
    }
  }
}
