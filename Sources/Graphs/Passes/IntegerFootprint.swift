/// What an integer model takes of a device, counted before it exists: flash for its constants and memory for its
/// activations.
///
/// - *Flash* holds for each layer (dense or convolution) its weights of 2, 4 or 8 bits each, packed a layer at a time and rounded
///   up to whole bytes, its biases of 32 bits, and one scale of 32 bits an output channel; and tables of 256 bytes: one for
///   each activation but ReLU and ReLU6 behind a layer or a sum, and one for each value that is concatenated. A
///   normalization that no layer takes up holds a factor and a summand of 32 bits a channel. Program code, and the scale and zero point of each
///   activation, are not counted.
/// - *Activations* are bytes. A value takes memory from the step that makes it to the last that reads it; input and output
///   are among them. A reshaped value lies where it lay; an activation and the sum of two values take the place of an input
///   that nothing reads afterwards. The peak is the largest sum over the steps: what is live then, the step's own output
///   included. Memory of a step's own, such as accumulators, is not counted.
/// - *Multiply-accumulates* are those of one inference.
public struct IntegerFootprint: Hashable, Sendable {
  /// One operation of the integer model.
  public struct Step: Hashable, Sendable {
    /// The name of the graph's node.
    public let name: String
    /// The operation in lower camel case.
    public let operation: String
    /// The shape of the output, for one sample [1, ...].
    public let shape: Shape
    /// The steps whose outputs it reads, by their names; the network's input by the name of its node.
    public let inputs: [String]
    /// The multiplications with an addition.
    public let multiplyAccumulates: Int
    /// The numbers in the layer's weight.
    public internal(set) var weights = 0
    /// The bits of each of them; nil for a step without weights.
    public internal(set) var weightBits: Int?
    /// The biases, one an output channel or none.
    public internal(set) var biases = 0
    /// The scales, one an output channel of a layer.
    public internal(set) var scales = 0
    /// The tables of 256 bytes.
    public internal(set) var tables = 0
    /// The bytes of all activations that are live during the step.
    public internal(set) var liveBytes = 0

    /// The numbers that training found: weights and biases, normalization folded.
    public var parameters: Int { weights + biases }
    /// The bytes of the step's constants.
    public var flashBytes: Int { (weights * packedBits + 7) / 8 + 4 * biases + 4 * scales + 256 * tables }

    /// The bits that a weight takes: 2, 4 or 8 of a layer, 32 of a normalization.
    private var packedBits: Int { weightBits.map { $0 <= 2 ? 2 : $0 <= 4 ? 4 : 8 } ?? 32 }

    init(name: String, operation: String, shape: Shape, inputs: [String], multiplyAccumulates: Int) {
      self.name = name
      self.operation = operation
      self.shape = shape
      self.inputs = inputs
      self.multiplyAccumulates = multiplyAccumulates
    }

    mutating func setBiases(_ count: Int) { biases = count }

    /// A factor and a summand of 32 bits a channel.
    mutating func addAffine(channels: Int) {
      weights = channels
      biases = channels
    }
  }

  /// The steps in their order.
  public let steps: [Step]
  /// The bytes of the input.
  public let inputBytes: Int

  /// The numbers that training finds: weights and biases, normalization folded into them.
  public var parameters: Int { steps.reduce(0) { $0 + $1.parameters } }
  /// The multiplications with an addition of one inference.
  public var multiplyAccumulates: Int { steps.reduce(0) { $0 + $1.multiplyAccumulates } }
  /// The bytes of all constants.
  public var flashBytes: Int { steps.reduce(0) { $0 + $1.flashBytes } }
  /// The most bytes of activations that are live in one step.
  public var peakActivationBytes: Int { steps.reduce(inputBytes) { max($0, $1.liveBytes) } }
}
