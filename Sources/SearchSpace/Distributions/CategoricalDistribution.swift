/// One of several values without an order.
public struct CategoricalDistribution: Hashable, Sendable {
  /// The values, by whose positions the study database knows them.
  public let choices: [Choice]

  /// - Throws: `SearchSpaceError.invalidDistribution` for no choice, for the same choice twice, or for texts that nobody can
  ///   tell apart.
  public init(_ choices: [Choice]) throws(SearchSpaceError) {
    guard !choices.isEmpty else { throw SearchSpaceError(.invalidDistribution, "a choice needs at least one value") }
    if Set(choices).count < choices.count {
      let twice = choices.indices.first { choices[..<$0].contains(choices[$0]) } ?? 0
      throw SearchSpaceError(.invalidDistribution, "the choice \(choices[twice]) is listed twice")
    }
    let texts = choices.compactMap(\.stringValue)
    if Set(texts).count < texts.count {
      let twice = texts.indices.first { texts[..<$0].contains(texts[$0]) } ?? 0
      throw SearchSpaceError(
        .invalidDistribution, "the choice \(texts[twice]) is listed twice, in characters that are composed otherwise")
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
