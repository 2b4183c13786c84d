/// What one architecture costs, its latency measured at most once: so a limit, an objective and a record of it are of one
/// measurement.
public struct MeasuredCosts: Sendable {
  /// What costs.
  public let architecture: Architecture
  /// The seconds of one inference, once it is known.
  public private(set) var latency: Double?

  /// The costs of an architecture.
  ///
  /// - Parameters:
  ///   - architecture: What costs.
  ///   - latency: What was measured before; nil to measure it where it is asked for.
  public init(of architecture: Architecture, latency: Double? = nil) {
    self.architecture = architecture
    self.latency = latency
  }

  /// A cost.
  ///
  /// - Throws: `ExecutionError` where the latency cannot be measured.
  public mutating func value(of cost: ArchitectureCost) throws -> Double {
    if let counted = architecture.cost(cost) { return counted }
    if let latency { return latency }
    let measured = try InferenceLatency.measure(architecture.graph, output: architecture.output)
    latency = measured
    return measured
  }
}
