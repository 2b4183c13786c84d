public import Trials

/// Decides after each finished trial of a study whether the search is to end.
///
/// A run shows its rule every finished trial that counts once, those included that were there before it and those of
/// other processes, so that several processes on one study and an interrupted search end where one uninterrupted process
/// would.
public protocol StopRule: Sendable {
  /// Why the search ends once the rule is met, in words that follow "stopped: ".
  var reason: String { get }

  /// Takes in a finished trial and tells whether the search is to end.
  ///
  /// - Throws: What ends the run with this error.
  mutating func isMet(after trial: FrozenTrial) throws -> Bool
}

/// Ends a search as soon as a closure says so.
///
///     try await study.optimize(trials: 200, stopRules: [StopCallback("good enough") { ($0.value ?? 1) < 0.02 }]) { … }
public struct StopCallback: StopRule {
  public let reason: String
  private let condition: @Sendable (FrozenTrial) throws -> Bool

  /// Makes a rule.
  ///
  /// - Parameters:
  ///   - reason: Why the search ends then.
  ///   - condition: Called for each finished trial, one at a time.
  public init(_ reason: String, condition: @escaping @Sendable (FrozenTrial) throws -> Bool) {
    self.reason = reason
    self.condition = condition
  }

  public mutating func isMet(after trial: FrozenTrial) throws -> Bool { try condition(trial) }
}

/// Ends a search in which so many finished trials in a row were no improvement.
///
/// A trial improves on the others if it is complete, feasible and strictly better than the best before it; with several
/// objectives, if no earlier one dominates or equals it. Trials count in the order in which they end, pruned and failed
/// ones too; nothing counts before the first complete feasible trial, so that a search whose trials all fail ends by its
/// other limits.
public struct StagnationRule: StopRule {
  /// How many trials without an improvement end the search.
  public let patience: Int
  private let directions: [StudyDirection]
  /// The values of the best trials so far.
  private var front: [[Double]] = []
  private var waited = 0

  /// Makes a rule.
  ///
  /// - Parameters:
  ///   - patience: At least 1.
  ///   - directions: Those of the study.
  public init(patience: Int, directions: [StudyDirection]) {
    precondition(patience > 0, "a stagnation takes at least one trial")
    self.patience = patience
    self.directions = directions
  }

  public var reason: String { "no improvement in the last \(patience) finished trials" }

  public mutating func isMet(after trial: FrozenTrial) -> Bool {
    if improves(trial) {
      waited = 0
    } else if !front.isEmpty {
      waited += 1
    }
    return waited >= patience
  }

  private mutating func improves(_ trial: FrozenTrial) -> Bool {
    guard trial.state == .complete, trial.isFeasible, trial.values.count == directions.count,
      !front.contains(where: { $0 == trial.values || directions.dominates($0, trial.values) })
    else { return false }
    front.removeAll { directions.dominates(trial.values, $0) }
    front.append(trial.values)
    return true
  }
}
