/// Why a model could not be made smaller or written for another runtime.
public struct CompressionError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The network has an operation that integers cannot do here.
    case unsupportedOperation
    /// An option is out of its range or names a layer that the network does not have.
    case invalidOption
    /// The model has no quantization, or has one already.
    case wrongKind
    /// The quantization that a model holds does not fit its network.
    case inconsistent
    /// A file or a runtime disagrees with the integer network.
    case mismatch
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
