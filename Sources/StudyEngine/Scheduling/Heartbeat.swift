import Dispatch
import Synchronization
import TrialStorage

/// Tells processes of other hosts, in the table that Optuna uses as well, that the trials of a run are being worked on.
final class Heartbeat: Sendable {
  /// The seconds between two beats, an eighth of the silence after which a process is taken for dead.
  private static let interval = 15

  private let leases = Mutex<Set<TrialLease>>([])
  // Safe: set up before `init` ends, when no other thread knows it, and then only cancelled, once, as nobody else knows it any
  // more; and Dispatch lets its objects be used from any thread, although they are not marked so.
  private nonisolated(unsafe) let timer: any DispatchSourceTimer

  init(storage: any Storage) {
    timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    timer.schedule(deadline: .now() + .seconds(Self.interval), repeating: .seconds(Self.interval))
    timer.setEventHandler { [weak self] in
      guard let leases = self?.leases.withLock({ $0 }), !leases.isEmpty else { return }
      // A beat may be missed; a storage in trouble is met by the next trial that writes.
      try? storage.recordHeartbeats(of: Array(leases))
    }
    timer.resume()
  }

  deinit { timer.cancel() }

  func begin(_ lease: TrialLease) { leases.withLock { _ = $0.insert(lease) } }

  func end(_ lease: TrialLease) { leases.withLock { _ = $0.remove(lease) } }
}
