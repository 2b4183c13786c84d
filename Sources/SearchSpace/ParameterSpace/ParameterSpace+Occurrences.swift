public import OrderedCollections

extension ParameterSpace {
  /// A name under which a trial may ask for a value.
  public struct Occurrence: Hashable, Sendable {
    /// The name in a trial.
    public let name: String
    /// The values that it may take.
    public let distribution: Distribution
    /// Whether there are trials without the parameter.
    public let isConditional: Bool
  }

  /// All names that can occur, in the order in which a trial asks for them.
  public var occurrences: [Occurrence] {
    var conditionalNames: Set<String> = []
    var result: [Occurrence] = []
    for entry in entries {
      guard let repetition = entry.repetition else {
        if entry.condition != nil { conditionalNames.insert(entry.name) }
        result.append(
          Occurrence(name: entry.name, distribution: entry.distribution, isConditional: entry.condition != nil))
        continue
      }
      let counts = counts(of: repetition)
      var sureCount = entry.condition == nil ? counts.lowerBound : 0
      if case .valueOf(let name) = repetition, conditionalNames.contains(name) { sureCount = 0 }
      for index in 0..<counts.upperBound {
        result.append(
          Occurrence(
            name: entry.name(at: index), distribution: entry.distribution, isConditional: index >= sureCount))
      }
    }
    return result
  }

  /// The distributions of all names that can occur, in the order in which a trial asks for them.
  public var distributions: OrderedDictionary<String, Distribution> {
    OrderedDictionary(uniqueKeysWithValues: occurrences.map { ($0.name, $0.distribution) })
  }

  /// Whether some parameter exists only in some of the trials.
  public var isConditional: Bool { occurrences.contains(where: \.isConditional) }
}
