import RealModule
public import SearchSpace
public import Trials

/// Draws each parameter by itself, uniformly over its range, its logarithm or its choices.
public struct RandomSampler: Sampler {
  public static let name = "random"

  /// What the draws derive from; nil leaves it to the study.
  public let seed: UInt64?

  /// Makes the sampler.
  public init(seed: UInt64? = nil) { self.seed = seed }

  public func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double {
    Self.sample(name, distribution, draw: draw)
  }

  /// An internal value of a distribution; the same for the same draw and name.
  static func sample(_ name: String, _ distribution: Distribution, draw: Draw) -> Double {
    var generator = draw.generator(for: "random:\(name)")
    return distribution.value(atQuantile: generator.uniform())
  }
}

extension Distribution {
  /// The value below which a share of the uniform distribution lies: ranges with a step are widened by half a step at
  /// each end before the value goes to the nearest point, so that all points are equally likely (in the logarithm: as
  /// likely as their cells are wide). Continuous ranges exclude their upper end.
  ///
  /// - Parameter quantile: In [0, 1).
  package func value(atQuantile quantile: Double) -> Double {
    switch self {
    case .categorical(let distribution):
      let count = distribution.choices.count
      return Double(min(Int(quantile * Double(count)), count - 1))
    case .int(let range) where range.log:
      let low = Double.log(Double(range.low) - 0.5)
      let high = Double.log(Double(range.high) + 0.5)
      let value = Double.exp(low + quantile * (high - low)).rounded(.toNearestOrEven)
      return min(max(value, Double(range.low)), Double(range.high))
    case .int(let range):
      let index = min(Int(quantile * Double(range.pointCount)), range.pointCount - 1)
      return Double(range.low + index * range.step)
    case .float(let range):
      if let step = range.step {
        let value = range.low - 0.5 * step + quantile * (range.high - range.low + step)
        let index = ((value - range.low) / step).rounded(.toNearestOrEven)
        return min(max(index * step + range.low, range.low), range.high)
      }
      guard range.low < range.high else { return range.low }
      let below = range.high.nextDown
      if range.log {
        let (low, high) = (Double.log(range.low), Double.log(range.high))
        return min(max(Double.exp(low + quantile * (high - low)), range.low), below)
      }
      // Half ranges, so that the width of the widest ones stays finite.
      let half = range.high * 0.5 - range.low * 0.5
      return min(max(range.low + quantile * half + quantile * half, range.low), below)
    }
  }
}
