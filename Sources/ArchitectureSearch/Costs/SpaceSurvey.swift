import Samplers

/// What random architectures of a space cost: which share keeps the limits, and how far the others are from them.
public struct SpaceSurvey: Sendable {
  /// The architectures that were drawn.
  public private(set) var drawn = 0
  /// Those of them that keep all limits that are counted.
  public private(set) var fitting = 0
  /// The least and the most of each cost that is counted.
  public private(set) var ranges: [ArchitectureCost: ClosedRange<Double>] = [:]

  /// Draws architectures; the latency is not looked at.
  ///
  /// - Throws: `ArchitectureError` where the space has none.
  public init(
    of space: some ArchitectureSpace, featureShape: [Int], outputWidth: Int, limits: CostLimits, count: Int = 500,
    seed: UInt64
  ) throws {
    var generator = Draw(seed: seed, number: 0).generator(for: "survey")
    let counted = CostLimits(limits.limits.filter(\.cost.isCounted))
    for _ in 0..<count {
      let architecture = try space.randomArchitecture(
        featureShape: featureShape, outputWidth: outputWidth, using: &generator)
      drawn += 1
      if try counted.broken(by: architecture) == nil { fitting += 1 }
      for cost in ArchitectureCost.allCases {
        guard let value = architecture.cost(cost) else { continue }
        let range = ranges[cost] ?? value...value
        ranges[cost] = min(range.lowerBound, value)...max(range.upperBound, value)
      }
    }
  }

  /// Why none of the architectures keeps the limits: each cost of which even the least is too much, else that they exclude
  /// each other.
  public func reason(of limits: CostLimits) -> String {
    let broken = limits.limits.compactMap { limit -> String? in
      guard let least = ranges[limit.cost]?.lowerBound, least > limit.most else { return nil }
      return
        "\(limit.cost.rawValue) is at least \(limit.cost.text(least)) where \(limit.cost.text(limit.most)) is permitted"
    }
    return broken.isEmpty ? "no architecture keeps all limits at once" : broken.joined(separator: ", ")
  }
}
