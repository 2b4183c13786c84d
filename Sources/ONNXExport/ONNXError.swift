/// Why a network could not be written as ONNX, or a file not be read.
public struct ONNXError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: String, Sendable, Hashable, CaseIterable {
    /// The network has an operation that has no form in ONNX here.
    case unsupportedOperation
    /// The model takes more bytes than an ONNX file can have.
    case tooLarge
    /// The bytes are no ONNX file, or are cut off.
    case malformed
    /// The file is none that is written here.
    case unexpected
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps.
  public let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
