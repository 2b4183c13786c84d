/// An error after which no further trial can succeed: thrown by an objective, it ends the run, and the trial waits to be
/// run again, where any other error fails the trial.
public protocol RunEndingError: Error {}

/// Thrown by an objective that has nothing left to try: the trial waits, those that run go on to their end, and the run ends
/// with the reason.
public struct SearchExhausted: Error, Sendable, CustomStringConvertible {
  /// Why nothing is left, for the summary.
  public let reason: String

  /// Makes the error.
  public init(_ reason: String) {
    self.reason = reason
  }

  public var description: String { reason }
}
