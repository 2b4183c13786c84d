extension Metrics: Codable {
  /// Reads an object of the metrics by name.
  ///
  /// - Throws: `DecodingError`, also where a name is none of a metric.
  public init(from decoder: any Decoder) throws {
    let named = try decoder.singleValueContainer().decode([String: Double].self)
    var values: [Metric: Double] = [:]
    for (name, value) in named {
      guard let metric = Metric(rawValue: name) else {
        throw DecodingError.dataCorrupted(
          DecodingError.Context(codingPath: decoder.codingPath, debugDescription: "'\(name)' is no metric"))
      }
      values[metric] = value
    }
    self.init(values)
  }

  /// Writes an object of the metrics by name.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(byName)
  }

  /// The metrics by their names.
  public var byName: [String: Double] {
    Dictionary(
      uniqueKeysWithValues: Metric.allCases.compactMap { metric in self[metric].map { (metric.rawValue, $0) } })
  }
}
