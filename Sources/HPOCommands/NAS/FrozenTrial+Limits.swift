import HPO

extension FrozenTrial {
  /// Whether what its architecture costs, as far as that is on record, is within limits, which may be others than it ran with.
  func keeps(_ limits: CostLimits) -> Bool {
    limits.limits.allSatisfy { limit in
      userAttributes[limit.cost.rawValue]?.doubleValue.map { $0 <= limit.most } ?? true
    }
  }
}
