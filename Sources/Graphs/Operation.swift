/// What a node computes from its inputs.
///
/// In the shapes below N is the batch, `in` and `out` are features and C is the number of classes.
public enum Operation: Hashable, Sendable {
  // Leaves

  /// A value written by the caller before each run.
  case input
  /// A trained value, kept in the parameter store under the node's name.
  case parameter(Initializer)
  /// The same number in each element.
  case constant(Double)
  /// A fresh draw a run: each element is 0 with the given probability, and 1 / (1 - probability) otherwise.
  ///
  /// The draw depends on the run's seed, the stream and the element's index alone.
  case dropoutMask(probability: Double, stream: Int)

  // Network

  /// x [N, in], weight [out, in] and optionally bias [out]: activation(x · weightᵀ + bias) [N, out].
  case dense(activation: Activation?)
  /// The activation of each element.
  case activation(Activation)

  // Losses

  /// logits [N, C] and labels [N], whole numbers in 0..<C: the mean over the batch of -log softmax(logits)[label].
  ///
  /// A label that is no class makes the loss NaN.
  case softmaxCrossEntropy
  /// prediction and target of one shape: the mean over all elements of (prediction - target)².
  case meanSquaredError

  // Arithmetic

  /// The sum of two values of one shape, element by element.
  case add
  /// The product of two values of one shape, element by element.
  case multiply
  /// The value times a fixed number.
  case scale(Double)
  /// x of any shape and a scalar: each element of x times the scalar.
  case multiplyByScalar
  /// The product of two matrices, each transposed first where asked.
  case matrixProduct(transposeLeft: Bool, transposeRight: Bool)
  /// [N, M]: the sum over the N rows [M].
  case sumRows
  /// [M]: the vector as each of the given number of rows.
  case broadcastRows(Int)
  /// Any shape: the sum over all elements, a scalar.
  case sum

  // Gradients

  /// upstream and y of one shape, where y is the activation's output: upstream times the derivative.
  case activationGradient(Activation)
  /// logits [N, C], labels [N] and a scalar upstream: upstream (softmax(logits) - onehot(labels)) / N.
  case softmaxCrossEntropyGradient
  /// prediction and target of one shape and a scalar upstream: upstream 2 (prediction - target) / count.
  case meanSquaredErrorGradient

  /// The operation's name in lower camel case, from which nodes without a name of their own get theirs.
  public var name: String {
    switch self {
    case .input: "input"
    case .parameter: "parameter"
    case .constant: "constant"
    case .dropoutMask: "dropoutMask"
    case .dense: "dense"
    case .activation(let activation): activation.rawValue
    case .softmaxCrossEntropy: "softmaxCrossEntropy"
    case .meanSquaredError: "meanSquaredError"
    case .add: "add"
    case .multiply: "multiply"
    case .scale: "scale"
    case .multiplyByScalar: "multiplyByScalar"
    case .matrixProduct: "matrixProduct"
    case .sumRows: "sumRows"
    case .broadcastRows: "broadcastRows"
    case .sum: "sum"
    case .activationGradient(let activation): "\(activation.rawValue)Gradient"
    case .softmaxCrossEntropyGradient: "softmaxCrossEntropyGradient"
    case .meanSquaredErrorGradient: "meanSquaredErrorGradient"
    }
  }

  /// Whether the node stands for memory that somebody else fills, so that no kernel runs for it.
  package var isStored: Bool {
    switch self {
    case .input, .parameter, .constant: true
    default: false
    }
  }

  /// Whether element i of the output depends on element i of the inputs of the output's shape, and on no other of
  /// their elements, so that the output may take the place of such an input.
  package var isElementwise: Bool {
    switch self {
    case .activation, .add, .multiply, .scale, .multiplyByScalar, .activationGradient: true
    default: false
    }
  }
}
