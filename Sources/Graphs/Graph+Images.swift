extension Graph {
  /// Adds a convolution of given weights.
  ///
  /// - Parameters:
  ///   - x: Shape [N, H, W, C].
  ///   - weight: Shape [KH, KW, C / groups, O].
  ///   - bias: Shape [O], or nil for none.
  ///   - convolution: How the window moves.
  ///   - name: The name by which errors call the result; nil for a made one.
  /// - Returns: Shape [N, OH, OW, O].
  /// - Throws: `GraphError` where the shapes do not fit or the name is taken.
  public mutating func convolution(
    _ x: Value, weight: Value, bias: Value?, _ convolution: Convolution = Convolution(), name: String? = nil
  ) throws -> Value {
    try append(
      .convolution(.forward(convolution, activation: nil)), [x, weight] + (bias.map { [$0] } ?? []), name: name)
  }

  /// Adds a convolution with parameters of its own: `name.weight` [KH, KW, C / groups, channels] and, unless it is left
  /// out, `name.bias` [channels].
  ///
  /// - Parameters:
  ///   - x: Shape [N, H, W, C].
  ///   - channels: The number of output channels, a multiple of `groups`.
  ///   - kernel: The extent of the window.
  ///   - stride: The step between neighbouring windows.
  ///   - padding: The zeros around the image; half the window, rounded down, where nil, which keeps the extent at
  ///     stride 1 and an odd window.
  ///   - dilation: The step between the elements that a window reads.
  ///   - groups: The number of groups, which divides both numbers of channels.
  ///   - hasBias: Whether a bias is added; normalization after it makes one superfluous.
  ///   - name: The layer's name.
  ///   - weight: How weights are drawn; uniform in ±1/√fanIn where nil.
  /// - Returns: Shape [N, OH, OW, channels].
  /// - Throws: `GraphError` where the numbers do not fit or a name is taken.
  public mutating func conv2d(
    _ x: Value, channels: Int, kernel: Extent = Extent(3), stride: Extent = Extent(1), padding: Extent? = nil,
    dilation: Extent = Extent(1), groups: Int = 1, hasBias: Bool = true, name: String, weight: Initializer? = nil
  ) throws -> Value {
    let shape = shape(of: x)
    guard shape.rank == 4 else {
      throw GraphError(.shapeMismatch, "convolution '\(name)' takes x [N, H, W, C], but was given shape \(shape)")
    }
    guard groups >= 1, shape[3] % groups == 0, channels % groups == 0 else {
      throw GraphError(
        .invalidArgument,
        "convolution '\(name)' has \(groups) groups, which must divide both its \(shape[3]) and its \(channels) channels"
      )
    }
    guard kernel.height >= 1, kernel.width >= 1, channels >= 1 else {
      throw GraphError(
        .invalidArgument,
        "convolution '\(name)' has a window of \(kernel) and \(channels) channels; all must be at least 1")
    }
    let padding =
      padding
      ?? Extent(
        height: dilation.height * (kernel.height - 1) / 2, width: dilation.width * (kernel.width - 1) / 2)
    let inner = shape[3] / groups
    let linear = Initializer.linear(fanIn: kernel.height * kernel.width * inner)
    let weight = try parameter(
      "\(name).weight", shape: [kernel.height, kernel.width, inner, channels], initializer: weight ?? linear)
    let bias = hasBias ? try parameter("\(name).bias", shape: [channels], initializer: linear) : nil
    let convolution = Convolution(stride: stride, padding: padding, dilation: dilation, groups: groups)
    return try self.convolution(x, weight: weight, bias: bias, convolution, name: name)
  }

  /// Adds a depthwise convolution with parameters of its own: each channel is filtered alone.
  ///
  /// - Returns: Shape [N, OH, OW, C · multiplier].
  /// - Throws: `GraphError` where the numbers do not fit or a name is taken.
  public mutating func depthwiseConv2d(
    _ x: Value, multiplier: Int = 1, kernel: Extent = Extent(3), stride: Extent = Extent(1), padding: Extent? = nil,
    dilation: Extent = Extent(1), hasBias: Bool = true, name: String, weight: Initializer? = nil
  ) throws -> Value {
    let channels = shape(of: x).dimensions.last ?? 1
    return try conv2d(
      x, channels: channels * multiplier, kernel: kernel, stride: stride, padding: padding, dilation: dilation,
      groups: channels, hasBias: hasBias, name: name, weight: weight)
  }

  /// Adds the largest element of each window: [N, OH, OW, C].
  ///
  /// - Throws: `GraphError` where no window fits, the padding is above half the window or the name is taken.
  public mutating func maxPooling(_ x: Value, _ pooling: Pooling, name: String? = nil) throws -> Value {
    try append(.pooling(.maximum(pooling)), [x], name: name)
  }

  /// Adds the mean of each window: [N, OH, OW, C]; padding counts as zeros unless it is left out of the mean.
  ///
  /// - Throws: `GraphError` where no window fits, the padding is above half the window or the name is taken.
  public mutating func averagePooling(
    _ x: Value, _ pooling: Pooling, countsPadding: Bool = true, name: String? = nil
  ) throws -> Value {
    try append(.pooling(.average(pooling, countsPadding: countsPadding)), [x], name: name)
  }

  /// Adds the mean over rows and columns: [N, H, W, C] to [N, C].
  public mutating func globalAveragePooling(_ x: Value, name: String? = nil) throws -> Value {
    try append(.pooling(.globalAverage), [x], name: name)
  }
}
