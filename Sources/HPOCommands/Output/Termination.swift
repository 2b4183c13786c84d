import Dispatch
import Foundation

/// What is done when Ctrl-C, `kill` or the end of the terminal ends the process.
enum Termination {
  /// Calls `body`; a signal that is to end the process calls `cleanUp` first.
  static func calling<Result>(
    _ cleanUp: @escaping @Sendable () -> Void, during body: () throws -> Result
  ) rethrows -> Result {
    let queue = DispatchQueue(label: "hpo.signals")
    let signals = [SIGINT, SIGTERM, SIGHUP]
    let sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        cleanUp()
        _exit(128 + number)
      }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in signals { signal(number, SIG_DFL) }
    }
    return try body()
  }
}
