/// Decides which job of a run starts a trial when, and when the run is over.
///
/// A value without threads, clocks or storage: the shell (`OptimizationRun`) reports what happened, and performs the
/// actions that come back. So every interleaving can be tested by enumeration.
struct Scheduler: Hashable {
  /// What one job is doing.
  enum Job: Hashable {
    /// It asks the study for a trial.
    case starting
    /// It evaluates a trial's objective.
    case running
    /// It has ended for good.
    case retired
  }

  /// Why no further trial is started.
  enum Ending: Hashable {
    /// The study holds as many trials as were asked for, or nothing is left to try.
    case nothingLeft
    /// Somebody asked to stop; `haltsTrials` if running trials are to stop as well.
    case stopped(haltsTrials: Bool)
    /// The storage failed.
    case failed
  }

  /// What the shell is to do.
  enum Action: Hashable {
    /// Ask the study for a trial on this job's queue.
    case start(job: Int)
    /// Evaluate the objective of the trial that was just started.
    case run(job: Int)
    /// Let the trial that was just started wait again; nothing has been evaluated.
    case giveBack(job: Int)
    /// Let every running trial stop at its next report.
    case haltTrials
    /// The run is over; nothing happens after this.
    case complete
  }

  private(set) var jobs: [Job]
  private(set) var ending: Ending?

  /// - Parameter jobs: How many trials may run at once, at least 1.
  init(jobs: Int) {
    precondition(jobs > 0, "a run needs at least one job")
    self.jobs = Array(repeating: .starting, count: jobs)
  }

  /// Lets every job ask for its first trial.
  func begin() -> [Action] { jobs.indices.map(Action.start) }

  /// A job got a trial.
  mutating func started(job: Int) -> [Action] {
    precondition(jobs[job] == .starting, "job \(job) did not ask for a trial")
    jobs[job] = .running
    return [ending?.admitsTrials ?? true ? .run(job: job) : .giveBack(job: job)]
  }

  /// A job asked for a trial and there was none.
  mutating func foundNothing(job: Int) -> [Action] {
    precondition(jobs[job] == .starting, "job \(job) did not ask for a trial")
    if ending == nil { ending = .nothingLeft }
    return retire(job)
  }

  /// A job's trial has ended, in whatever state, and is on record.
  mutating func ended(job: Int) -> [Action] {
    precondition(jobs[job] == .running, "job \(job) has no trial")
    guard ending == nil || ending == .nothingLeft else { return retire(job) }
    // Others found nothing, yet this job may: a trial may have come back to the queue since.
    jobs[job] = .starting
    return [.start(job: job)]
  }

  /// The storage failed under a job: the others stop, too.
  mutating func failed(job: Int) -> [Action] {
    precondition(jobs[job] != .retired, "job \(job) has retired")
    let areHalted = ending == .failed || ending == .stopped(haltsTrials: true)
    ending = .failed
    jobs[job] = .retired
    return (!areHalted && jobs.contains(.running) ? [.haltTrials] : []) + retire(job)
  }

  /// Somebody asks to stop.
  mutating func stop(haltsTrials: Bool) -> [Action] {
    switch ending {
    case .failed, .stopped(haltsTrials: true): return []
    case .stopped(haltsTrials: false) where !haltsTrials: return []
    default: break
    }
    guard jobs.contains(where: { $0 != .retired }) else { return [] }
    ending = .stopped(haltsTrials: haltsTrials)
    return haltsTrials && jobs.contains(.running) ? [.haltTrials] : []
  }

  private mutating func retire(_ job: Int) -> [Action] {
    jobs[job] = .retired
    return jobs.allSatisfy { $0 == .retired } ? [.complete] : []
  }
}

extension Scheduler.Ending {
  /// Whether a trial that was started in the meantime is still evaluated.
  fileprivate var admitsTrials: Bool { self == .nothingLeft }
}
