import HPO
import OrderedCollections
import Synchronization

/// Tells on standard error what `hpo nas finish` is at: a line for what is done, and on a terminal one that is rewritten for
/// the trainings that run.
final class FinishProgress: Sendable {
  private struct State {
    var running: OrderedDictionary<String, String> = [:]
    var isShown = false
    var last: ContinuousClock.Instant?
  }

  private let state = Mutex(State())

  /// Writes a line of its own.
  func note(_ text: String) {
    state.withLock { state in
      Terminal.writeError((state.isShown ? "\r\u{1B}[K" : "") + text + "\n")
      state.isShown = false
    }
  }

  /// Shows how far a training has come, at most ten times a second.
  func show(_ text: String, of name: String) {
    guard let width = Terminal.errorWidth else { return }
    state.withLock { state in
      state.running[name] = text
      let now = ContinuousClock.now
      if let last = state.last, now - last < .milliseconds(100) { return }
      state.last = now
      let line = state.running.map { "\($0): \($1)" }.joined(separator: " · ")
      Terminal.writeError("\r\u{1B}[K" + line.prefix(width - 1))
      state.isShown = true
    }
  }

  /// A training does not run any more.
  func end(_ name: String) {
    state.withLock { state in
      state.running[name] = nil
      if state.isShown { Terminal.writeError("\r\u{1B}[K") }
      state.isShown = false
    }
  }
}
