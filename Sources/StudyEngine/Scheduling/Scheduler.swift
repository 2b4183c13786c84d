/// Decides which job of a run starts a trial when, and when the run is over.
///
/// A value without threads, clocks or storage: the shell (`OptimizationRun`) reports what happened, and performs the
/// actions that come back. So every interleaving can be tested by enumeration.
struct Scheduler: Hashable {
  /// What one job is doing.
  enum Job: Hashable {
    /// It asks the study for a trial; `isBehind` once a trial has ended since.
    case starting(isBehind: Bool)
    /// It waits for a trial to end that the next one sees.
    case waiting
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
    self.jobs = Array(repeating: .starting(isBehind: false), count: jobs)
  }

  /// Lets every job ask for its first trial.
  func begin() -> [Action] { jobs.indices.map(Action.start) }

  /// A job got a trial.
  mutating func started(job: Int) -> [Action] {
    precondition(jobs[job].isStarting, "job \(job) did not ask for a trial")
    jobs[job] = .running
    // It counts among those that run: which trials a deterministic study starts does not depend on when it ends.
    return [ending?.haltsTrials ?? false ? .giveBack(job: job) : .run(job: job)]
  }

  /// A job asked for a trial and there was none.
  mutating func foundNothing(job: Int) -> [Action] {
    precondition(jobs[job].isStarting, "job \(job) did not ask for a trial")
    if ending == nil { ending = .nothingLeft }
    return retire(job)
  }

  /// A job asked for a trial, and the next one has to wait for another to end.
  mutating func mustWait(job: Int) -> [Action] {
    precondition(jobs[job].isStarting, "job \(job) did not ask for a trial")
    guard ending?.admitsTrials ?? true else { return retire(job) }
    // What it waits for may have ended while it asked.
    if jobs[job] == .starting(isBehind: true) { return start(job) }
    jobs[job] = .waiting
    return []
  }

  /// Trials of other processes may have ended: a job that waits asks again.
  mutating func wake(job: Int) -> [Action] { jobs[job] == .waiting ? start(job) : [] }

  /// A job's trial has ended, in whatever state, and is on record.
  mutating func ended(job: Int) -> [Action] {
    precondition(jobs[job] == .running, "job \(job) has no trial")
    guard ending?.admitsTrials ?? true else { return retire(job) }
    // Others found nothing, yet this job may: a trial may have come back to the queue since.
    return tellOthers(ofTrialOf: job) + start(job)
  }

  /// A job's trial has ended, in whatever state, and is on record, and the job has got the next one already.
  mutating func wentOn(job: Int) -> [Action] {
    precondition(jobs[job] == .running, "job \(job) has no trial")
    guard ending?.admitsTrials ?? true else { return [.giveBack(job: job)] }
    return tellOthers(ofTrialOf: job) + [.run(job: job)]
  }

  /// The storage failed under a job: the others stop, too.
  mutating func failed(job: Int) -> [Action] {
    precondition(jobs[job] != .retired, "job \(job) has retired")
    let areHalted = ending?.haltsTrials ?? false
    ending = .failed
    let othersRun = jobs.indices.contains { $0 != job && jobs[$0] == .running }
    return (!areHalted && othersRun ? [.haltTrials] : []) + retireWaiting() + retire(job)
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
    return (haltsTrials && jobs.contains(.running) ? [.haltTrials] : []) + retireWaiting()
  }

  /// Lets the jobs look that ask for a trial, or wait for one to end, since one has ended.
  private mutating func tellOthers(ofTrialOf job: Int) -> [Action] {
    for other in jobs.indices where other != job && jobs[other].isStarting { jobs[other] = .starting(isBehind: true) }
    return jobs.indices.filter { jobs[$0] == .waiting }.flatMap { start($0) }
  }

  private mutating func start(_ job: Int) -> [Action] {
    jobs[job] = .starting(isBehind: false)
    return [.start(job: job)]
  }

  /// Ends the jobs for which there will be no trial.
  private mutating func retireWaiting() -> [Action] {
    jobs.indices.filter { jobs[$0] == .waiting }.flatMap { retire($0) }
  }

  private mutating func retire(_ job: Int) -> [Action] {
    jobs[job] = .retired
    return jobs.allSatisfy { $0 == .retired } ? [.complete] : []
  }
}

extension Scheduler.Job {
  fileprivate var isStarting: Bool {
    if case .starting = self { true } else { false }
  }
}

extension Scheduler.Ending {
  /// Whether a job may still ask for a trial.
  fileprivate var admitsTrials: Bool { self == .nothingLeft }

  /// Whether trials that have started do not run to their end.
  fileprivate var haltsTrials: Bool { self == .failed || self == .stopped(haltsTrials: true) }
}
