/// The rounding of numbers to those that few bits stand for, as quantization-aware training sees it (Jacob et al. 2018,
/// arXiv:1712.05877).
///
/// Rounding is to the nearest, halves to even. Its derivative is 0 almost everywhere, so that the straight-through estimator
/// takes its place: 1 within the range that is covered and 0 beyond (Bengio et al. 2013, arXiv:1308.3432).
public enum FakeQuantization: Hashable, Sendable, Codable {
  /// x and a range [2], its least and its greatest number: each element rounded to one of 256 equally far apart, of which
  /// one is 0, that cover the range and 0.
  ///
  /// With a momentum, training moves the range, a state, as batches are seen, and rounds by the moved one; without, the range
  /// stays.
  case values(momentum: Double?)
  /// upstream, x and a range [2]: upstream where x is within what the 256 numbers cover, else 0.
  case valuesGradient
  /// A range [2] and x: (1 - momentum) range + momentum (min x, max x).
  case movingRange(momentum: Double)
  /// Weights and steps, one [1] or one an output channel [O]: step · q with the whole number q nearest to weight / step, at
  /// most Q = 2^(bits - 1) - 1 from 0. A step below 2⁻³⁰ counts as that.
  case weights(bits: Int)
  /// upstream, weights and steps: upstream where q is not cut off, else 0.
  case weightsGradient(bits: Int)
  /// upstream, weights and steps: for each step the sum of upstream times q - weight / step, or q where that is cut off, over
  /// √(n Q) with the n weights of the step (Esser et al. 2020, arXiv:1902.08153, eq. 3 and section 2.2).
  case stepsGradient(bits: Int)
  /// Weights: the least steps with which none is cut off, largest |weight| / Q: one [1], or one an output channel [O].
  ///
  /// Which weight is the largest counts for nothing in the gradient.
  case extents(bits: Int, isPerChannel: Bool)

  var name: String {
    switch self {
    case .values: "fakeQuantizedValues"
    case .valuesGradient: "fakeQuantizedValuesGradient"
    case .movingRange: "movingRange"
    case .weights: "fakeQuantizedWeights"
    case .weightsGradient: "fakeQuantizedWeightsGradient"
    case .stepsGradient: "quantizationStepsGradient"
    case .extents: "weightExtents"
    }
  }

  func mayOverwrite(input position: Int) -> Bool {
    switch self {
    case .values, .weights: position == 0
    case .valuesGradient, .weightsGradient: position < 2
    case .movingRange, .stepsGradient, .extents: false
    }
  }

  func outputShape(of inputs: [Shape], _ shapes: ShapeCheck) throws -> Shape {
    /// Whether weights have output channels, and steps are one for all or one a channel.
    func fit(_ weights: Shape, _ steps: Shape?) -> Bool {
      guard weights.rank == 2 || weights.rank == 4 else { return false }
      return steps == nil || steps == [1] || steps == [WeightChannels(weights).count]
    }
    let weights = "weights [O, in] or [KH, KW, C, O]"
    switch self {
    case .values:
      try shapes.require(inputs.count == 2 && inputs[1] == [2], "x and a range [2]")
      return inputs[0]
    case .valuesGradient:
      try shapes.require(
        inputs.count == 3 && inputs[0] == inputs[1] && inputs[2] == [2], "upstream and x of one shape and a range [2]")
      return inputs[0]
    case .movingRange:
      try shapes.require(inputs.count == 2 && inputs[0] == [2], "a range [2] and x")
      return inputs[0]
    case .weights:
      try shapes.require(inputs.count == 2 && fit(inputs[0], inputs[1]), "\(weights) and steps [1] or [O]")
      return inputs[0]
    case .weightsGradient, .stepsGradient:
      try shapes.require(
        inputs.count == 3 && inputs[0] == inputs[1] && fit(inputs[1], inputs[2]),
        "upstream and \(weights) of one shape, and steps [1] or [O]")
      return if case .stepsGradient = self { inputs[2] } else { inputs[1] }
    case .extents(_, let isPerChannel):
      try shapes.require(inputs.count == 1 && fit(inputs[0], nil), weights)
      return [isPerChannel ? WeightChannels(inputs[0]).count : 1]
    }
  }
}
