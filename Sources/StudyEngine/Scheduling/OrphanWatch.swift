import Synchronization
import TrialStorage
import Trials

/// Finds, while a run goes on, the trials of processes that have ended.
final class OrphanWatch: Sendable {
  /// How often a run looks for them while it has trials to start.
  private static let interval = Duration.seconds(1)

  private let study: Study
  private let observer: @Sendable (StudyEvent) -> Void
  private let next = Mutex(ContinuousClock.now)

  init(study: Study, observer: @escaping @Sendable (StudyEvent) -> Void) {
    self.study = study
    self.observer = observer
  }

  /// Lets the trials wait again where the last look is a while ago.
  func lookIfDue() throws {
    let isDue = next.withLock { next in
      guard ContinuousClock.now >= next else { return false }
      next = .now + Self.interval
      return true
    }
    if isDue { try look() }
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
