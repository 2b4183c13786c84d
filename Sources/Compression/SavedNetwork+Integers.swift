import Graphs
package import Training

extension SavedNetwork {
  /// Looks, before anything is trained, whether integers can do what the network does.
  ///
  /// - Throws: `CompressionError` of code `unsupportedOperation` naming the node.
  package func requireIntegers() throws {
    // The weights are of no consequence here; folding wants some.
    let weights = (graph.parameters + graph.states).map {
      (graph[$0].name, [Float](repeating: 0, count: graph.shape(of: $0).count))
    }
    let (rewritten, _) = try graph.foldingNormalization(
      weights: Dictionary(uniqueKeysWithValues: weights), keeping: [output])
    guard let output = rewritten[output] else { preconditionFailure("folding keeps the output") }
    let folded = try SavedNetwork(graph: rewritten.graph, output: output)
    _ = try QuantizationPlan(folded.graph, output: folded.output)
  }
}
