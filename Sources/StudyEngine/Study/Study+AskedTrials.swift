import Samplers
import TrialStorage
import Trials

extension Study {
  /// A running trial, to report to it or to tell its result in another process than the one that asked for it.
  ///
  ///     let trial = try study.ask(owner: .asker())     // in one process
  ///     try study.tell(study.trial(3), value: 0.25)    // in another one
  ///
  /// - Parameter number: The trial's number.
  /// - Throws: `StorageError.trialNotFound`; `StudyError.trialFinished`, `trialWaiting`; `trialElsewhere` for a trial that
  ///   a process runs which is alive.
  public func trial(_ number: Int) throws -> Trial {
    let id = try storage.trial(number: number, study: id).id
    guard let run = try storage.run(trial: id) else { throw Self.notRunning(try storage.trial(id)) }
    if let owner = run.owner, !owner.isAsker, owner != .current, !owner.hasEnded {
      throw StudyError(
        .trialElsewhere,
        "trial \(number) is run by process \(owner.process) of \(owner.hostName), which will end it")
    }
    // Whatever is told under this lease is told to the run that was looked at here, or refused.
    let started = StartedTrial(record: run.record, lease: run.lease)
    return Trial(started, draw: Draw(seed: seed, number: number), study: self, stop: nil)
  }

  private static func notRunning(_ trial: FrozenTrial) -> StudyError {
    guard trial.state.isFinished else {
      return StudyError(
        .trialWaiting, "trial \(trial.number) waits to be run, so it has no result yet; the next ask or run starts it")
    }
    let values = trial.values.map(\.description).joined(separator: ", ")
    return StudyError(
      .trialFinished,
      "trial \(trial.number) is finished: \(trial.state.rawValue)\(values.isEmpty ? "" : " with \(values)"); a result does "
        + "not change once it is told")
  }
}
