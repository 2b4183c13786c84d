import Graphs
import Training

/// Finds the steps of weights: symmetric about 0, one for all or one an output channel.
struct WeightQuantizer {
  let bits: Int
  let estimator: RangeEstimator
  let isPerChannel: Bool

  /// The steps of weights.
  ///
  /// - Parameters:
  ///   - weights: [out, in] of a dense layer or [KH, KW, C / groups, O] of a convolution.
  ///   - smallest: The least step of each channel.
  func quantization(of weights: [Float], shape: Shape, smallest: [Float]) -> WeightQuantization {
    let channels = WeightChannels(shape)
    if isPerChannel {
      let scales = (0..<channels.count).map { channel in
        scale(of: channels.elements(of: channel, in: weights), smallest: smallest[channel])
      }
      return WeightQuantization(bits: bits, scales: scales)
    }
    return WeightQuantization(bits: bits, scales: [scale(of: weights, smallest: smallest.max() ?? 0)])
  }

  private func scale(of weights: [Float], smallest: Float) -> Float {
    let extent = weights.reduce(0) { max($0, abs($1)) }
    guard extent > 0 else { return max(smallest, 1) }
    let steps = Float(WeightQuantization.largest(bits: bits))
    func bounded(_ extent: Float) -> Float { max(extent / steps, smallest, .leastNormalMagnitude * 0x1p24) }
    guard estimator != .minMax else { return bounded(extent) }

    var best = (error: Double.infinity, scale: bounded(extent))
    // At two bits the best step of numbers with outliers is a small part of the largest.
    for step in 0..<98 {
      let scale = bounded(extent * (1 - Float(step) / 100))
      var error = 0.0
      for weight in weights {
        let difference = Double(WeightQuantization.quantize(weight, scale: scale, largest: steps) * scale - weight)
        error += difference * difference
      }
      if error < best.error { best = (error, scale) }
    }
    return best.scale
  }
}

extension WeightQuantization {
  /// The q of a weight, as a number: the nearest, halves to even, at most `largest` from 0.
  static func quantize(_ weight: Float, scale: Float, largest: Float) -> Float {
    min(max((weight / scale).rounded(.toNearestOrEven), -largest), largest)
  }

  /// The q of weights of a shape.
  ///
  /// - Returns: Nil where the scales are not as many as the output channels, or one.
  func quantize(_ weights: [Float], shape: Shape) -> [Int8]? {
    let channels = WeightChannels(shape)
    guard scales.count == 1 || scales.count == channels.count else { return nil }
    let limit = Float(largest)
    return weights.enumerated().map { position, weight in
      let scale = scales.count == 1 ? scales[0] : scales[channels.channel(of: position)]
      let q = Self.quantize(weight, scale: scale, largest: limit)
      return q.isFinite ? Int8(q) : 0
    }
  }
}
