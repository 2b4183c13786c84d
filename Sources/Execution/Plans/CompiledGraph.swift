import Graphs

/// A graph after all passes, with where the caller's values went.
struct CompiledGraph {
  /// The gradient of one parameter.
  struct Gradient {
    let parameter: String
    let value: Value
  }

  /// What is executed.
  private(set) var graph: Graph

  /// The executed values of the caller's inputs and outputs; an input that nothing reads has none.
  private(set) var values: [Value: Value]

  /// For each parameter to train, the value that holds its gradient.
  private(set) var gradients: [Gradient] = []

  /// What becomes of the states of the graph in a step of training.
  private(set) var updates: [Graph.StateUpdate] = []

  private let outputs: [Value]

  /// Prepares training: the loss, the outputs and the gradients of all parameters.
  ///
  /// - Parameters:
  ///   - original: The network with its loss.
  ///   - loss: The scalar to differentiate.
  ///   - outputs: Further values that are kept.
  ///   - recomputes: Whether large outputs are computed again for the gradient where that saves memory.
  /// - Throws: `GraphError` where the loss cannot be differentiated.
  init(training original: Graph, loss: Value, outputs: [Value], recomputes: Bool) throws {
    self.init(original, outputs: [loss] + outputs)
    let (rewritten, updates) = try graph.usingBatchStatistics()
    take(rewritten)
    self.updates = updates
    guard let loss = values[loss] else { preconditionFailure("no pass removes the loss") }
    // A gradient is written straight into its place in the flat buffer, so it must be a computed value of its own.
    var taken = Set(self.outputs.compactMap { values[$0] })
    let parameters = graph.parameters
    for (parameter, found) in zip(parameters, try graph.gradient(of: loss, withRespectTo: parameters)) {
      let isOwn = !graph[found].operation.isStored && taken.insert(found).inserted
      let value = isOwn ? found : try graph.scale(found, by: 1)
      gradients.append(Gradient(parameter: graph[parameter].name, value: value))
    }
    optimize()
    if recomputes && Schedule.isLarge(graph) { take(try graph.recomputingNormalizations(keeping: keptValues)) }
  }

  /// Prepares evaluation: the outputs without dropout.
  init(inference original: Graph, outputs: [Value]) {
    self.init(original, outputs: outputs)
    apply { graph, _ in graph.convertingToInference() }
    optimize()
  }

  private init(_ original: Graph, outputs: [Value]) {
    graph = original
    self.outputs = outputs
    values = Dictionary((outputs + original.inputs).map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// The values that are read after a run.
  var keptValues: [Value] {
    outputs.compactMap { values[$0] } + gradients.map(\.value) + updates.map(\.value)
  }

  private mutating func optimize() {
    apply { $0.removingDeadNodes(keeping: $1) }
    apply { $0.fusingActivations(keeping: $1) }
    apply { $0.fusingActivationGradients(keeping: $1) }
    apply { $0.removingDeadNodes(keeping: $1) }
    apply { $0.fusingPooling(keeping: $1) }
  }

  private mutating func apply(_ pass: (Graph, _ kept: [Value]) -> RewrittenGraph) {
    take(pass(graph, keptValues))
  }

  private mutating func take(_ rewritten: RewrittenGraph) {
    gradients = gradients.map { gradient in
      guard let value = rewritten[gradient.value] else {
        preconditionFailure("a pass removed the gradient of '\(gradient.parameter)'")
      }
      return Gradient(parameter: gradient.parameter, value: value)
    }
    updates = updates.map { update in
      guard let state = rewritten[update.state], let value = rewritten[update.value] else {
        preconditionFailure("a pass removed the update of '\(graph[update.state].name)'")
      }
      return Graph.StateUpdate(state: state, value: value)
    }
    values = values.compactMapValues { rewritten[$0] }
    graph = rewritten.graph
  }
}
