/// How eight unsigned bits stand for real numbers: real = scale · (q - zeroPoint).
public struct AffineQuantization: Sendable, Hashable, Codable {
  /// The step between neighbouring numbers, above 0.
  public let scale: Float
  /// The q that stands for 0.
  public let zeroPoint: UInt8

  /// Takes figures as they were kept.
  public init(scale: Float, zeroPoint: UInt8) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  /// Covers the numbers from `low` to `high`, and always 0, which stays exact.
  public init(covering low: Float, _ high: Float) {
    let (low, high) = (min(low, 0), max(high, 0))
    scale = max((high - low) / 255, .ulpOfOne)
    zeroPoint = UInt8(min(max((-low / scale).rounded(.toNearestOrEven), 0), 255))
  }

  /// The q of a number: the nearest, halves to even, at the ends of the range where it lies beyond.
  public func quantize(_ number: Float) -> UInt8 {
    let zero = Float(zeroPoint)
    let q = number / scale
    // NaN goes to the lower end.
    let clamped = q >= -zero ? min(q, 255 - zero) : -zero
    return UInt8(clamped.rounded(.toNearestOrEven) + zero)
  }

  /// The number that a q stands for.
  public func dequantize(_ q: UInt8) -> Float {
    scale * Float(Int32(q) - Int32(zeroPoint))
  }
}

/// How few signed bits stand for weights: real = scale · q with |q| ≤ 2^(bits - 1) - 1, one scale or one an output channel.
public struct WeightQuantization: Sendable, Hashable, Codable {
  /// The bits of a weight, in 2...8.
  public let bits: Int
  /// The steps, each above 0: one for all, or one an output channel.
  public let scales: [Float]

  /// The bits that a weight may have.
  public static let bitRange = 2...8

  /// Takes figures.
  public init(bits: Int, scales: [Float]) {
    self.bits = bits
    self.scales = scales
  }

  /// The largest q: 127 for 8 bits, 7 for 4, 1 for 2.
  public var largest: Int32 { Self.largest(bits: bits) }

  /// The largest q of so many bits.
  public static func largest(bits: Int) -> Int32 { (1 << Int32(bits - 1)) - 1 }
}

/// How the network of a model computes with integers: with what its values and its weights are quantized.
///
/// Values that only pass elements on, such as a maximum pooling, have the quantization of what they read.
public struct ModelQuantization: Sendable, Hashable, Codable {
  /// The quantization of values by the names of their nodes; that of a layer with ReLU behind it by the name of the ReLU.
  public let values: [String: AffineQuantization]
  /// The quantization of weights by the names of their parameters.
  public let weights: [String: WeightQuantization]
  /// How it was found: "post-training, percentile 99.99 %", "quantization-aware training".
  public let method: String

  /// Takes figures.
  public init(values: [String: AffineQuantization], weights: [String: WeightQuantization], method: String) {
    self.values = values
    self.weights = weights
    self.method = method
  }

  /// What is wrong with the numbers, or nil.
  var fault: String? {
    for (name, value) in values where !(value.scale > 0 && value.scale.isFinite) {
      return "'\(name)' is quantized in steps of \(value.scale), which must be above 0"
    }
    for (name, weight) in weights {
      guard WeightQuantization.bitRange.contains(weight.bits) else {
        return "'\(name)' has weights of \(weight.bits) bits, which must be 2 to 8"
      }
      guard !weight.scales.isEmpty, weight.scales.allSatisfy({ $0 > 0 && $0.isFinite }) else {
        return "'\(name)' is quantized in steps that are not all above 0"
      }
    }
    return nil
  }
}
