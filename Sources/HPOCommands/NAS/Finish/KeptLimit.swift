import HPO

/// A limit of the search, and what the exported model costs: what was counted before training against what came of it.
struct KeptLimit {
  let cost: ArchitectureCost
  let most: Double
  /// What the exported model costs, of an inference with floating-point numbers where it is the latency.
  let value: Double

  /// What of the costs the search did not count; empty for nothing.
  var remark = ""

  var isKept: Bool { value <= most }

  /// `flash is 3.9 kB where 4 kB is permitted`.
  var text: String { "\(cost.rawValue) is \(cost.text(value))\(remark) where \(cost.text(most)) is permitted" }

  var json: JSONValue {
    ["cost": .string(cost.rawValue), "most": .double(most), "exported": .double(value), "kept": .bool(isKept)]
  }

  /// Compares an exported model with the limits of its search.
  ///
  /// - Parameter standardizationBytes: The constants that the search does not know of.
  static func all(
    _ limits: CostLimits, network: IntegerNetwork, standardizationBytes: Int, architecture: Architecture,
    latency: Double
  ) -> [KeptLimit] {
    limits.limits.map { limit in
      let value: Double =
        switch limit.cost {
        case .flash: Double(network.flashBytes + standardizationBytes)
        case .ram: Double(network.peakActivationBytes)
        case .latency: latency
        case .parameters, .macs: architecture.cost(limit.cost) ?? .nan
        }
      var kept = KeptLimit(cost: limit.cost, most: limit.most, value: value)
      if limit.cost == .flash, standardizationBytes > 0 {
        kept.remark = ", \(standardizationBytes) B of it to standardize the features,"
      }
      return kept
    }
  }
}
