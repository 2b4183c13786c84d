import Foundation

/// How long to wait for a lock before the next attempt: often at first, since transactions are short.
struct BusyWait {
  /// How long other processes may keep the file busy, in seconds.
  var patience = 60.0

  /// The pause before an attempt, in microseconds; nil once patience is at an end.
  func pause(before attempt: Int) -> UInt32? {
    switch attempt {
    case ..<50: return 500
    case ..<250: return 2000
    default:
      let waited = 50 * 0.0005 + 200 * 0.002 + Double(attempt - 250) * 0.01
      return waited < patience ? 10_000 : nil
    }
  }

  /// Waits, and tells whether to try again.
  func wait(attempt: Int) -> Bool {
    guard let pause = pause(before: attempt) else { return false }
    // Processes that wait for each other in step would meet again and again.
    usleep(UInt32.random(in: pause / 2...pause))
    return true
  }
}
