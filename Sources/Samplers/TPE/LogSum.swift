import RealModule

/// ln Σ exp(x) over many x, some lanes at a time.
struct LogSum {
  typealias Lanes = SIMD4<Double>
  static let laneCount = 4

  /// Terms below the greatest by more than this change the sum by less than 1e-17 of it each.
  private static let negligible = 40.0

  private var greatest = -Double.infinity
  /// The sum in units of exp(greatest).
  private var sum = 0.0

  var value: Double { greatest + Double.log(sum) }

  mutating func add(_ terms: UnsafeBufferPointer<Lanes>) {
    var peaks = Lanes(repeating: greatest)
    for term in terms { peaks.replace(with: term, where: term .> peaks) }
    let peak = peaks.max()
    guard peak > -.infinity else { return }
    sum *= Double.exp(greatest - peak)
    greatest = peak
    let limit = Lanes(repeating: -Self.negligible)
    var sums = Lanes.zero
    for term in terms {
      let difference = term - peak
      let matters = difference .> limit
      if any(matters) { sums += Self.exponential(difference.replacing(with: limit, where: .!matters)) }
    }
    sum += sums.sum()
  }

  /// exp(x) for −50 <= x <= 0, to 2e-16 relative: 2^n · exp(r), with n the nearest integer to x / ln 2 and the Taylor
  /// series of the rest, |r| <= ln 2 / 2.
  @inline(__always)
  static func exponential(_ x: Lanes) -> Lanes {
    // Adding 1.5 · 2^52 leaves the nearest integer in the low bits.
    let shift = 0x1.8p52
    let shifted = x * 1.442_695_040_888_963_4 + shift
    let n = shifted - shift
    let r = (x - n * 6.931_471_803_691_238e-1) - n * 1.908_214_929_270_587_7e-10
    var series = r * (1 / 479_001_600.0) + (1 / 39_916_800.0)
    series = series * r + (1 / 3_628_800.0)
    series = series * r + (1 / 362_880.0)
    series = series * r + (1 / 40320.0)
    series = series * r + (1 / 5040.0)
    series = series * r + (1 / 720.0)
    series = series * r + (1 / 120.0)
    series = series * r + (1 / 24.0)
    series = series * r + (1 / 6.0)
    series = series * r + 0.5
    series = series * r + 1
    series = series * r + 1
    let bits = unsafeBitCast(shifted, to: SIMD4<Int64>.self) &- SIMD4(repeating: Int64(bitPattern: shift.bitPattern))
    let scale = unsafeBitCast((bits &+ 1023) &<< 52, to: Lanes.self)
    return series * scale
  }
}
