public import Trials

/// What happens while a study is optimized.
public enum StudyEvent: Sendable {
  /// Trials of these numbers wait to be run again: the process that ran them has ended.
  case requeued([Int])
  case started(number: Int)
  /// The trial of this number was given to another process while this one seemed to have ended, or was ended from outside;
  /// what this run did for it since is of no account.
  case lost(number: Int)
  case finished(FrozenTrial)
}

/// What one run did.
public struct OptimizationSummary: Sendable, Hashable {
  /// Trials that this run completed.
  public internal(set) var complete = 0
  /// Trials that the pruner ended.
  public internal(set) var pruned = 0
  /// Trials that ended without a usable result.
  public internal(set) var failed = 0
  /// The numbers of the trials that stopped at a report and wait to be run again.
  public internal(set) var interrupted: [Int] = []

  /// All trials that this run ended.
  public var finished: Int { complete + pruned + failed }

  mutating func count(_ state: TrialState) {
    switch state {
    case .complete: complete += 1
    case .pruned: pruned += 1
    case .failed: failed += 1
    case .running, .waiting: break
    }
  }
}
