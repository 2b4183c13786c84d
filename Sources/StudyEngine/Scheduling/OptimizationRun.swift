import Dispatch
import Synchronization
import TrialStorage
import Trials

/// The shell around `Scheduler`: one serial Dispatch queue a job, on which trials start, run and end.
final class OptimizationRun: Sendable {
  typealias Objective = @Sendable (Trial) throws -> [Double]

  private struct State {
    var scheduler: Scheduler
    var summary = OptimizationSummary()
    /// The trials that this run of a deterministic study has ended.
    var finished: Set<Int> = []
    /// Why the run stopped before its limit, the first reason of several.
    var reason: String?
    var error: (any Error)?
    var completion: CheckedContinuation<OptimizationSummary, any Error>?
    /// The trial that the next one waits for while this run has none that runs, and since when.
    var obstacle: (number: Int, since: ContinuousClock.Instant, isTold: Bool)?
    /// The jobs that are going to be woken.
    var alarms: Set<Int> = []
  }

  /// How long a job waits for trials of other processes before it looks again.
  private static let pause = DispatchTimeInterval.milliseconds(50)
  /// How long a run stands still before it says so.
  private static let patience = Duration.seconds(2)

  private let study: Study
  private let limit: Int?
  /// This run's own, so that what ends it does not end others that share the caller's.
  private let stop = StopSource()
  private let outerStop: StopSource
  private let objective: Objective
  private let observer: @Sendable (StudyEvent) -> Void
  private let watch: StopWatch
  private let queues: [DispatchQueue]
  private let orphans: OrphanWatch
  private let state: Mutex<State>

  init(
    study: Study, limit: Int?, jobs: Int, stop: StopSource, rules: [any StopRule],
    observer: @escaping @Sendable (StudyEvent) -> Void, objective: @escaping Objective
  ) {
    self.study = study
    self.limit = limit
    outerStop = stop
    self.observer = observer
    self.objective = objective
    watch = StopWatch(study: study, rules: rules)
    queues = (0..<jobs).map { DispatchQueue(label: "hpo.job.\($0)", qos: .userInitiated) }
    orphans = OrphanWatch(study: study, observer: observer)
    state = Mutex(State(scheduler: Scheduler(jobs: jobs)))
  }

  /// The trials that this run of a deterministic study has ended, some of which turn out to be replicates only now.
  var finishedNumbers: Set<Int> { state.withLock(\.finished) }

  /// Lets running trials stop at their next report.
  ///
  /// - Parameter reason: Why, for the summary.
  func halt(_ reason: String? = nil) { end(.atNextReport, reason) }

  private func end(_ mode: StopSource.Mode, _ reason: String?) {
    state.withLock { $0.reason = $0.reason ?? reason }
    stop.stop(mode)
  }

  /// Starts no further trial where a rule is met.
  private func applyRules() throws {
    if let reason = try watch.look() { end(.afterRunningTrials, reason) }
  }

  /// Runs until the scheduler is done, or the task is cancelled, which lets running trials stop at their next report.
  func run() async throws -> OptimizationSummary {
    let inner = stop
    let link = outerStop.observe { inner.stop($0) }
    defer { outerStop.endObservation(link) }
    return try await withTaskCancellationHandler {
      try await runToEnd()
    } onCancel: {
      halt("the task was cancelled")
    }
  }

  private func runToEnd() async throws -> OptimizationSummary {
    try await withCheckedThrowingContinuation { completion in
      let actions = state.withLock { state in
        state.completion = completion
        return state.scheduler.begin()
      }
      // The observer lives as long as the run, whose source it is.
      _ = stop.observe { [weak self] mode in
        self?.decide { $0.stop(haltsTrials: mode == .atNextReport) }
      }
      perform(actions, trial: nil)
    }
  }

  /// Reports an event to the scheduler and performs what it decides.
  private func decide(trial: Trial? = nil, _ event: (inout Scheduler) -> [Scheduler.Action]) {
    perform(state.withLock { event(&$0.scheduler) }, trial: trial)
  }

  private func perform(_ actions: [Scheduler.Action], trial: Trial?) {
    for action in actions {
      switch action {
      case .start(let job): queues[job].async { self.start(job) }
      case .run(let job): if let trial { evaluate(trial, job: job) }
      case .giveBack(let job): if let trial { giveBack(trial, job: job) }
      case .haltTrials: halt()
      case .complete: complete()
      }
    }
  }

  private func start(_ job: Int) {
    guarded(job) {
      switch try next() {
      case .started(let trial):
        state.withLock { $0.obstacle = nil }
        decide(trial: trial) { $0.started(job: job) }
      case .nothingLeft: decide { $0.foundNothing(job: job) }
      case .ended(let reason):
        end(.afterRunningTrials, reason)
        decide { $0.foundNothing(job: job) }
      case .mustWait(_, let other):
        noteObstacle(other)
        decide { $0.mustWait(job: job) }
        wakeLater(job)
      }
    }
  }

  /// Lets a job that waits look after a while what other processes have ended.
  private func wakeLater(_ job: Int) {
    guard state.withLock({ $0.alarms.insert(job).inserted }) else { return }
    queues[job].asyncAfter(deadline: .now() + Self.pause) { [weak self] in
      guard let self else { return }
      state.withLock { _ = $0.alarms.remove(job) }
      decide { $0.wake(job: job) }
    }
  }

  private func next() throws -> TrialStart {
    if !study.isDeterministic { try applyRules() }
    guard stop.mode == nil else { return .nothingLeft }
    // A process that shares the work may have died in the meantime.
    try orphans.lookIfDue()
    let first = try study.start(limit: limit, stop: stop, rules: watch)
    if case .started = first { return first }
    return try orphans.look() ? study.start(limit: limit, stop: stop, rules: watch) : first
  }

  /// Says so where the run has stood still for a while.
  private func noteObstacle(_ number: Int) {
    let isToBeTold = state.withLock { state in
      guard !state.scheduler.jobs.contains(.running) else {
        state.obstacle = nil
        return false
      }
      if state.obstacle?.number != number { state.obstacle = (number, .now, false) }
      guard let obstacle = state.obstacle, !obstacle.isTold, .now - obstacle.since > Self.patience else { return false }
      state.obstacle?.isTold = true
      return true
    }
    if isToBeTold { observer(.waiting(for: number)) }
  }

  private func evaluate(_ trial: Trial, job: Int) {
    observer(.started(number: trial.number))
    holding(trial, job: job) {
      let ended: EndedTrial
      do {
        ended = try study.end(trial, values: try objective(trial))
      } catch is TrialPruned {
        ended = try study.endPruned(trial)
      } catch let repeats as TrialRepeats {
        ended = try study.end(trial, reusing: repeats.number)
      } catch is TrialInterrupted {
        return try requeue(trial, job: job)
      } catch let exhausted as SearchExhausted {
        end(.afterRunningTrials, exhausted.reason)
        try study.requeue(trial)
        return decide { $0.ended(job: job) }
      } catch let error as StorageError where error.code == .trialLost {
        throw error
      } catch let error as any RunEndingError {
        try study.requeue(trial)
        throw error
      } catch let error as StorageError where error.isTroubleOfStorage {
        // Where even this fails, the next process finds that the trial's owner has ended.
        try? study.requeue(trial)
        throw error
      } catch {
        ended = try study.end(trial, failure: String(describing: error))
      }
      try finish(ended, job: job)
    }
  }

  /// Waits until the disk has a trial that has ended, and tells of it.
  ///
  /// Meanwhile a single job draws and starts its next trial: a power loss that takes its row takes it behind the other's, and
  /// its objective has not begun. Of several jobs one may meet a stop rule meanwhile, and they share the disk's time anyway.
  private func finish(_ ended: EndedTrial, job: Int) throws {
    let following = ended.isSettled || queues.count > 1 ? nil : Result { try next() }
    let record: FrozenTrial
    do { record = try ended.settled() } catch {
      if case .success(.started(let trial)) = following { try? study.requeue(trial) }
      throw error
    }
    state.withLock { state in
      state.summary.count(record)
      if study.isDeterministic { state.finished.insert(record.number) }
    }
    observer(.finished(record))
    // What hinders the next trial is met again by asking for it.
    if case .success(.started(let trial)) = following {
      state.withLock { $0.obstacle = nil }
      queues[job].async { self.decide(trial: trial) { $0.wentOn(job: job) } }
    } else {
      decide { $0.ended(job: job) }
    }
  }

  private func giveBack(_ trial: Trial, job: Int) {
    holding(trial, job: job) { try requeue(trial, job: job) }
  }

  /// Ends a trial by `body`, or does without it where it turns out to be another's by now.
  private func holding(_ trial: Trial, job: Int, _ body: () throws -> Void) {
    defer { study.heartbeat.end(trial.lease) }
    guarded(job) {
      do {
        try body()
      } catch let error as StorageError where error.code == .trialLost || error.code == .wrongState {
        study.giveUp(trial)
        observer(.lost(number: trial.number))
        decide { $0.ended(job: job) }
      }
    }
  }

  private func requeue(_ trial: Trial, job: Int) throws {
    try study.requeue(trial)
    state.withLock { state in
      // A job that was about to start takes a trial that another one has just given up, and gives it up in turn.
      if !state.summary.interrupted.contains(trial.number) { state.summary.interrupted.append(trial.number) }
    }
    decide { $0.ended(job: job) }
  }

  private func guarded(_ job: Int, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      state.withLock { $0.error = $0.error ?? error }
      decide { $0.failed(job: job) }
    }
  }

  private func complete() {
    let (completion, result) = state.withLock { state in
      let completion = state.completion
      state.completion = nil
      state.summary.interrupted.sort()
      state.summary.stopReason = state.reason
      let result: Result<OptimizationSummary, any Error> = state.error.map { .failure($0) } ?? .success(state.summary)
      return (completion, result)
    }
    completion?.resume(with: result)
  }
}
