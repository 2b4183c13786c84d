public import Graphs
import SearchSpace

/// Plain convolution networks: blocks of a convolution, full or separable, each followed by a step down or none, and behind
/// them the mean of each channel or all pixels.
public struct ConvolutionalSpace: ArchitectureSpace, Hashable {
  /// The number of blocks.
  public var depth: WholeNumbers
  /// The channels of a block.
  public var channels: WholeNumbers
  /// The rows and columns of a block's window.
  public var kernel: WholeNumbers
  /// Whether a block may be separable: a depthwise and a pointwise convolution in place of a full one.
  public var isSeparable: Bool
  /// The bits of a layer's weights.
  public var bits: WholeNumbers
  /// The probability with which an element is dropped before the last layer in training, of 0..<1.
  public var dropout: Double

  /// Describes a space.
  public init(
    depth: WholeNumbers = .range(1...4), channels: WholeNumbers = .range(8...32, step: 8),
    kernel: WholeNumbers = [3, 5], isSeparable: Bool = true, bits: WholeNumbers = 8, dropout: Double = 0
  ) {
    self.depth = depth
    self.channels = channels
    self.kernel = kernel
    self.isSeparable = isSeparable
    self.bits = bits
    self.dropout = dropout
  }

  public func inputShape(of featureShape: [Int]) -> [Int] { imageShape(of: featureShape) }

  public func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    builder.bits = bits
    builder.dropoutProbability = dropout
    var x = input
    try builder.repeated("block", depth) { builder, index in
      let channels = try builder.suggest("channels", channels)
      let kernel = try builder.suggest("kernel", kernel)
      // A depthwise convolution of the image's own channels would see too little.
      let kinds = isSeparable && index > 0 ? ["full", "separable"] : ["full"]
      let reduction = try builder.suggest(.choice("reduction", ["none", "stride", "maximum"]))
      let stride = reduction == "stride" ? 2 : 1
      x =
        try builder.suggest(.choice("convolution", kinds)) == "separable"
        ? builder.separableConvolution(x, channels: channels, kernel: kernel, stride: stride, name: "conv")
        : builder.convolution(x, channels: channels, kernel: kernel, stride: stride, name: "conv")
      if reduction == "maximum" { x = try builder.maxPooling(x, window: 2, name: "pooling") }
    }
    if try builder.suggest(.choice("head", ["mean", "flatten"])) == "mean" {
      return try builder.classifier(x, outputWidth: outputWidth)
    }
    let flat = try builder.dropout(builder.graph.flatten(x, name: "flat"), name: "dropout")
    return try builder.dense(flat, units: outputWidth, name: "output", isLast: true)
  }
}
