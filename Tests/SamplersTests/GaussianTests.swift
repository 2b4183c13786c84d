import CDensities
import RealModule
import Testing

import TestSupport
@testable import Samplers

@Suite("Normal distribution")
struct GaussianTests {
  @Test(
    "Masses agree with SciPy's, also far out",
    arguments: [
      (-1, 1, -0.38171514630212616), (0, 0.1, -3.2231891821071836), (3, 4, -6.631467786538225),
      (-40, -39, -765.0831565643776), (50, 60, -1254.8313611394199), (-8, 9, -6.222089162677696e-16),
      (20, 20.001, -207.83667731140764), (-0.5, 30, -0.36894641528865635), (36.9, 37.1, -685.3334913126164),
      (36.99, 45, -688.660365663659), (37.01, 45, -689.4009054173945),
    ] as [(Double, Double, Double)])
  func masses(a: Double, b: Double, expected: Double) {
    for loops in DensityLoops.all {
      #expect(abs(Self.logMass(from: a, to: b, loops) - expected) <= 1e-11 * max(1, abs(expected)))
      #expect(abs(Self.logMass(from: -b, to: -a, loops) - expected) <= 1e-11 * max(1, abs(expected)))
    }
  }

  private static func logMass(from a: Double, to b: Double, _ loops: CDensitiesLoops = DensityLoops.best) -> Double {
    var masses = [0.0].padded(with: 0)
    loops.logMasses([a].padded(with: -1), [b].padded(with: 1), &masses, masses.count)
    return masses[0]
  }

  @Test(
    "Quantiles of the truncated distribution agree with Optuna's; to 1e-6 beyond 37 deviations",
    arguments: [
      (0.3, -1, 1, -0.34921993245688226), (0.5, 0, 10, 0.6744897501960817), (0.999, -5, -4, -4.00023462053966),
      (0.01, 3, 9, 3.0030599094211867), (0.7, -45, -40, -40.00891031978351), (0.2, 41, 60, 41.00543893340327),
      (0.5, -1e-3, 1e-3, 0), (0.9, -30, 1, 0.6973569161572577),
    ] as [(Double, Double, Double, Double)])
  func quantiles(share: Double, a: Double, b: Double, expected: Double) {
    let tolerance = min(abs(a), abs(b)) > 37 ? 1e-5 : 1e-10
    for loops in DensityLoops.all {
      #expect(abs(Gaussian.truncatedQuantile(share, from: a, to: b, loops: loops) - expected) <= tolerance)
      #expect(abs(Gaussian.truncatedQuantile(1 - share, from: -b, to: -a, loops: loops) + expected) <= tolerance)
    }
  }

  @Test("The mass below a quantile is the share that was asked for")
  func inversion() {
    var random = SplitMix64(seed: 4)
    for _ in 0..<5000 {
      let a = random.uniform() * 40 - 20
      let b = a + random.uniform() * random.uniform() * 20 + 1e-3
      let share = random.uniform() * 0.98 + 0.01
      let quantile = Gaussian.truncatedQuantile(share, from: a, to: b)
      #expect(a <= quantile && quantile <= b)
      let mass = Double.exp(Self.logMass(from: a, to: quantile) - Self.logMass(from: a, to: b))
      #expect(abs(mass - share) < 1e-8, "share \(share) of \(a)...\(b)")
    }
  }

  @Test("Shares next to 0 and 1 stay within the bounds, however far out these are")
  func extremes() {
    for bound in [-1e5, -300, -38, -37, -8, -1, 0, 1, 8, 37, 38, 300, 1e5] {
      for width in [1e-6, 0.1, 1, 100] {
        for share in [0x1p-53, 0.5, 1 - 0x1p-53] {
          let quantile = Gaussian.truncatedQuantile(share, from: bound, to: bound + width)
          #expect(bound <= quantile && quantile <= bound + width, "\(share) of \(bound) + \(width): \(quantile)")
        }
      }
    }
  }
}
