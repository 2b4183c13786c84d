/// The numbers of a batch normalization (Ioffe and Szegedy 2015, arXiv:1502.03167).
public struct BatchNormalization: Hashable, Sendable, Codable {
  /// What is added to the variance, above 0.
  public var epsilon: Double
  /// How far one batch moves the running figures, in 0...1: running ← (1 - momentum) running + momentum batch.
  public var momentum: Double

  /// Makes the numbers; the defaults are PyTorch's.
  public init(epsilon: Double = 1e-5, momentum: Double = 0.1) {
    self.epsilon = epsilon
    self.momentum = momentum
  }
}

/// What stands behind a batch normalization y = scale x̂ + shift and is differentiated along with it.
///
/// It is computed again from x, scale and shift, so that its output need not be kept for the gradient.
public enum NormalizationTail: String, Hashable, Sendable, Codable {
  /// max(y, 0).
  case relu
  /// For y [N, 2H, 2W, C] the maximum of each two by two places of max(y, 0), [N, H, W, C].
  case pooledReLU

  /// The shape of the output, or nil where x does not fit.
  func outputShape(x: Shape) -> Shape? {
    switch self {
    case .relu: return x
    case .pooledReLU:
      guard x.rank == 4, x[1] % 2 == 0, x[2] % 2 == 0 else { return nil }
      return [x[0], x[1] / 2, x[2] / 2, x[3]]
    }
  }
}

/// A normalization or a part of its training.
///
/// Below, x is [..., C], and means, variances and sums are taken over all axes but the last: x̂ = (x - mean) /
/// √(variance + ε). A fused activation is one that is differentiated at its output.
public enum NormalizationOperation: Hashable, Sendable, Codable {
  /// x [..., C], scale, shift, mean and variance [C] each: scale x̂ + shift with the running figures given.
  ///
  /// This is what networks are built of; training replaces it by the operations on the batch's own figures.
  case batch(BatchNormalization)
  /// x [..., C]: the mean and the variance (biased: over the count) of each channel, [2, C].
  case batchMoments
  /// x [..., C], moments [2, C], scale [C] and shift [C]: activation(scale x̂ + shift).
  case batchNormalize(epsilon: Double, activation: Activation?)
  /// x [N, 2H, 2W, C], moments [2, C], scale [C] and shift [C]: the output of the pooled tail, [N, H, W, C].
  case batchNormalizePooled(epsilon: Double)
  /// upstream g [..., C], x, moments and, with a tail, scale and shift: Σ g and Σ g x̂ of each channel, [2, C].
  ///
  /// With a tail, the upstream is the gradient by its output, and g that by its input. The output of a pooled tail is given as
  /// well, behind x: where g is not 0, x̂ is what the output was made of, so that x need hardly be read.
  case batchSums(epsilon: Double, tail: NormalizationTail?)
  /// upstream g [..., C], x, moments, scale, sums [2, C] and, with a tail, shift: with n = count / C,
  /// scale / √(variance + ε) (g - sums₀ / n - x̂ sums₁ / n).
  case batchInputGradient(epsilon: Double, tail: NormalizationTail?)
  /// state [C] and moments [2, C]: (1 - momentum) state + momentum correction moments[row].
  case movingAverage(momentum: Double, row: Int, correction: Double)
  /// x [..., C], scale [C] and shift [C]: scale (x - mean) / √(variance + ε) + shift with the figures of each sample's
  /// last axis (Ba et al. 2016, arXiv:1607.06450).
  case layer(epsilon: Double)
  /// upstream g [..., C] and x: Σ g and Σ g x̂ over all axes but the last, x̂ normalized over the last, [2, C].
  case layerSums(epsilon: Double)
  /// upstream g [..., C], x and scale: the gradient by x.
  case layerInputGradient(epsilon: Double)

  /// Where the moments stand among the inputs of a gradient's sums or of a gradient by x.
  package var momentsPosition: Int {
    switch self {
    case .batchSums(_, .pooledReLU): 3
    default: 2
    }
  }

  var name: String {
    switch self {
    case .batch: "batchNormalization"
    case .batchMoments: "batchMoments"
    case .batchNormalize: "batchNormalize"
    case .batchNormalizePooled: "batchNormalizePooled"
    case .batchSums: "batchSums"
    case .batchInputGradient: "batchInputGradient"
    case .movingAverage: "movingAverage"
    case .layer: "layerNormalization"
    case .layerSums: "layerSums"
    case .layerInputGradient: "layerInputGradient"
    }
  }

  /// Figures of a channel are read for all of its elements, so that only what has an element for each is overwritten. With
  /// a pooled tail an element of the output depends on those of its window, which are read together before any is written.
  func mayOverwrite(input position: Int) -> Bool {
    switch self {
    case .batch, .batchNormalize, .movingAverage: position == 0
    case .batchInputGradient(_, let tail): position == 1 || position == 0 && tail != .pooledReLU
    case .batchMoments, .batchNormalizePooled, .batchSums, .layer, .layerSums, .layerInputGradient: false
    }
  }

  func outputShape(of inputs: [Shape], _ shapes: ShapeCheck) throws -> Shape {
    /// The first input's shape, after checking that the others are `expected`, where C is its last extent.
    func first(_ form: String, _ expected: (Shape, Int) -> [Shape]) throws -> Shape {
      guard let x = inputs.first, x.rank >= 2 else { throw shapes.mismatch(form) }
      try shapes.require(Array(inputs.dropFirst()) == expected(x, x[x.rank - 1]), form)
      return x
    }
    func sums(_ x: Shape) -> Shape { [2, x[x.rank - 1]] }
    /// The second input's shape, after checking that the first one is of a tail's output and the others are `expected`.
    func upstream(_ form: String, _ tail: NormalizationTail?, _ expected: (Int) -> [Shape]) throws -> Shape {
      guard inputs.count > 1, inputs[1].rank >= 2, case let x = inputs[1],
        inputs[0] == (tail == nil ? x : tail?.outputShape(x: x))
      else { throw shapes.mismatch(form) }
      try shapes.require(Array(inputs.dropFirst(2)) == expected(x[x.rank - 1]), form)
      return x
    }

    switch self {
    case .batch:
      return try first("x [..., C] with scale, shift, mean and variance [C]") { _, c in [[c], [c], [c], [c]] }
    case .batchMoments:
      return sums(try first("x [..., C]") { _, _ in [] })
    case .batchNormalize:
      return try first("x [..., C], moments [2, C], scale [C] and shift [C]") { _, c in [[2, c], [c], [c]] }
    case .batchNormalizePooled:
      let form = "x [N, 2H, 2W, C], moments [2, C], scale [C] and shift [C]"
      let x = try first(form) { _, c in [[2, c], [c], [c]] }
      guard let output = NormalizationTail.pooledReLU.outputShape(x: x) else { throw shapes.mismatch(form) }
      return output
    case .batchSums(_, let tail):
      let form =
        "upstream, x [..., C], the output of a pooled tail, moments [2, C], and scale and shift [C] where there is a tail"
      return sums(
        try upstream(form, tail) { c in
          (tail == .pooledReLU ? [inputs[0]] : []) + [[2, c]] + (tail == nil ? [] : [[c], [c]])
        })
    case .batchInputGradient(_, let tail):
      let form = "upstream, x [..., C], moments [2, C], scale [C], sums [2, C], and shift [C] where there is a tail"
      return try upstream(form, tail) { c in [[2, c], [c], [2, c]] + (tail == nil ? [] : [[c]]) }
    case .movingAverage(_, let row, _):
      let form = "a state [C] and moments [2, C]"
      try shapes.require(inputs.count == 2 && inputs[0].rank == 1 && (0..<2).contains(row), form)
      try shapes.require(inputs[1] == [2, inputs[0][0]], form)
      return inputs[0]
    case .layer:
      return try first("x [..., C], scale [C] and shift [C]") { _, c in [[c], [c]] }
    case .layerSums:
      return sums(try first("upstream and x [..., C]") { x, _ in [x] })
    case .layerInputGradient:
      return try first("upstream and x [..., C], and scale [C]") { x, c in [x, [c]] }
    }
  }
}
