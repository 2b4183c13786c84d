public import Graphs
public import Training

/// A network that computes with integers: unsigned 8-bit values, signed weights of at most 8 bits, 32-bit sums.
///
/// It is what every exported file holds and what `IntegerEngine` runs; both are made of this value alone. Of one sample:
/// the batch is 1, images are [1, H, W, C].
public struct IntegerNetwork: Sendable, Hashable {
  /// A value between operations.
  public struct Tensor: Sendable, Hashable {
    /// The name of the node that computes it.
    public let name: String
    /// The shape [1, ...]; a byte an element.
    public let shape: Shape
    /// What the bytes stand for.
    public let quantization: AffineQuantization
  }

  /// An operation with the tensors that it reads and the one that it makes, by position.
  public struct Node: Sendable, Hashable {
    /// What is computed.
    public let operation: IntegerOperation
    /// The tensors that are read.
    public let inputs: [Int]
    /// The tensor that is made.
    public let output: Int
  }

  /// The values, in the order in which they are computed; the first is the input.
  public let tensors: [Tensor]
  /// The operations in an order of execution.
  public let nodes: [Node]
  /// The position of the input.
  public let input: Int
  /// The position of the output [1, width].
  public let output: Int

  /// The input's tensor.
  public var inputTensor: Tensor { tensors[input] }
  /// The output's tensor.
  public var outputTensor: Tensor { tensors[output] }

  /// The convolutions and dense layers.
  public var layers: [IntegerWeights] { nodes.compactMap(\.operation.weights) }
}

/// The weights of a layer, and what takes its sums to the bytes of its output.
public struct IntegerWeights: Sendable, Hashable {
  /// The name of the layer.
  public let name: String
  /// [KH, KW, C / groups, O] of a convolution, [out, in] of a dense layer.
  public let shape: Shape
  /// The bits that an element takes when it is packed: 2 to 8.
  public let bits: Int
  /// The weights, row-major, each at most 2^(bits - 1) - 1 from 0.
  public let elements: [Int8]
  /// The step of each output channel's weights.
  public let scales: [Float]
  /// What is added to each output channel's sum: steps of the input's scale times the channel's.
  public let bias: [Int32]
  /// The input's scale times the channel's over the output's, in this order in single precision.
  public let multipliers: [Float]

  /// The number of output channels.
  public var channelCount: Int { bias.count }
}

/// What a network of integers computes. z and s are zero points and scales; values are real = s (q - z).
///
/// Sums of products are exact in 32 bits; rounding is to the nearest, halves to even, and results saturate at 0 and 255.
/// All other arithmetic is in single precision, in the order written, so that every runtime that follows it has the same
/// bits.
public enum IntegerOperation: Sendable, Hashable {
  /// One image: round(m[o] · (bias[o] + Σ (q - z) w)) + z of the output; places outside the image are z.
  case convolution(Convolution, IntegerWeights, activation: Activation?)
  /// One row: round(m[o] · (bias[o] + Σ (q - z) w[o])) + z of the output.
  case dense(IntegerWeights, activation: Activation?)
  /// Two tensors of one shape: with a = s₀ / s and b = s₁ / s, fma(q₀, a, fma(q₁, b, z - fma(a, z₀, b z₁))), rounded.
  case add(activation: Activation?)
  /// One tensor: the byte that the table has for each byte.
  case lookup([UInt8], Activation)
  /// One image: the largest byte of each window.
  case maxPooling(Pooling)
  /// One image: the real numbers s (q - z) of each window summed row by row, over the count, over the output's s, plus its
  /// z, rounded.
  case averagePooling(Pooling, countsPadding: Bool)
  /// One image [1, H, W, C] to [1, C]: round(Σ (q - z) · m) + z of the output with m = s₀ / (s H W).
  case globalAveragePooling
  /// Tensors that agree on all axes but the last, one after the other along it, each byte by the table of its input.
  case concatenate([[UInt8]])
  /// The same bytes in the output's shape.
  case reshape

  /// The weights of a layer; nil for all else.
  public var weights: IntegerWeights? {
    switch self {
    case .convolution(_, let weights, _), .dense(let weights, _): weights
    default: nil
    }
  }

  /// The name, in lower camel case.
  public var name: String {
    switch self {
    case .convolution: "convolution"
    case .dense: "dense"
    case .add: "add"
    case .lookup(_, let activation): activation.name
    case .maxPooling: "maxPooling"
    case .averagePooling: "averagePooling"
    case .globalAveragePooling: "globalAveragePooling"
    case .concatenate: "concatenate"
    case .reshape: "reshape"
    }
  }
}
