import Foundation

/// What is done when Ctrl-C, `kill` or the end of the terminal ends the process.
enum Termination {
  /// Calls `body`; a signal that is to end the process calls `cleanUp` first, and this does not return from then on: what
  /// `body` meets of the cleaning up is not told.
  static func calling<Result>(
    _ cleanUp: @escaping @Sendable () -> Void, during body: () throws -> Result
  ) rethrows -> Result {
    let watch = SignalWatch { number in
      cleanUp()
      _exit(128 + number)
    }
    defer { watch.end() }
    return try body()
  }
}
