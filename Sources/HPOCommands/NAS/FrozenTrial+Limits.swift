import HPO

extension FrozenTrial {
  /// Whether what its architecture costs, as far as that is on record, is within limits, which may be others than it ran with.
  ///
  /// - Parameter standardizationBytes: The flash that comes on top of what is on record.
  func keeps(_ limits: CostLimits, standardizationBytes: Int = 0) -> Bool {
    limits.limits.allSatisfy { limit in
      guard let cost = userAttributes[limit.cost.rawValue]?.doubleValue else { return true }
      return cost + (limit.cost == .flash ? Double(standardizationBytes) : 0) <= limit.most
    }
  }
}
