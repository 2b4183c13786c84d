import Execution
import Graphs

/// A network compiled to be evaluated, with batch normalization taken into the layers before it.
///
/// Where there is such normalization, the weights of those layers follow from the parameters that a training works on, and
/// are made anew by `refresh()`.
final class InferencePlan {
  /// Where the samples are written.
  var inputs: UnsafeMutableBufferPointer<Float> { plan.input(input) }
  /// Where the outputs are after a run, row after row.
  var outputs: UnsafeBufferPointer<Float> { plan.output(output) }

  private let plan: Plan
  private let input: Value
  private let output: Value
  private let folding: Folding?

  /// What is folded anew before a measurement.
  private struct Folding {
    let graph: Graph
    let output: Value
    let source: ParameterStore
    let folded: ParameterStore

    func weights() throws -> [String: [Float]] {
      try graph.foldingNormalization(weights: InferencePlan.weights(of: graph, in: source), keeping: [output]).weights
    }
  }

  /// Compiles a network.
  ///
  /// - Parameter parameters: The parameters of the network, which may be others at each measurement.
  init(_ network: NetworkGraph, parameters: ParameterStore, kernels: Kernels) throws {
    let inference = network.graph.convertingToInference()
    guard network.graph.nodes.contains(where: { $0.operation.isBatchNormalization }),
      let kept = inference[network.output], let input = inference[network.input]
    else {
      folding = nil
      plan = try Plan(inference: network.graph, outputs: [network.output], parameters: parameters, kernels: kernels)
      (self.input, output) = (network.input, network.output)
      return
    }
    let graph = inference.graph
    let (rewritten, _) = try graph.foldingNormalization(
      weights: Self.weights(of: graph, in: parameters), keeping: [kept])
    guard let foldedInput = rewritten[input], let foldedOutput = rewritten[kept] else {
      preconditionFailure("folding keeps the input and the output")
    }
    let live = rewritten.graph.removingDeadNodes(keeping: [foldedInput, foldedOutput])
    guard let liveInput = live[foldedInput], let liveOutput = live[foldedOutput] else {
      preconditionFailure("what is kept lives on")
    }
    let folded = ParameterStore(live.graph, seed: nil)
    folding = Folding(graph: graph, output: kept, source: parameters, folded: folded)
    plan = try Plan(inference: live.graph, outputs: [liveOutput], parameters: folded, kernels: kernels)
    (self.input, output) = (liveInput, liveOutput)
  }

  /// Takes over the parameters as they are now.
  func refresh() throws {
    guard let folding else { return }
    for (name, elements) in try folding.weights() {
      guard let entry = folding.folded.layout[name] else { continue }
      _ = UnsafeMutableBufferPointer(rebasing: folding.folded.values[entry.range]).update(fromContentsOf: elements)
    }
  }

  /// Computes the outputs of what stands in `inputs`.
  func run() throws { try plan.run() }

  private static func weights(of graph: Graph, in store: ParameterStore) -> [String: [Float]] {
    Dictionary(
      uniqueKeysWithValues: (graph.parameters + graph.states).map {
        (graph[$0].name, store.values(of: graph[$0].name) ?? [])
      })
  }
}

extension Operation {
  fileprivate var isBatchNormalization: Bool {
    if case .normalization(.batch) = self { true } else { false }
  }
}
