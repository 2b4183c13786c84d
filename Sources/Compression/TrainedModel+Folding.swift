import Graphs
public import Training

extension TrainedModel {
  /// The same model with batch normalization taken into the layers before it.
  ///
  /// - Throws: `GraphError` where a normalized layer's weight is no parameter.
  public func foldingNormalization() throws -> TrainedModel {
    let (rewritten, folded) = try network.graph.foldingNormalization(weights: weights, keeping: [network.output])
    guard let output = rewritten[network.output] else { preconditionFailure("folding keeps the output") }
    return try replacing(network: SavedNetwork(graph: rewritten.graph, output: output), weights: folded)
  }

  /// The model with another network and other weights; weights that the network does not have are left out. A model that is
  /// quantized thereby has no metrics: those of the model before are not its own.
  func replacing(
    network: SavedNetwork, weights: [String: [Float]], quantization: ModelQuantization? = nil
  ) throws -> TrainedModel {
    let graph = network.graph
    let names = Set((graph.parameters + graph.states).map { graph[$0].name })
    return try TrainedModel(
      network: network, weights: weights.filter { names.contains($0.key) }, featureShape: featureShape,
      featureNames: featureNames, encoding: encoding, standardization: standardization, target: target,
      probabilities: probabilities, metrics: quantization == nil ? metrics : [:], provenance: provenance,
      quantization: quantization)
  }
}
