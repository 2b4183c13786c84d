/// One of several values without an order.
public struct CategoricalDistribution: Hashable, Sendable {
  /// The values, by whose positions the study database knows them.
  public let choices: [Choice]

  /// - Throws: `SearchSpaceError.invalidDistribution` for no choice, for the same choice twice, or for texts that nobody can
  ///   tell apart.
  public init(_ choices: [Choice]) throws(SearchSpaceError) {
    guard !choices.isEmpty else { throw SearchSpaceError(.invalidDistribution, "a choice needs at least one value") }
    if let twice = choices.firstRepeated {
      throw SearchSpaceError(.invalidDistribution, "the choice \(twice) is listed twice")
    }
    if let twice = choices.compactMap(\.stringValue).firstRepeated {
      throw SearchSpaceError(
        .invalidDistribution, "the choice \(twice) is listed twice, in characters that are composed otherwise")
    }
    self.choices = choices
  }

  /// Choices as a study database holds them, which may repeat.
  init(stored choices: [Choice]) { self.choices = choices }

  /// Whether there is only one value to choose.
  public var isSingle: Bool { choices.count == 1 }

  /// The position of a value: of the same value of the same type, else of the first that equals it in Python, where
  /// `true`, `1` and `1.0` are equal.
  public func index(of choice: Choice) -> Int? {
    choices.firstIndex(of: choice) ?? choices.firstIndex { $0.isEqualInPython(to: choice) }
  }
}

extension Array where Element: Hashable {
  /// The first element that equals an earlier one.
  fileprivate var firstRepeated: Element? {
    // A few are compared sooner than they are hashed.
    if count <= 8 { return indices.first { self[..<$0].contains(self[$0]) }.map { self[$0] } }
    var seen = Set<Element>(minimumCapacity: count)
    return first { !seen.insert($0).inserted }
  }
}
