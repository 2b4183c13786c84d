/// A height and a width, in elements.
public struct Extent: Hashable, Sendable, CustomStringConvertible {
  /// Along the axis of rows.
  public var height: Int
  /// Along the axis of columns.
  public var width: Int

  /// Makes an extent.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  /// Makes the extent of a square.
  public init(_ side: Int) {
    self.init(height: side, width: side)
  }

  public var description: String { "\(height)x\(width)" }
}

/// How a window of weights moves over images.
///
/// Images are [N, H, W, C], channels last, and weights [KH, KW, C / groups, O]. Output row h reads the input rows
/// h · stride - padding + k · dilation for k in 0..<KH; rows outside the image count as 0, and columns go likewise.
/// With groups, output channel o reads the input channels of group o / (O / groups) only; a depthwise convolution has as
/// many groups as input channels.
public struct Convolution: Hashable, Sendable, Codable {
  /// The step between neighbouring windows, at least 1.
  public var stride: Extent
  /// The zeros before the first and after the last row and column, at least 0.
  public var padding: Extent
  /// The step between the elements that a window reads, at least 1.
  public var dilation: Extent
  /// The number of groups, which divides both numbers of channels.
  public var groups: Int

  /// Makes a convolution.
  public init(
    stride: Extent = Extent(1), padding: Extent = Extent(0), dilation: Extent = Extent(1), groups: Int = 1
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// Whether the numbers are in range, whatever the shapes.
  var isValid: Bool {
    stride.height >= 1 && stride.width >= 1 && padding.height >= 0 && padding.width >= 0 && dilation.height >= 1
      && dilation.width >= 1 && groups >= 1
  }

  /// The shape of the output for x [N, H, W, C] and weight [KH, KW, C / groups, O], or nil where they do not fit.
  public func outputShape(x: Shape, weight: Shape) -> Shape? {
    guard isValid, x.rank == 4, weight.rank == 4, x[3] == weight[2] * groups, weight[3] % groups == 0,
      let height = Self.outputExtent(x[1], weight[0], stride.height, padding.height, dilation.height),
      let width = Self.outputExtent(x[2], weight[1], stride.width, padding.width, dilation.width)
    else { return nil }
    return [x[0], height, width, weight[3]]
  }

  /// The number of windows along one axis, or nil where not one fits.
  static func outputExtent(_ input: Int, _ window: Int, _ stride: Int, _ padding: Int, _ dilation: Int) -> Int? {
    let room = input + 2 * padding - dilation * (window - 1) - 1
    return room >= 0 ? room / stride + 1 : nil
  }
}

/// A convolution or one of its gradients.
public enum ConvolutionOperation: Hashable, Sendable, Codable {
  /// x [N, H, W, C], weight [KH, KW, C / groups, O] and optionally bias [O]: the activation of
  /// Σ x[n, h·s - p + i·d, w·s - p + j·d, c] weight[i, j, c, o] + bias[o] [N, OH, OW, O].
  case forward(Convolution, activation: Activation?)
  /// upstream [N, OH, OW, O] and weight: the gradient by x, of the given shape.
  case inputGradient(Convolution, input: Shape)
  /// upstream [N, OH, OW, O] and x: the gradient by weight, of the given shape.
  case weightGradient(Convolution, weight: Shape)

  var name: String {
    switch self {
    case .forward: "convolution"
    case .inputGradient: "convolutionInputGradient"
    case .weightGradient: "convolutionWeightGradient"
    }
  }

  func outputShape(of inputs: [Shape], _ shapes: ShapeCheck) throws -> Shape {
    switch self {
    case .forward(let convolution, _):
      let form = "x [N, H, W, C], weight [KH, KW, C / groups, O] with windows that fit, and optionally bias [O]"
      try shapes.require(inputs.count == 2 || inputs.count == 3, form)
      guard let output = convolution.outputShape(x: inputs[0], weight: inputs[1]) else {
        throw shapes.mismatch(form)
      }
      if inputs.count == 3 { try shapes.require(inputs[2] == [output[3]], form) }
      return output

    case .inputGradient(let convolution, let input):
      try shapes.require(
        inputs.count == 2 && convolution.outputShape(x: input, weight: inputs[1]) == inputs[0],
        "upstream and weight of a convolution of \(input)")
      return input

    case .weightGradient(let convolution, let weight):
      try shapes.require(
        inputs.count == 2 && convolution.outputShape(x: inputs[1], weight: weight) == inputs[0],
        "upstream and x of a convolution by \(weight)")
      return weight
    }
  }
}
