import Foundation
import HPO
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into a stop of a running optimization; the second one ends the process at once.
final class Interruption: Sendable {
  /// What a shell expects of a program that Ctrl-C ended.
  static let exitStatus: Int32 = 130

  /// How many signals have come.
  private final class Count: Sendable {
    let value = Mutex(0)
  }

  private let count: Count
  private let watch: SignalWatch

  /// - Parameter notice: Called on the first signal.
  init(stop: StopSource, notice: @escaping @Sendable () -> Void) {
    let count = Count()
    self.count = count
    watch = SignalWatch { _ in
      let isFirst = count.value.withLock { count in
        count += 1
        return count == 1
      }
      guard isFirst else {
        Terminal.writeError("\nended at once; the same command goes on from what is kept\n")
        _exit(Self.exitStatus)
      }
      notice()
      stop.stop(.atNextReport)
    }
  }

  /// Whether a signal has come.
  var hasHappened: Bool { count.value.withLock { $0 > 0 } }

  /// Gives the signals back to the system.
  func end() { watch.end() }
}
