import Dispatch
import Foundation

/// Has a handler called for Ctrl-C, `kill` and the end of the terminal, which then do not end the process, until the watch ends.
///
/// The end of the terminal stays ignored where whoever started the process wants that, as `nohup` does.
struct SignalWatch: Sendable {
  // Safe: only `end` touches them, by a call that Dispatch permits from any thread and any number of times, although its objects
  // are not marked so.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]
  private let signals: [Int32]
  private let queue = DispatchQueue(label: "hpo.signals")

  /// - Parameter handler: Gets the number of the signal; called on one queue.
  init(_ handler: @escaping @Sendable (Int32) -> Void) {
    let queue = queue
    signals = [SIGINT, SIGTERM] + (Self.isIgnored(SIGHUP) ? [] : [SIGHUP])
    sources = signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { handler(number) }
      source.resume()
      return source
    }
  }

  /// Gives the signals back to the system, once a handler that runs has returned. Not to be called by the handler.
  func end() {
    queue.sync {
      for source in sources { source.cancel() }
      for number in signals { signal(number, SIG_DFL) }
    }
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return false }
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    // The constant is no function, but the number 1.
    return unsafeBitCast(handler, to: Int.self) == 1
  }
}
