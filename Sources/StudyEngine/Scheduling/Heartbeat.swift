import Dispatch
import Synchronization
import TrialStorage

/// Tells processes of other hosts, in the table that Optuna uses as well, that the trials of a process are being worked on:
/// those that take longer than `interval`.
final class Heartbeat: Sendable {
  /// The seconds between two beats, an eighth of the silence after which a process is taken for dead.
  private static let interval = 15

  private struct State: ~Copyable {
    var leases: Set<TrialLease> = []
    /// Beats since the first trial began.
    var timer: (any DispatchSourceTimer)?

    deinit { timer?.cancel() }
  }

  private let storage: any Storage
  private let state = Mutex(State())

  init(storage: any Storage) { self.storage = storage }

  func begin(_ lease: TrialLease) {
    state.withLock { state in
      state.leases.insert(lease)
      if state.timer == nil { state.timer = makeTimer() }
    }
  }

  func end(_ lease: TrialLease) { state.withLock { _ = $0.leases.remove(lease) } }

  private func makeTimer() -> any DispatchSourceTimer {
    let timer = DispatchSource.makeTimerSource(queue: .global(qos: .utility))
    timer.schedule(deadline: .now() + .seconds(Self.interval), repeating: .seconds(Self.interval))
    timer.setEventHandler { [weak self] in self?.beat() }
    timer.resume()
    return timer
  }

  private func beat() {
    let leases = state.withLock { $0.leases }
    // A beat may be missed; a storage in trouble is met by the next trial that writes.
    if !leases.isEmpty { try? storage.recordHeartbeats(of: Array(leases)) }
  }
}
