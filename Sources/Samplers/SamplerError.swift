/// Why a sampler cannot serve a study.
public struct SamplerError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: Hashable, Sendable {
    /// An option outside its range.
    case invalidOption
    /// A parameter or a value that the sampler was not made for.
    case unsupportedParameter
    /// Nothing is left to propose.
    case exhausted
  }

  public let code: Code
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }
}
