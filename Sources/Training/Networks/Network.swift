public import Graphs

/// The description of a network, from which graphs of any batch size are built.
///
/// Building twice must give the parameters the same names, in the same order and of the same shapes: the graphs of
/// training and of evaluation share them by name.
public protocol Network: Sendable {
  /// The shape in which the network takes one sample whose features have a given shape; the product of both is equal.
  func inputShape(of featureShape: [Int]) -> [Int]

  /// Adds the network to a graph.
  ///
  /// - Parameters:
  ///   - input: The samples, of shape [N] and then `inputShape(of:)`.
  ///   - outputWidth: The number of outputs: one a class, or one for a value.
  ///   - graph: The graph to add to.
  /// - Returns: The outputs [N, outputWidth]; for classes the logits.
  /// - Throws: `GraphError` where the description makes no network.
  func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value
}
