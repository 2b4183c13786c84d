public import Graphs
import SearchSpace

/// Networks of inverted residual blocks (Sandler et al. 2018, arXiv:1801.04381): a pointwise convolution that widens, a
/// depthwise one, and a pointwise one that narrows without activation, with a way around them where the shapes permit.
public struct InvertedResidualSpace: ArchitectureSpace, Hashable {
  /// The channels of the first convolution.
  public var stem: WholeNumbers
  /// The number of stages, each of blocks of one width.
  public var stages: WholeNumbers
  /// The number of blocks of a stage.
  public var depth: WholeNumbers
  /// The channels of a stage.
  public var width: WholeNumbers
  /// The rows and columns of a block's window.
  public var kernel: WholeNumbers
  /// How many times wider a block is inside than outside; 1 leaves the widening out.
  public var expansion: WholeNumbers
  /// The step of a stage's first block.
  public var stride: WholeNumbers
  /// Whether there is a choice of a way around a block; without it there is one wherever the shapes permit.
  public var choosesSkip: Bool
  /// The bits of a layer's weights.
  public var bits: WholeNumbers
  /// The probability with which an element is dropped before the last layer in training, of 0..<1.
  public var dropout: Double

  /// Describes a space.
  public init(
    stem: WholeNumbers = [8, 16, 24], stages: WholeNumbers = .range(1...3), depth: WholeNumbers = .range(1...3),
    width: WholeNumbers = .range(8...40, step: 8), kernel: WholeNumbers = [3, 5], expansion: WholeNumbers = [1, 2, 4],
    stride: WholeNumbers = [1, 2], choosesSkip: Bool = true, bits: WholeNumbers = 8, dropout: Double = 0
  ) {
    self.stem = stem
    self.stages = stages
    self.depth = depth
    self.width = width
    self.kernel = kernel
    self.expansion = expansion
    self.stride = stride
    self.choosesSkip = choosesSkip
    self.bits = bits
    self.dropout = dropout
  }

  public func inputShape(of featureShape: [Int]) -> [Int] { imageShape(of: featureShape) }

  public func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    builder.bits = bits
    builder.dropoutProbability = dropout
    let stemChannels = try builder.suggest("stem/channels", stem)
    let stemStride = try builder.suggest("stem/stride", stride)
    var x = try builder.convolution(input, channels: stemChannels, kernel: 3, stride: stemStride, name: "stem")
    try builder.repeated("stage", stages) { builder, _ in
      let width = try builder.suggest("width", width)
      let stageStride = try builder.suggest("stride", stride)
      try builder.repeated("block", depth) { builder, index in
        x = try block(x, width: width, stride: index == 0 ? stageStride : 1, &builder)
      }
    }
    return try builder.classifier(x, outputWidth: outputWidth)
  }

  private func block(
    _ input: Value, width: Int, stride: Int, _ builder: inout ArchitectureBuilder
  ) throws -> Value {
    let kernel = try builder.suggest("kernel", kernel)
    let expansion = try builder.suggest("expansion", expansion)
    let channels = builder.graph.shape(of: input)[3]
    return try builder.skip(around: input, isChosen: choosesSkip) { builder in
      var x = input
      if expansion > 1 {
        x = try builder.convolution(x, channels: channels * expansion, kernel: 1, name: "expand")
      }
      x = try builder.convolution(x, channels: nil, kernel: kernel, stride: stride, name: "depthwise")
      return try builder.convolution(x, channels: width, kernel: 1, name: "project", isActivated: false)
    }
  }
}
