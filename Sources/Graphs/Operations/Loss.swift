/// A scalar that tells how far predictions are from their targets.
public enum Loss: Hashable, Sendable, Codable {
  /// prediction and target of one shape: the mean over all elements of (prediction - target)².
  case meanSquaredError
  /// prediction and target of one shape: the mean over all elements of |prediction - target|; the derivative at 0 is 0.
  case meanAbsoluteError
  /// prediction and target of one shape, d their difference: the mean over all elements of d² / 2 where |d| ≤ δ, else
  /// δ (|d| - δ / 2), with a δ above 0 (Huber 1964).
  case huber(delta: Double)
  /// logits and targets in 0...1 of one shape: the mean over all elements of
  /// -target log σ(logit) - (1 - target) log(1 - σ(logit)).
  case binaryCrossEntropy
  /// logits [N, C] and labels [N], whole numbers in 0..<C: the mean over the batch of -Σ t log softmax(logits), where t
  /// is 1 - s + s / C at the label and s / C elsewhere with the label smoothing s (Szegedy et al. 2016,
  /// arXiv:1512.00567). A label that is no class makes the loss NaN.
  case softmaxCrossEntropy(labelSmoothing: Double)
  /// logits [N, C] and a teacher's logits [N, C]: T² times the mean over the batch of Σ p log(p / q) with
  /// p = softmax(teacher / T) and q = softmax(logits / T) (Hinton et al. 2015, arXiv:1503.02531).
  case klDivergence(temperature: Double)

  /// The cross-entropy of a softmax without label smoothing.
  public static let softmaxCrossEntropy = Loss.softmaxCrossEntropy(labelSmoothing: 0)

  /// The name without the numbers, in lower camel case.
  public var name: String {
    switch self {
    case .meanSquaredError: "meanSquaredError"
    case .meanAbsoluteError: "meanAbsoluteError"
    case .huber: "huber"
    case .binaryCrossEntropy: "binaryCrossEntropy"
    case .softmaxCrossEntropy: "softmaxCrossEntropy"
    case .klDivergence: "klDivergence"
    }
  }

  /// Checks the shapes of prediction and target.
  func require(_ inputs: [Shape], _ shapes: ShapeCheck, _ rest: String = "") throws {
    switch self {
    case .meanSquaredError, .meanAbsoluteError, .huber:
      try shapes.require(inputs.count == 2 && inputs[0] == inputs[1], "prediction and target of one shape" + rest)
    case .binaryCrossEntropy:
      try shapes.require(inputs.count == 2 && inputs[0] == inputs[1], "logits and targets of one shape" + rest)
    case .softmaxCrossEntropy:
      try shapes.require(
        inputs.count == 2 && inputs[0].rank == 2 && inputs[1] == [inputs[0][0]], "logits [N, C] and labels [N]" + rest)
    case .klDivergence:
      try shapes.require(
        inputs.count == 2 && inputs[0].rank == 2 && inputs[0] == inputs[1], "logits and teacher's logits [N, C]" + rest)
    }
  }
}
