/// How a window moves over images [N, H, W, C] to sum each up by one number a channel.
public struct Pooling: Hashable, Sendable, Codable {
  /// The window, at least 1x1.
  public var window: Extent
  /// The step between neighbouring windows, at least 1.
  public var stride: Extent
  /// The rows and columns around the image, at most half the window; a maximum passes over them.
  public var padding: Extent

  /// Makes a pooling; the stride is the window where it is not given.
  public init(window: Extent, stride: Extent? = nil, padding: Extent = Extent(0)) {
    self.window = window
    self.stride = stride ?? window
    self.padding = padding
  }

  /// The shape of the output for x [N, H, W, C], or nil where no window fits or the numbers are out of range.
  public func outputShape(x: Shape) -> Shape? {
    guard window.height >= 1, window.width >= 1, stride.height >= 1, stride.width >= 1, padding.height >= 0,
      padding.width >= 0, 2 * padding.height <= window.height, 2 * padding.width <= window.width, x.rank == 4,
      let height = Convolution.outputExtent(x[1], window.height, stride.height, padding.height, 1),
      let width = Convolution.outputExtent(x[2], window.width, stride.width, padding.width, 1)
    else { return nil }
    return [x[0], height, width, x[3]]
  }
}

/// A pooling or one of its gradients.
public enum PoolingOperation: Hashable, Sendable, Codable {
  /// x [N, H, W, C]: the largest element of each window [N, OH, OW, C]; NaN where the window holds one.
  case maximum(Pooling)
  /// upstream [N, OH, OW, C] and x: each upstream goes to the first largest element of its window, row by row (the
  /// first NaN where there is one).
  case maximumGradient(Pooling)
  /// x [N, H, W, C]: the mean of each window [N, OH, OW, C], of which padding counts as zeros where asked and not at all
  /// otherwise.
  case average(Pooling, countsPadding: Bool)
  /// upstream [N, OH, OW, C]: the gradient by x, of the given shape.
  case averageGradient(Pooling, countsPadding: Bool, input: Shape)
  /// x [N, H, W, C]: the mean over rows and columns [N, C].
  case globalAverage
  /// upstream [N, C]: upstream / (H W) at each row and column of the given shape [N, H, W, C].
  case globalAverageGradient(input: Shape)

  var name: String {
    switch self {
    case .maximum: "maxPooling"
    case .maximumGradient: "maxPoolingGradient"
    case .average: "averagePooling"
    case .averageGradient: "averagePoolingGradient"
    case .globalAverage: "globalAveragePooling"
    case .globalAverageGradient: "globalAveragePoolingGradient"
    }
  }

  func outputShape(of inputs: [Shape], _ shapes: ShapeCheck) throws -> Shape {
    switch self {
    case .maximum(let pooling), .average(let pooling, _):
      let form =
        "x [N, H, W, C] that a window of \(pooling.window) fits in, with a padding of at most half the window"
      try shapes.require(inputs.count == 1, form)
      guard let output = pooling.outputShape(x: inputs[0]) else { throw shapes.mismatch(form) }
      return output

    case .maximumGradient(let pooling):
      try shapes.require(
        inputs.count == 2 && pooling.outputShape(x: inputs[1]) == inputs[0], "upstream and x of a pooling")
      return inputs[1]

    case .averageGradient(let pooling, _, let input):
      try shapes.require(
        inputs.count == 1 && pooling.outputShape(x: input) == inputs[0], "upstream of a pooling of \(input)")
      return input

    case .globalAverage:
      try shapes.require(inputs.count == 1 && inputs[0].rank == 4, "x [N, H, W, C]")
      return [inputs[0][0], inputs[0][3]]

    case .globalAverageGradient(let input):
      try shapes.require(
        inputs.count == 1 && input.rank == 4 && inputs[0] == [input[0], input[3]],
        "upstream of a global pooling of \(input)")
      return input
    }
  }
}
