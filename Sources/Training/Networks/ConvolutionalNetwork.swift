public import Graphs

/// Blocks of convolutions that each halve the image, and dense layers behind them.
///
/// A block is some convolutions, each with batch normalization and an activation behind it, then the step down and, where
/// asked, dropout.
public struct ConvolutionalNetwork: Network, Hashable {
  /// How a block halves the rows and columns.
  public enum Reduction: String, Hashable, Sendable, CaseIterable {
    /// The largest of each two by two pixels.
    case maximum
    /// Their mean.
    case average
    /// A stride of 2 in the block's last convolution.
    case stride
  }

  /// How images become features for the dense layers.
  public enum Head: String, Hashable, Sendable, CaseIterable {
    /// The mean of each channel.
    case globalPooling
    /// All pixels of all channels.
    case flatten
  }

  /// The channels of each block, from the input's side, at least one block.
  public var channels: [Int]
  /// The convolutions of a block, at least 1.
  public var convolutions: Int
  /// The rows and columns of a window, odd.
  public var kernel: Int
  /// Whether each convolution is a depthwise and a pointwise one (Howard et al. 2017, arXiv:1704.04861), but the first.
  public var isSeparable: Bool
  /// How a block halves the image.
  public var reduction: Reduction
  /// How images become features.
  public var head: Head
  /// The units of a dense hidden layer before the output; 0 for none.
  public var units: Int
  /// The activation of all hidden layers.
  public var activation: Activation
  /// The probability with which an element behind a block or a hidden unit is dropped in training, of 0..<1.
  public var dropout: Double
  /// How the weights of convolutions and of the hidden layer are drawn; nil for He's ranges.
  public var initialization: Initializer?

  /// Describes a network.
  public init(
    channels: [Int], convolutions: Int = 1, kernel: Int = 3, isSeparable: Bool = false,
    reduction: Reduction = .maximum, head: Head = .globalPooling, units: Int = 0, activation: Activation = .relu,
    dropout: Double = 0, initialization: Initializer? = nil
  ) {
    self.initialization = initialization
    self.channels = channels
    self.convolutions = convolutions
    self.kernel = kernel
    self.isSeparable = isSeparable
    self.reduction = reduction
    self.head = head
    self.units = units
    self.activation = activation
    self.dropout = dropout
  }

  /// Images as they are: [height, width, channels].
  public func inputShape(of featureShape: [Int]) -> [Int] {
    featureShape
  }

  /// Adds the layers `block1.conv1`, `block1.norm1` ... `hidden` and `output`.
  ///
  /// - Throws: `GraphError` where the samples are no images, an image has no room for so many blocks, or a number is out
  ///   of its range.
  public func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value {
    var x = input
    for (block, channels) in channels.enumerated() {
      for number in 1...max(1, convolutions) {
        let stride = Extent(reduction == .stride && number == convolutions ? 2 : 1)
        x = try convolution(
          x, channels: channels, stride: stride, isFirst: block == 0 && number == 1, "block\(block + 1)", number, &graph
        )
      }
      let window = Pooling(window: Extent(2))
      switch reduction {
      case .maximum: x = try graph.maxPooling(x, window, name: "block\(block + 1).pooling")
      case .average: x = try graph.averagePooling(x, window, name: "block\(block + 1).pooling")
      case .stride: break
      }
      x = try graph.dropout(x, probability: dropout, name: "block\(block + 1).dropout")
    }
    x = head == .flatten ? try graph.flatten(x) : try graph.globalAveragePooling(x)
    if units > 0 {
      x = try graph.dense(x, units: units, name: "hidden", weight: initialization ?? .heUniform)
      x = try graph.activation(activation, x, name: "hidden.activation")
      x = try graph.dropout(x, probability: dropout, name: "hidden.dropout")
    }
    return try graph.dense(x, units: outputWidth, name: "output")
  }

  private func convolution(
    _ input: Value, channels: Int, stride: Extent, isFirst: Bool, _ block: String, _ number: Int, _ graph: inout Graph
  ) throws -> Value {
    var (x, stride) = (input, stride)
    var window = Extent(kernel)
    if isSeparable, !isFirst {
      let name = "\(block).depthwise\(number)"
      x = try graph.depthwiseConv2d(
        x, kernel: window, stride: stride, hasBias: false, name: name, weight: initialization ?? .heNormal)
      x = try graph.batchNormalization(x, name: "\(name).norm")
      x = try graph.activation(activation, x, name: "\(name).activation")
      (stride, window) = (Extent(1), Extent(1))
    }
    x = try graph.conv2d(
      x, channels: channels, kernel: window, stride: stride, hasBias: false, name: "\(block).conv\(number)",
      weight: initialization ?? .heNormal)
    x = try graph.batchNormalization(x, name: "\(block).norm\(number)")
    return try graph.activation(activation, x, name: "\(block).activation\(number)")
  }
}
