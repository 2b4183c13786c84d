/// Exact decimal arithmetic on the shortest texts of doubles: 0...1 in steps of 0.1 has eleven points, although the
/// binary doubles say otherwise.
struct DecimalGrid {
  private let low: Int128
  private let high: Int128
  private let step: Int128
  private let exponent: Int

  /// The grid of `low`, `low + step`, … up to `high`; nil where the three numbers together span more digits than 38.
  init?(low: Double, high: Double, step: Double) {
    let decimals = [low, high, step].map(ShortestDecimal.init)
    let exponent = decimals.map(\.exponent).min() ?? 0
    let scaled = decimals.compactMap { $0.significand(atExponent: exponent) }
    guard scaled.count == 3 else { return nil }
    (self.low, self.high, self.step) = (scaled[0], scaled[1], scaled[2])
    self.exponent = exponent
  }

  /// The largest point of the grid that is not above `high`.
  var lastPoint: Double { double((high - low) / step * step + low) }

  /// All points; nil where there are more than `limit`.
  func points(limit: Int) -> [Double]? {
    guard (high - low) / step < Int128(limit) else { return nil }
    return stride(from: low, through: high, by: Int128.Stride(step)).map(double)
  }

  private func double(_ point: Int128) -> Double { Double("\(point)e\(exponent)") ?? .nan }

  /// Whether `high` is a point of the grid.
  var endsOnHigh: Bool { (high - low) % step == 0 }

  /// Whether `low` is the only point.
  var isSinglePoint: Bool { high - low < step }
}

/// `significand · 10^exponent`, read off the shortest text that reads back as the double.
private struct ShortestDecimal {
  let significand: Int128
  let exponent: Int

  init(_ value: Double) {
    precondition(value.isFinite, "only finite bounds have a decimal text")
    var (significand, exponent, digitsOfFraction, isNegative) = (Int128(0), 0, 0, false)
    var text = value.description
    text.withUTF8 { bytes in
      var isFraction = false
      for (place, byte) in bytes.enumerated() {
        switch byte {
        case UInt8(ascii: "-"): isNegative = true
        case UInt8(ascii: "."): isFraction = true
        case UInt8(ascii: "e"):
          exponent = Int(String(decoding: bytes[(place + 1)...], as: UTF8.self)) ?? 0
          return
        default:
          significand = significand * 10 + Int128(byte - UInt8(ascii: "0"))
          if isFraction { digitsOfFraction += 1 }
        }
      }
    }
    // The fraction of a whole number is written as one 0.
    if digitsOfFraction == 1, significand % 10 == 0 { (significand, digitsOfFraction) = (significand / 10, 0) }
    self.significand = isNegative ? -significand : significand
    self.exponent = exponent - digitsOfFraction
  }

  func significand(atExponent target: Int) -> Int128? {
    var result = significand
    for _ in target..<max(exponent, target) where result != 0 {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      // A quarter of the range is left for the sums of the grid.
      if overflow || product.magnitude > Int128.max.magnitude / 4 { return nil }
      result = product
    }
    return result
  }
}
