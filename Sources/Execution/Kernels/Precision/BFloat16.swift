import Graphs

/// Rounding to bfloat16, the upper half of a float32, as the processors' instructions do it.
enum BFloat16 {
  /// The nearest bfloat16, of two equally near ones the even one. Numbers below the smallest normal one become 0 of their
  /// sign, NaN stays NaN.
  static func rounded(_ x: Float) -> Float {
    if x.isNaN { return x }
    if x.magnitude < .leastNormalMagnitude { return Float(sign: x.sign, exponent: 0, significand: 0) }
    let bits = x.bitPattern
    let isOdd = bits >> 16 & 1
    return Float(bitPattern: (bits + 0x7FFF + isOdd) & 0xFFFF_0000)
  }
}

extension Operation {
  /// Whether bfloat16 rounds the first two operands, given their shapes.
  ///
  /// What a pair of neighbours is made of must be there: no groups, and more than one of the channels that are summed over. The
  /// gradient by the weight sums over places, of which there are pairs for a single channel as well.
  func isRounded(_ shapes: [Shape]) -> Bool {
    switch self {
    case .dense, .matrixProduct: true
    case .convolution(.forward(let convolution, _)), .convolution(.inputGradient(let convolution, _)):
      convolution.groups == 1 && shapes[0][3] > 1
    case .convolution(.weightGradient(let convolution, _)):
      convolution.groups == 1
    default: false
    }
  }
}
