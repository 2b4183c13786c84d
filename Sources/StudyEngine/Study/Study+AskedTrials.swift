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
    let record = try storage.trial(number: number, study: id)
    switch record.state {
    case .running: break
    case .waiting:
      throw StudyError(
        .trialWaiting, "trial \(number) waits to be run, so it has no result yet; the next ask or run starts it")
    case .complete, .pruned, .failed:
      let values = record.values.map(\.description).joined(separator: ", ")
      throw StudyError(
        .trialFinished,
        "trial \(number) is finished: \(record.state.rawValue)\(values.isEmpty ? "" : " with \(values)"); a result does not "
          + "change once it is told")
    }
    if let owner = try storage.owner(trial: record.id), !owner.isAsker, owner != .current, !owner.hasEnded {
      throw StudyError(
        .trialElsewhere,
        "trial \(number) is run by process \(owner.process) of \(owner.hostName), which will end it")
    }
    // Whichever start of the trial it is.
    let started = StartedTrial(record: record, lease: TrialLease(trial: record.id, start: nil))
    return Trial(started, draw: Draw(seed: seed, number: record.number), study: self, stop: nil)
  }
}
