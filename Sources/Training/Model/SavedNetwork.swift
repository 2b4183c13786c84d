public import Graphs

/// A network as the graph that it computes for one sample, from which graphs of any batch size are built.
public struct SavedNetwork: Network, Hashable, CustomStringConvertible {
  /// The network for one sample, without dropout: one input, and what leads to the output.
  public let graph: Graph
  /// The sample [1, ...].
  public let input: Value
  /// The outputs [1, outputWidth].
  public let output: Value

  /// Takes a graph of one input.
  ///
  /// - Throws: `TrainingError` of code `dataMismatch` where the graph has not one input of one sample, or the output is no
  ///   row.
  public init(graph: Graph, output: Value) throws(TrainingError) {
    let pruned = graph.convertingToInference().graph
    guard let converted = pruned.value(named: graph[output].name) else {
      throw TrainingError(.dataMismatch, "the network's output is what dropout made, which nothing computes any more")
    }
    let rewritten = pruned.removingDeadNodes(keeping: [converted])
    let inputs = rewritten.graph.inputs
    guard let output = rewritten[converted], inputs.count == 1, let input = inputs.first,
      rewritten.graph.shape(of: input).dimensions.first == 1, rewritten.graph.shape(of: output).rank == 2,
      rewritten.graph.shape(of: output)[0] == 1
    else {
      throw TrainingError(.dataMismatch, "a network of one sample [1, ...] and outputs [1, width] is needed")
    }
    self.graph = rewritten.graph
    self.input = input
    self.output = output
  }

  /// Takes the network of a description, for samples of a shape.
  init(_ network: any Network, featureShape: [Int], outputWidth: Int) throws {
    var graph = Graph()
    let input = try graph.input("features", shape: Shape([1] + network.inputShape(of: featureShape)))
    let output = try network.output(of: input, width: outputWidth, in: &graph)
    try self.init(graph: graph, output: output)
  }

  /// The nodes, so that equal networks have equal descriptions in every process.
  public var description: String { "\(graph.nodes) \(input.index) \(output.index)" }

  /// The number of outputs.
  public var outputWidth: Int { graph.shape(of: output)[1] }

  /// The shape of the graph's sample, whatever the shape of the features.
  public func inputShape(of featureShape: [Int]) -> [Int] {
    Array(graph.shape(of: input).dimensions.dropFirst())
  }

  /// Adds the nodes of the network under their own names.
  ///
  /// - Throws: `GraphError` where a name is taken, or the network computes across samples.
  public func output(of input: Value, width outputWidth: Int, in graph: inout Graph) throws -> Value {
    try graph.append(contentsOf: self.graph, replacing: [self.input: input])[output.index]
  }
}
