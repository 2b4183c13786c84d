public import Trials

/// What happens while a study is optimized.
public enum StudyEvent: Sendable {
  /// Trials of these numbers wait to be run again: the process that ran them has ended.
  case requeued([Int])
  case started(number: Int)
  /// A deterministic search stands still: the next trial waits for the one of this number, which another process or nobody
  /// runs. Told once for each.
  case waiting(for: Int)
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
  /// Trials among the above that ran parameters which an earlier trial has, with another seed.
  public internal(set) var replicates = 0
  /// Trials among the above that were given the result of an earlier one with the same parameters.
  public internal(set) var reused = 0
  /// Trials among the above whose parameters were drawn again, because an earlier one had them.
  public internal(set) var redrawn = 0
  /// The numbers of the trials that stopped at a report and wait to be run again.
  public internal(set) var interrupted: [Int] = []
  /// Why the run ended before its limit of trials, where a time limit or a stop rule ended it.
  public internal(set) var stopReason: String?

  /// All trials that this run ended.
  public var finished: Int { complete + pruned + failed }

  mutating func count(_ trial: FrozenTrial) {
    if trial.replicated != nil { replicates += 1 }
    if trial.reused != nil { reused += 1 }
    if trial.redraws > 0 { redrawn += 1 }
    switch trial.state {
    case .complete: complete += 1
    case .pruned: pruned += 1
    case .failed: failed += 1
    case .running, .waiting: break
    }
  }
}
