import Synchronization

/// Lets somebody outside stop a running optimization: a signal handler, a timer, a callback.
public final class StopSource: Sendable {
  /// How soon the run ends.
  public enum Mode: Int, Sendable, Comparable {
    /// No further trial starts; those that run go on to their end.
    case afterRunningTrials
    /// Running trials, too, stop at their next report and wait to be run again.
    case atNextReport

    public static func < (left: Mode, right: Mode) -> Bool { left.rawValue < right.rawValue }
  }

  private struct State {
    var mode: Mode?
    var observer: (@Sendable (Mode) -> Void)?
  }

  private let state = Mutex(State())

  public init() {}

  /// Asks to stop. A later call may only make it sooner.
  public func stop(_ mode: Mode) {
    let observer = state.withLock { state in
      guard state.mode.map({ $0 < mode }) ?? true else { return nil as (@Sendable (Mode) -> Void)? }
      state.mode = mode
      return state.observer
    }
    observer?(mode)
  }

  /// How the stop was asked for, nil as long as it was not.
  public var mode: Mode? { state.withLock(\.mode) }

  /// Calls `observer` on each request, at once where one was made before.
  func observe(_ observer: @escaping @Sendable (Mode) -> Void) {
    let mode = state.withLock { state in
      state.observer = observer
      return state.mode
    }
    if let mode { observer(mode) }
  }

  func endObservation() {
    state.withLock { $0.observer = nil }
  }
}
