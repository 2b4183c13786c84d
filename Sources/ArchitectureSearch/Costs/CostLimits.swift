/// What architectures may cost at most; what costs more is never trained.
public struct CostLimits: Hashable, Sendable {
  /// The limits, one a cost.
  public private(set) var limits: [CostLimit] = []

  /// Makes limits; of two of one cost the later one counts.
  public init(_ limits: [CostLimit] = []) {
    for limit in limits { set(limit) }
  }

  /// Sets a limit in the place of an earlier one of its cost.
  public mutating func set(_ limit: CostLimit) {
    if let place = limits.firstIndex(where: { $0.cost == limit.cost }) {
      limits[place] = limit
    } else {
      limits.append(limit)
    }
  }

  /// A limit that an architecture breaks, and what it costs; nil where it keeps all. What is counted is looked at first, and
  /// the latency is measured where nothing else speaks against it.
  public func broken(by architecture: Architecture) throws -> (limit: CostLimit, value: Double)? {
    var costs = MeasuredCosts(of: architecture)
    return try broken(by: &costs)
  }

  /// As `broken(by:)` of an architecture, with the latency that is known or will be.
  public func broken(by costs: inout MeasuredCosts) throws -> (limit: CostLimit, value: Double)? {
    for limit in limits.filter(\.cost.isCounted) + limits.filter({ !$0.cost.isCounted }) {
      let value = try costs.value(of: limit.cost)
      if value > limit.most { return (limit, value) }
    }
    return nil
  }
}
