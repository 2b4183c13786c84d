import Synchronization

/// Lets somebody outside stop running optimizations: a signal handler, a timer, a callback. One source may serve several
/// runs.
public final class StopSource: Sendable {
  /// How soon a run ends.
  public enum Mode: Int, Sendable, Comparable {
    /// No further trial starts; those that run go on to their end.
    case afterRunningTrials
    /// Running trials, too, stop at their next report and wait to be run again.
    case atNextReport

    public static func < (left: Mode, right: Mode) -> Bool { left.rawValue < right.rawValue }
  }

  typealias Observer = @Sendable (Mode) -> Void

  private struct State {
    var mode: Mode?
    var observers: [Int: Observer] = [:]
    var lastToken = 0
  }

  private let state = Mutex(State())

  /// Creates a source that has not been asked to stop.
  public init() {}

  /// Asks to stop. A later call may only make it sooner.
  public func stop(_ mode: Mode) {
    let observers = state.withLock { state -> [Observer] in
      guard state.mode.map({ $0 < mode }) ?? true else { return [] }
      state.mode = mode
      return Array(state.observers.values)
    }
    for observer in observers { observer(mode) }
  }

  /// How the stop was asked for, nil as long as it was not.
  public var mode: Mode? { state.withLock(\.mode) }

  /// Calls `observer` on each request, at once where one was made before; returns a token to end it by.
  func observe(_ observer: @escaping Observer) -> Int {
    let (token, mode) = state.withLock { state in
      state.lastToken += 1
      state.observers[state.lastToken] = observer
      return (state.lastToken, state.mode)
    }
    if let mode { observer(mode) }
    return token
  }

  func endObservation(_ token: Int) {
    state.withLock { $0.observers[token] = nil }
  }
}
