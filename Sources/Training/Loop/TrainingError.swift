/// Why a training could not start or go on.
public struct TrainingError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The loss, or an output of the network, is no finite number any more.
    case diverged
    /// An option is out of its range.
    case invalidOption
    /// The data do not fit the network or the metric.
    case dataMismatch
    /// A checkpoint or a model is cut off, damaged, or of another format.
    case corrupt
    /// A file cannot be read or written.
    case fileFailure
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps.
  public let message: String

  /// Creates an error.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
