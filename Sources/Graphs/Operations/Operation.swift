/// What a node computes from its inputs.
///
/// In the shapes below N is the batch, `in` and `out` are features and C is the number of classes or channels; images are
/// [N, H, W, C], channels last.
public enum Operation: Hashable, Sendable, Codable {
  // Leaves

  /// A value written by the caller before each run.
  case input
  /// A trained value, kept in the parameter store under the node's name.
  case parameter(Initializer)
  /// A value that training moves but no optimizer does, such as a running mean; kept in the parameter store.
  case state(Initializer)
  /// The same number in each element.
  case constant(Double)
  /// A fresh draw a run: each element is 0 with the given probability, and 1 / (1 - probability) otherwise.
  ///
  /// The draw depends on the run's seed, the stream and the element's index alone.
  case dropoutMask(probability: Double, stream: Int)

  // Network

  /// x [N, in], weight [out, in] and optionally bias [out]: activation(x · weightᵀ + bias) [N, out].
  case dense(activation: Activation?)
  /// A convolution or one of its gradients.
  case convolution(ConvolutionOperation)
  /// A pooling or one of its gradients.
  case pooling(PoolingOperation)
  /// A normalization or a part of its training.
  case normalization(NormalizationOperation)
  /// The rounding of values or weights to few bits, as training sees it, or one of its gradients.
  case fakeQuantization(FakeQuantization)
  /// The activation of each element.
  case activation(Activation)
  /// x [..., C]: eˣ / Σ eˣ over the last axis.
  case softmax

  // Losses

  /// The loss of prediction and target, as `Loss` documents them: a scalar.
  case loss(Loss)

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
  /// [..., M]: the sum over all axes but the last [M].
  case sumRows
  /// [M]: the vector as each of the given number of rows.
  case broadcastRows(Int)
  /// Any shape: the sum over all elements, a scalar.
  case sum

  // Rearrangement

  /// The same elements in another shape.
  case reshape(Shape)
  /// Values that agree on all axes but the given one: one after the other along it.
  case concatenate(axis: Int)
  /// The elements from `start` along an axis, as many as `count`.
  case slice(axis: Int, start: Int, count: Int)
  /// The value from `start` along an axis of the given extent, and zeros before and after it: the gradient of a slice.
  case embed(axis: Int, start: Int, extent: Int)

  // Gradients

  /// upstream and, of the same shape, the activation's output y where it is differentiated there, else its input x:
  /// upstream times the derivative.
  case activationGradient(Activation)
  /// x: the activation's second derivative of each element; for activations differentiated at their input.
  case activationCurvature(Activation)
  /// upstream and y of one shape, y a softmax over the last axis: y (upstream - Σ upstream y).
  case softmaxGradient
  /// prediction, target and a scalar upstream: upstream times the loss's derivative by the prediction.
  case lossGradient(Loss)

  /// The operation's name in lower camel case, from which nodes without a name of their own get theirs.
  public var name: String {
    switch self {
    case .input: "input"
    case .parameter: "parameter"
    case .state: "state"
    case .constant: "constant"
    case .dropoutMask: "dropoutMask"
    case .dense: "dense"
    case .convolution(let operation): operation.name
    case .pooling(let operation): operation.name
    case .normalization(let operation): operation.name
    case .fakeQuantization(let operation): operation.name
    case .activation(let activation): activation.name
    case .softmax: "softmax"
    case .loss(let loss): loss.name
    case .add: "add"
    case .multiply: "multiply"
    case .scale: "scale"
    case .multiplyByScalar: "multiplyByScalar"
    case .matrixProduct: "matrixProduct"
    case .sumRows: "sumRows"
    case .broadcastRows: "broadcastRows"
    case .sum: "sum"
    case .reshape: "reshape"
    case .concatenate: "concatenate"
    case .slice: "slice"
    case .embed: "embed"
    case .activationGradient(let activation): "\(activation.name)Gradient"
    case .activationCurvature(let activation): "\(activation.name)Curvature"
    case .softmaxGradient: "softmaxGradient"
    case .lossGradient(let loss): "\(loss.name)Gradient"
    }
  }

  /// Whether the node stands for memory that somebody else fills, so that no kernel runs for it.
  package var isStored: Bool {
    switch self {
    case .input, .parameter, .state, .constant: true
    default: false
    }
  }

  /// Whether element i of the output depends on element i of the input at a position, and on no other of its elements, so
  /// that the output may take the place of that input where both have as many elements.
  package func mayOverwrite(input position: Int) -> Bool {
    switch self {
    case .activation, .add, .multiply, .scale, .multiplyByScalar, .reshape, .activationGradient, .activationCurvature:
      true
    case .normalization(let operation): operation.mayOverwrite(input: position)
    case .fakeQuantization(let operation): operation.mayOverwrite(input: position)
    default: false
    }
  }
}
