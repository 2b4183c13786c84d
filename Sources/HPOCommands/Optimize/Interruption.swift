import Dispatch
import Foundation
import HPO
import Synchronization

/// Turns Ctrl-C, SIGTERM and SIGHUP into a stop of a running optimization; the second one ends the process at once.
final class Interruption: Sendable {
  /// What a shell expects of a program that Ctrl-C ended.
  static let exitStatus: Int32 = 130

  /// Ctrl-C, `kill`, and the end of the terminal.
  private static let signals = [SIGINT, SIGTERM, SIGHUP]

  // Safe: set up before `init` ends; then only their handlers run, which do not touch them, and `end` cancels them, which
  // Dispatch permits from any thread and any number of times, although its objects are not marked so.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
  private let count = Mutex(0)

  /// - Parameter notice: Called on the first signal.
  init(stop: StopSource, notice: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "hpo.signals")
    sources = Self.signals.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      source.setEventHandler { [weak self] in
        let isFirst = self?.count.withLock { count in
          count += 1
          return count == 1
        }
        guard isFirst ?? true else {
          Terminal.writeError("\nended at once; the same command goes on from what is kept\n")
          _exit(Self.exitStatus)
        }
        notice()
        stop.stop(.atNextReport)
      }
      source.resume()
    }
  }

  /// Whether a signal has come.
  var hasHappened: Bool { count.withLock { $0 > 0 } }

  /// Gives the signals back to the system.
  func end() {
    for source in sources { source.cancel() }
    for number in Self.signals { signal(number, SIG_DFL) }
  }
}
