/// Where a trial is in its life.
public enum TrialState: String, Sendable, Hashable, CaseIterable {
  /// Its objective is being evaluated.
  case running = "RUNNING"
  /// It has its values.
  case complete = "COMPLETE"
  /// A pruner ended it early.
  case pruned = "PRUNED"
  /// It ended without a usable result.
  case failed = "FAIL"
  /// It has its parameters, or some of them, and waits for somebody to run it.
  case waiting = "WAITING"

  /// Whether nothing changes any more.
  public var isFinished: Bool {
    switch self {
    case .complete, .pruned, .failed: true
    case .running, .waiting: false
    }
  }
}
