import CDensities

/// The standard normal distribution, accurate in the tails.
enum Gaussian {
  /// ln φ(0) = −ln √(2π).
  static let logDensityAtZero = -0.918_938_533_204_672_7

  /// Φ⁻¹(p) for p in (0, 1), but not beyond 37 deviations.
  static func quantile(_ p: Double) -> Double { truncatedQuantile(p, from: -1e100, to: 1e100) }

  /// The value of a normal distribution truncated to [a, b] below which a share of its mass lies.
  ///
  /// - Parameter share: In (0, 1).
  static func truncatedQuantile(
    _ share: Double, from a: Double, to b: Double, loops: CDensitiesLoops = DensityLoops.best
  ) -> Double {
    func lanes(_ number: Double) -> [Double] { Array(repeating: number, count: Int(CDensitiesLanes)) }
    var quantiles = lanes(0)
    loops.quantiles(lanes(share), lanes(a), lanes(b), &quantiles, quantiles.count)
    return quantiles[0]
  }
}
