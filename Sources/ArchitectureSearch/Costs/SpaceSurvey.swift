import Samplers

/// What random architectures of a space cost: whether one of them keeps the limits, and how far the others are from them.
public struct SpaceSurvey: Sendable {
  /// The architectures that were drawn.
  public private(set) var drawn = 0
  /// Whether the last one of them keeps all limits that are counted.
  public private(set) var isFitting = false
  /// The least and the most of each cost that is counted.
  public private(set) var ranges: [ArchitectureCost: ClosedRange<Double>] = [:]

  /// Draws architectures until one keeps the limits; the latency is not looked at.
  ///
  /// - Parameters:
  ///   - space: What they are drawn from.
  ///   - featureShape: The shape of a sample.
  ///   - outputWidth: The number of outputs.
  ///   - limits: What they may cost.
  ///   - attempts: The most architectures that are drawn.
  ///   - seed: What everything random derives from.
  /// - Throws: `ArchitectureError` where the space has none.
  public init(
    of space: some ArchitectureSpace, featureShape: [Int], outputWidth: Int, limits: CostLimits,
    attempts: Int = 2000, seed: UInt64
  ) throws {
    var generator = Draw(seed: seed, number: 0).generator(for: "survey")
    let counted = CostLimits(limits.limits.filter(\.cost.isCounted))
    while drawn < attempts, !isFitting {
      let architecture = try space.randomArchitecture(
        featureShape: featureShape, outputWidth: outputWidth, using: &generator)
      drawn += 1
      isFitting = try counted.broken(by: architecture) == nil
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
