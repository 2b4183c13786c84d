/// Why a graph cannot be compiled or run, or a saved state cannot be taken up.
public struct ExecutionError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure.
  public enum Code: Hashable, Sendable {
    /// The parameter store does not hold a parameter that the graph reads, or holds it with another shape.
    case parameterMismatch
    /// A graph's values take more memory than is available.
    case outOfMemory
    /// A saved state has another size than what it is restored into.
    case snapshotMismatch
    /// The kernels asked for are not built into this program.
    case kernelsUnavailable
    /// The kernel library refused to make or to run a kernel.
    case kernelFailed
    /// A function to minimize is no finite number where it begins.
    case notFinite
    /// A function to minimize gives no products with its Hessian.
    case noCurvature
  }

  /// The kind of failure.
  public let code: Code

  /// One sentence naming what failed and where.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
