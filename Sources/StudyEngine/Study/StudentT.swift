import RealModule

/// Student's t distribution.
struct StudentT {
  /// Above 0.
  let degreesOfFreedom: Double

  /// The value below which a share of the distribution lies, to about ten digits.
  ///
  /// - Parameter share: In [0.5, 1).
  func quantile(_ share: Double) -> Double {
    precondition(share >= 0.5 && share < 1, "only the upper half of the distribution is inverted")
    var low = 0.0
    var high = 1.0
    while cumulative(high) < share, high < 1e300 { high *= 2 }
    for _ in 0..<200 {
      let middle = low + (high - low) / 2
      if middle == low || middle == high { break }
      if cumulative(middle) < share { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  /// P(T ≤ t) = 1 − I(ν/2, 1/2; ν/(ν+t²))/2 for t ≥ 0, Abramowitz and Stegun 26.7.1 with 26.5.
  func cumulative(_ value: Double) -> Double {
    let ratio = degreesOfFreedom / (degreesOfFreedom + value * value)
    return 1 - Self.incompleteBeta(ratio, degreesOfFreedom / 2, 0.5) / 2
  }

  /// The regularized incomplete beta function by the continued fraction 26.5.8 of Abramowitz and Stegun, evaluated by
  /// Lentz's method.
  private static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on one side of the mean.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = Double.exp(
      .logGamma(a + b) - .logGamma(a) - .logGamma(b) + a * .log(x) + b * .log(onePlus: -x))
    let tiny = 1e-300
    var c = 1.0
    var d = 1 - (a + b) * x / (a + 1)
    d = 1 / (abs(d) < tiny ? tiny : d)
    var fraction = d
    for m in 1...500 {
      let m = Double(m)
      for term in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 + term * d
        d = 1 / (abs(d) < tiny ? tiny : d)
        c = 1 + term / c
        if abs(c) < tiny { c = tiny }
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    return front * fraction / a
  }
}
