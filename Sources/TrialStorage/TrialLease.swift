public import Trials

/// The right to write to a trial while one run of it lasts.
///
/// A process that was taken for dead, or whose computer slept for hours, may come back to a trial that another one runs by
/// now. What it then writes under its lease is refused.
public struct TrialLease: Sendable, Hashable {
  /// The identifier of the trial.
  public let trial: Int64
  /// Which start of the trial the lease is of, counted from 1; nil for whatever run there is, as who ends a trial from
  /// outside needs it.
  public let start: Int?
  /// Whether hpo runs the trial: a run of another program has no number of its own and no owner.
  public let isOwned: Bool

  /// The start of a trial that has no record of its starts: one that never waited, or that another program runs.
  package static let firstStart = 1

  /// Makes a lease.
  public init(trial: Int64, start: Int?, isOwned: Bool = true) {
    self.trial = trial
    self.start = start
    self.isOwned = isOwned
  }
}

/// A trial that runs, as one look at the record found it.
public struct TrialRun: Sendable, Hashable {
  /// The trial.
  public var record: FrozenTrial
  /// The right to write to it as long as this run lasts.
  public var lease: TrialLease
  /// Who runs it; nil for another program.
  public var owner: ProcessIdentity?

  /// Makes a run.
  public init(record: FrozenTrial, lease: TrialLease, owner: ProcessIdentity?) {
    self.record = record
    self.lease = lease
    self.owner = owner
  }
}

/// A trial that was just started.
public struct StartedTrial: Sendable, Hashable {
  /// The trial as it stands in the record: one that goes on has its parameters, and the reports that its checkpoint knows.
  public var record: FrozenTrial
  /// The right to write to it.
  public var lease: TrialLease

  /// Makes a started trial.
  public init(record: FrozenTrial, lease: TrialLease) {
    self.record = record
    self.lease = lease
  }
}

/// What became of the trials of processes that had ended.
public struct OrphanedTrials: Sendable, Hashable {
  /// The numbers of those that wait to be run again.
  public var requeued: [Int] = []
  /// The numbers of those that failed, since their process had ended so often without a step forward.
  public var failed: [Int] = []

  /// Makes an account of no trial.
  public init() {}

  /// Whether there was none.
  public var isEmpty: Bool { requeued.isEmpty && failed.isEmpty }

  /// How often in a row a trial's process may end before the trial has got a step further: then it is the trial that
  /// ends processes, and it fails.
  public static let mostDeaths = 10

  package static var failure: String {
    "its process ended \(mostDeaths) times in a row before the trial got a step further; it may need more memory than there is"
  }
}
