/// What is wrong with a graph, with the node and the shapes concerned in the message.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of mistakes.
  public enum Code: Hashable, Sendable {
    /// The shapes of a node's inputs do not fit its operation.
    case shapeMismatch
    /// A number given to a node is outside its range.
    case invalidArgument
    /// Two nodes of one graph ask for the same name.
    case duplicateName
    /// A gradient is asked for that is not defined.
    case notDifferentiable
    /// A coded graph does not make sense, or is beyond the limits of what is decoded.
    case notDecodable
  }

  /// The kind of mistake.
  public let code: Code

  /// One sentence naming the node, what was met and what would be right.
  public let message: String

  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
