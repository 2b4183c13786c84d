import RealModule

/// Masses and quantiles of the standard normal distribution, accurate in the tails.
enum Gaussian {
  /// ln φ(0) = −ln √(2π).
  static let logDensityAtZero = -0.918_938_533_204_672_7
  private static let inverseRootOfTwo = 0.707_106_781_186_547_5

  /// Φ(−x), the mass above x.
  static func upperTail(_ x: Double) -> Double { 0.5 * Double.erfc(x * inverseRootOfTwo) }

  /// The value of a normal distribution truncated to [a, b] below which a share of its mass lies.
  ///
  /// - Parameter share: In (0, 1).
  static func truncatedQuantile(_ share: Double, from a: Double, to b: Double) -> Double {
    // The smaller tail keeps its digits, so the upper half of the line is mirrored.
    if a + b > 0 { return -truncatedQuantile(1 - share, from: -b, to: -a) }
    let lower = upperTail(-a)
    let upper = upperTail(-b)
    let mass = lower + share * (upper - lower)
    guard mass > 1e-300 else { return farTailQuantile(share, from: a, to: b) }
    return min(max(quantile(mass), a), b)
  }

  /// The same with both bounds far below 0, where φ(x) has the shape of |x|·φ(x) up to a share of 1/x², whose quantile is
  /// known: x² = b² − 2 ln(s + (1 − s)·exp((b² − a²)/2)).
  private static func farTailQuantile(_ share: Double, from a: Double, to b: Double) -> Double {
    let ratio = Double.exp(0.5 * (b - a) * (b + a))
    let square = b * b - 2 * Double.log(share + (1 - share) * ratio)
    return min(max(-square.squareRoot(), a), b)
  }

  /// Φ⁻¹(p) for p in (0, 1), to about 1e-15 relative (Wichura 1988, algorithm AS 241, doi:10.2307/2347330).
  static func quantile(_ p: Double) -> Double {
    let q = p - 0.5
    if abs(q) <= 0.425 {
      let r = 0.180625 - q * q
      return q * central(r)
    }
    let tail = min(p, 1 - p)
    guard tail > 0 else { return q < 0 ? -.infinity : .infinity }
    let r = (-Double.log(tail)).squareRoot()
    let magnitude = r <= 5 ? outer(r - 1.6) : far(r - 5)
    return q < 0 ? -magnitude : magnitude
  }

  private static func central(_ x: Double) -> Double {
    polynomial(
      x, 2.509_080_928_730_122_672_7e3, 3.343_057_558_358_812_810_5e4, 6.726_577_092_700_870_085_3e4,
      4.592_195_393_154_987_145_7e4,
      1.373_169_376_550_946_112_5e4, 1.971_590_950_306_551_442_7e3, 1.331_416_678_917_843_774_5e2,
      3.387_132_872_796_366_608_0e0)
      / polynomial(
        x, 5.226_495_278_852_854_561_0e3, 2.872_908_573_572_194_267_4e4, 3.930_789_580_009_271_061_0e4,
        2.121_379_430_158_659_588_2e4,
        5.394_196_021_424_751_107_7e3, 6.871_870_074_920_579_083_0e2, 4.231_333_070_160_091_125_2e1, 1)
  }

  private static func outer(_ x: Double) -> Double {
    polynomial(
      x, 7.745_450_142_783_414_076_4e-4, 2.272_384_498_926_918_458_3e-2, 2.417_807_251_774_506_117_7e-1,
      1.270_458_252_452_368_382_6e0,
      3.647_848_324_763_204_605_0e0, 5.769_497_221_460_691_405_5e0, 4.630_337_846_156_545_295_9e0,
      1.423_437_110_749_683_577_3e0)
      / polynomial(
        x, 1.050_750_071_644_416_843_2e-9, 5.475_938_084_995_344_946_0e-4, 1.519_866_656_361_645_719_7e-2,
        1.481_039_764_274_800_745_9e-1,
        6.897_673_349_851_000_045_5e-1, 1.676_384_830_183_803_849_4e0, 2.053_191_626_637_758_821_9e0, 1)
  }

  private static func far(_ x: Double) -> Double {
    polynomial(
      x, 2.010_334_399_292_288_132_7e-7, 2.711_555_568_743_487_578_2e-5, 1.242_660_947_388_078_438_6e-3,
      2.653_218_952_657_612_309_3e-2,
      2.965_605_718_285_048_912_3e-1, 1.784_826_539_917_291_335_8e0, 5.463_784_911_164_114_369_9e0,
      6.657_904_643_501_103_777_2e0)
      / polynomial(
        x, 2.044_263_103_389_939_785_6e-15, 1.421_511_758_316_445_888_7e-7, 1.846_318_317_510_054_681_8e-5,
        7.868_691_311_456_132_591_0e-4,
        1.487_536_129_085_061_485_0e-2, 1.369_298_809_227_358_053_1e-1, 5.998_322_065_558_879_376_9e-1, 1)
  }

  /// A polynomial of degree 7, the coefficient of the highest power first.
  private static func polynomial(
    _ x: Double, _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double, _ g: Double, _ h: Double
  ) -> Double {
    ((((((a * x + b) * x + c) * x + d) * x + e) * x + f) * x + g) * x + h
  }
}
