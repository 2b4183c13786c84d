import Synchronization
import TrialStorage
import Trials

/// When to look for the trials of processes that have ended: at first, and a second after the last look.
struct OrphanClock: ~Copyable, Sendable {
  private let next = Mutex(ContinuousClock.now)

  /// Whether a look is due, which is taken to be made then.
  func isDue() -> Bool {
    next.withLock { next in
      guard ContinuousClock.now >= next else { return false }
      next = .now + .seconds(1)
      return true
    }
  }
}

/// Finds, while a run goes on, the trials of processes that have ended.
final class OrphanWatch: Sendable {
  private let study: Study
  private let observer: @Sendable (StudyEvent) -> Void
  private let clock = OrphanClock()

  init(study: Study, observer: @escaping @Sendable (StudyEvent) -> Void) {
    self.study = study
    self.observer = observer
  }

  /// Lets the trials wait again where the last look is a while ago.
  func lookIfDue() throws {
    if clock.isDue() { try look() }
  }

  /// Lets the trials wait again; returns whether there were some.
  @discardableResult
  func look() throws -> Bool {
    let orphans = try study.storage.requeueOrphans(study: study.id)
    if !orphans.requeued.isEmpty { observer(.requeued(orphans.requeued)) }
    if !orphans.failed.isEmpty {
      let failed = try study.storage.trials(study: study.id, states: [.failed])
      for trial in failed where orphans.failed.contains(trial.number) { observer(.finished(trial)) }
    }
    return !orphans.isEmpty
  }
}
