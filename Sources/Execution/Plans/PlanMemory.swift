import Graphs

/// The memory of each value of a compiled graph: in an arena of the plan's own, or in the parameter store.
final class PlanMemory {
  /// Where values lie in the arena.
  let placement: MemoryPlan

  private let arena: AlignedBuffer
  /// Inputs of all sets but the first.
  private let furtherInputs: AlignedBuffer
  /// Where each value lies, for each set of inputs.
  private let pointers: [[UnsafeMutablePointer<Float>]]

  // The pointers of parameters and gradients lead into the store, so that it must live as long.
  private let store: ParameterStore

  /// Places all values, and writes the constants.
  ///
  /// - Parameters:
  ///   - compiled: Whose values.
  ///   - schedule: The order in which they are computed.
  ///   - parameters: Where the parameters and their gradients lie.
  ///   - inputSets: How many places each input has; all other values have one.
  /// - Throws: `ExecutionError` where the store lacks a parameter or holds it with another shape, or where there is
  ///   not as much memory as the values take.
  init(_ compiled: CompiledGraph, _ schedule: Schedule, parameters: ParameterStore, inputSets: Int) throws {
    let graph = compiled.graph
    var external: [Value: UnsafeMutablePointer<Float>] = [:]
    for value in graph.parameters + graph.states {
      let entry = try Self.entry(of: graph[value].name, shape: graph.shape(of: value), in: parameters)
      external[value] = parameters.valueStart + entry.offset
    }
    for gradient in compiled.gradients {
      let shape = graph.shape(of: gradient.value)
      let entry = try Self.entry(of: gradient.parameter, shape: shape, in: parameters)
      external[gradient.value] = parameters.gradientStart + entry.offset
    }
    for update in compiled.updates {
      external[update.value] = external[update.state]
    }

    let placement = MemoryPlan(
      graph, schedule, kept: Set(compiled.keptValues), external: Set(external.keys))
    let inputs = graph.values.filter { graph[$0].operation == .input }
    let inputCount = inputs.reduce(0) { $0 + AlignedBuffer.paddedCount(graph.shape(of: $1).count) }
    let furtherCount = (inputSets - 1) * inputCount
    let (bytes, overflow) = (placement.arenaCount + furtherCount).multipliedReportingOverflow(by: 4)
    let (arena, furtherInputs) = try AvailableMemory.taking(
      bytes: overflow ? .max : bytes, for: "the values of a step",
      wayOut: "take a smaller batch, a smaller network, or fewer jobs at a time"
    ) {
      // Both are written to, and so taken, as they are made.
      (AlignedBuffer(count: placement.arenaCount), AlignedBuffer(count: furtherCount))
    }
    let pointers = zip(graph.values, placement.offsets).map { value, offset in
      guard let pointer = offset.map({ arena.start + $0 }) ?? external[value] else {
        preconditionFailure("'\(graph[value].name)' has no memory")
      }
      return pointer
    }
    for (node, pointer) in zip(graph.nodes, pointers) {
      guard case .constant(let number) = node.operation else { continue }
      pointer.update(repeating: Float(number), count: node.shape.count)
    }
    var next = furtherInputs.start
    self.pointers =
      [pointers]
      + (1..<inputSets).map { _ in
        var others = pointers
        for input in inputs {
          others[input.index] = next
          next += AlignedBuffer.paddedCount(graph.shape(of: input).count)
        }
        return others
      }
    self.placement = placement
    self.arena = arena
    self.furtherInputs = furtherInputs
    store = parameters
  }

  /// The first element of `value` where the inputs are those of a set.
  subscript(value: Value, inputSet: Int) -> UnsafeMutablePointer<Float> { pointers[inputSet][value.index] }

  private static func entry(
    of name: String, shape: Shape, in parameters: ParameterStore
  ) throws -> ParameterLayout.Entry {
    guard let entry = parameters.layout[name] else {
      throw ExecutionError(
        .parameterMismatch, "the graph reads parameter '\(name)', which the parameter store does not hold")
    }
    guard entry.shape == shape else {
      throw ExecutionError(
        .parameterMismatch, "parameter '\(name)' has shape \(shape) in the graph and \(entry.shape) in the store")
    }
    return entry
  }
}
