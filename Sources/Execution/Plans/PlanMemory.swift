import Graphs

/// The memory of each value of a compiled graph: in an arena of the plan's own, or in the parameter store.
final class PlanMemory {
  /// Where values lie in the arena.
  let placement: MemoryPlan

  private let arena: AlignedBuffer
  private let pointers: [UnsafeMutablePointer<Float>]

  // The pointers of parameters and gradients lead into the store, so that it must live as long.
  private let store: ParameterStore

  /// Places all values, and writes the constants.
  ///
  /// - Throws: `ExecutionError` where the store lacks a parameter or holds it with another shape, or where the machine has
  ///   not as much memory as the values take.
  init(_ compiled: CompiledGraph, parameters: ParameterStore) throws {
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

    let placement = MemoryPlan(graph, kept: Set(compiled.keptValues), external: Set(external.keys))
    try PhysicalMemory.require(numbers: placement.arenaCount)
    let arena = AlignedBuffer(count: placement.arenaCount)
    pointers = zip(graph.values, placement.offsets).map { value, offset in
      guard let pointer = offset.map({ arena.start + $0 }) ?? external[value] else {
        preconditionFailure("'\(graph[value].name)' has no memory")
      }
      return pointer
    }
    for (node, pointer) in zip(graph.nodes, pointers) {
      guard case .constant(let number) = node.operation else { continue }
      pointer.update(repeating: Float(number), count: node.shape.count)
    }
    self.placement = placement
    self.arena = arena
    store = parameters
  }

  /// The first element of `value`.
  subscript(value: Value) -> UnsafeMutablePointer<Float> { pointers[value.index] }

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
