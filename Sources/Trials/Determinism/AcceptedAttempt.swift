import OrderedCollections
package import SearchSpace

/// The attempt whose draw was accepted for the parameters of a trial from a place on, after the draws of others were
/// refused.
package struct AcceptedAttempt: Sendable, Hashable {
  /// The place of the first parameter that it drew, among those of the trial.
  package let first: Int
  /// How many draws had been refused before, for whatever reason.
  package let refusals: Int
  /// How many of them because another trial has the same parameters.
  package let redraws: Int

  package init(first: Int, refusals: Int, redraws: Int) {
    self.first = first
    self.refusals = refusals
    self.redraws = redraws
  }

  package var json: JSONValue { [.int(first), .int(refusals), .int(redraws)] }

  /// Nil for what is no attempt.
  package init?(json: JSONValue) {
    let numbers = (json.arrayValue ?? []).compactMap(\.intValue)
    guard numbers.count == 3, numbers.allSatisfy({ $0 >= 0 }) else { return nil }
    self.init(first: numbers[0], refusals: numbers[1], redraws: numbers[2])
  }
}

extension FrozenTrial {
  /// The attempts whose draws were accepted after others were refused, by ascending place of their first parameter.
  package var attempts: [AcceptedAttempt] {
    (systemAttributes[Self.attemptsKey]?.arrayValue ?? []).compactMap(AcceptedAttempt.init(json:))
  }
}
