import Dispatch
import TrialStorage
import Trials

extension Study {
  /// The greatest number of jobs of a process.
  public static let mostJobs = TrialJobs.range.upperBound

  /// Runs trials until the study holds `trials` of them, the time is over, a rule is met, the sampler has tried everything,
  /// `stop` is asked to stop, or the task is cancelled, which is as `stop(.atNextReport)`.
  ///
  /// Trials of processes that have ended and trials that wait are run first, under their numbers and with their
  /// parameters, from their checkpoints. An error that the objective throws makes its trial `failed` with the error as reason, and the search
  /// goes on.
  ///
  /// - Parameters:
  ///   - trials: The total for the study, what it holds already included; nil for no limit.
  ///   - timeout: After it no trial starts, and those that run stop at their next report or checkpoint and wait to be run again.
  ///   - jobs: How many trials run at once, each on its own serial queue: 1 to `mostJobs`.
  ///   - stop: Ends the run from outside.
  ///   - stopRules: End the run by its results: no further trial starts, and those that run go on to their end.
  ///   - observer: Called for each event, from several threads at once.
  ///   - objective: Evaluates a trial and returns the value of the only objective.
  /// - Throws: `StorageError` where the record can no longer be kept; `StudyError.invalidArgument`.
  @discardableResult
  public func optimize(
    trials: Int? = nil, timeout: Duration? = nil, jobs: Int = 1, stop: StopSource = StopSource(),
    stopRules: [any StopRule] = [], observer: @escaping @Sendable (StudyEvent) -> Void = { _ in },
    objective: @escaping @Sendable (Trial) throws -> Double
  ) async throws -> OptimizationSummary {
    try await optimize(
      trials: trials, timeout: timeout, jobs: jobs, stop: stop, stopRules: stopRules, observer: observer
    ) { trial in [try objective(trial)] }
  }

  /// As above for several objectives: `objective` returns one value for each direction.
  @discardableResult
  public func optimize(
    trials: Int? = nil, timeout: Duration? = nil, jobs: Int = 1, stop: StopSource = StopSource(),
    stopRules: [any StopRule] = [], observer: @escaping @Sendable (StudyEvent) -> Void = { _ in },
    objective: @escaping @Sendable (Trial) throws -> [Double]
  ) async throws -> OptimizationSummary {
    guard TrialJobs.range.contains(jobs) else {
      throw StudyError(.invalidArgument, "\(jobs) jobs: 1 to \(Self.mostJobs) are possible in a process")
    }
    guard trials ?? 0 >= 0 else { throw StudyError(.invalidArgument, "\(trials ?? 0) is no count of trials") }
    let run = OptimizationRun(
      study: self, limit: trials, jobs: jobs, stop: stop, rules: stopRules, observer: observer, objective: objective)
    let timer = timeout.map { timeout in
      let timer = DispatchSource.makeTimerSource(queue: .global())
      timer.schedule(deadline: .now() + .nanoseconds(Int(timeout.nanoseconds)))
      timer.setEventHandler { run.halt("the time is over") }
      timer.resume()
      return timer
    }
    defer { timer?.cancel() }
    var summary = try await run.run()
    let finished = run.finishedNumbers
    if !finished.isEmpty {
      summary.replicates += try storage.concurrentReplicates(study: id).keys.count(where: finished.contains)
    }
    try keepHistory()
    return summary
  }
}
