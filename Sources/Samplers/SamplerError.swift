/// Why a sampler cannot serve a study.
public struct SamplerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of a failure.
  public enum Code: Hashable, Sendable {
    /// An option outside its range.
    case invalidOption
    /// A parameter or a value that the sampler was not made for.
    case unsupportedParameter
    /// Nothing is left to propose.
    case exhausted
  }

  /// The kind of the failure.
  public let code: Code
  /// What is wrong, where, and what helps.
  public let message: String

  /// Makes an error.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
