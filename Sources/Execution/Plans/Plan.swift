public import Graphs

/// A graph compiled to steps: memory placed once, kernels chosen once, then runs that allocate nothing.
///
/// Several plans work on one `ParameterStore`, such as training with one batch size and evaluation with another. A plan
/// belongs to one thread at a time and computes on that thread alone; plans of different stores are independent of each
/// other.
///
///     let store = ParameterStore(graph, seed: 7)
///     let plan = try Plan(training: graph, loss: loss, parameters: store)
///     plan.input(x).update(fromContentsOf: batch)
///     plan.input(labels).update(fromContentsOf: classes)
///     try plan.run(seed: step)
///     let value = plan.scalar(loss)
public final class Plan {
  /// The parameters that are read, and whose gradients a training run writes.
  public let parameters: ParameterStore

  /// What products are computed in: `float32` or `bfloat16`.
  public let precision: Precision

  private let compiled: CompiledGraph
  private let memory: PlanMemory
  private let schedule: Schedule
  /// The kernels, for each set of inputs.
  private let sequences: [KernelSequence]

  /// Compiles a step of training: `run` computes the loss, the outputs, and the gradients of all parameters of the
  /// graph into `parameters.gradients`.
  ///
  /// - Parameters:
  ///   - graph: The network with its loss.
  ///   - loss: The scalar to differentiate.
  ///   - outputs: Further values to be read after a run.
  ///   - parameters: The store that holds the graph's parameters by name; it may hold more.
  ///   - kernels: Whose kernels to run.
  ///   - precision: What products are computed in. `auto` runs the graph some times to find out, for 0.05 seconds
  ///     and at least three times each way; the inputs are zeros then, and the gradients are overwritten.
  ///   - inputSets: The sets of inputs there is room for, at least 1: while `run` computes on one, another thread may write
  ///     the next batch into another.
  /// - Throws: `GraphError` where the loss has no gradient; `ExecutionError` where the store lacks a parameter, or the
  ///   kernels are not available or not in that precision.
  public convenience init(
    training graph: Graph, loss: Value, outputs: [Value] = [], parameters: ParameterStore,
    kernels: Kernels = .automatic, precision: Precision = .float32, inputSets: Int = 1
  ) throws {
    let compiled = try CompiledGraph(
      training: graph, loss: loss, outputs: outputs, recomputes: kernels.takeTurns)
    try self.init(
      compiled, parameters: parameters, kernels: kernels, precision: precision, inputSets: inputSets)
  }

  /// Compiles an evaluation: `run` computes the outputs, with dropout left out.
  ///
  /// - Throws: `ExecutionError` where the store lacks a parameter, or the kernels are not available or not in that precision.
  public convenience init(
    inference graph: Graph, outputs: [Value], parameters: ParameterStore, kernels: Kernels = .automatic,
    precision: Precision = .float32
  ) throws {
    let compiled = CompiledGraph(inference: graph, outputs: outputs)
    try self.init(compiled, parameters: parameters, kernels: kernels, precision: precision, inputSets: 1)
  }

  private init(
    _ compiled: CompiledGraph, parameters: ParameterStore, kernels: Kernels, precision: Precision, inputSets: Int
  ) throws {
    precondition(inputSets >= 1, "a plan has at least one set of inputs")
    self.compiled = compiled
    self.parameters = parameters
    let graph = compiled.graph
    let schedule = Schedule(graph, kept: Set(compiled.keptValues), divides: kernels.takeTurns)
    self.schedule = schedule
    let memory = try PlanMemory(compiled, schedule, parameters: parameters, inputSets: inputSets)
    self.memory = memory
    func bind(roundsOperands: Bool) throws -> [KernelSequence] {
      let kernelSet = try kernels.makeSet(roundsOperands: roundsOperands)
      func kernel(_ value: Value, _ inputSet: Int) throws -> Kernel {
        let node = graph[value]
        let shapes = schedule.shapes(of: value, in: graph)
        return try kernelSet.makeKernel(
          KernelRequest(
            operation: node.operation, name: node.name,
            inputs: node.inputs.map { UnsafePointer(memory[$0, inputSet]) }, inputShapes: shapes.inputs,
            output: memory[value, inputSet], outputShape: shapes.output,
            passingInputs: Set(node.inputs.indices.filter { schedule.passing.contains(node.inputs[$0]) }),
            isOutputPassing: schedule.passing.contains(value)))
      }
      let first = try KernelSequence(schedule) { try kernel($0, 0) }
      return try [first]
        + (1..<inputSets).map { inputSet in
          var shared = first.kernels[...]
          return try KernelSequence(schedule) { value in
            let own = shared.removeFirst()
            let readsInput = graph[value].inputs.contains { graph[$0].operation == .input }
            return readsInput ? try kernel(value, inputSet) : own
          }
        }
    }
    switch precision {
    case .float32, .bfloat16:
      (sequences, self.precision) = (try bind(roundsOperands: precision == .bfloat16), precision)
    case .auto:
      let float32 = try bind(roundsOperands: false)
      guard kernels == .automatic || kernels == .vector, Precision.isBFloat16Available else {
        (sequences, self.precision) = (float32, .float32)
        return
      }
      let bfloat16 = try bind(roundsOperands: true)
      // A step moves the states that are no parameters.
      let before = parameters.snapshot()
      let isFaster = try FasterPrecision.isBFloat16(bfloat16[0], overFloat32: float32[0])
      try parameters.restore(before)
      (sequences, self.precision) = isFaster ? (bfloat16, .bfloat16) : (float32, .float32)
    }
  }

  /// Runs all kernels in order on the calling thread.
  ///
  /// - Parameters:
  ///   - seed: What dropout masks are drawn from: the same seed, the same masks. Give each step its own.
  ///   - inputSet: The set of inputs that is computed on.
  /// - Throws: `ExecutionError` where the kernel library fails, as it does when memory runs out.
  public func run(seed: UInt64 = 0, inputSet: Int = 0) throws {
    try sequences[inputSet].run(seed)
  }

  /// The elements of an input, row-major, to be written before a run; valid as long as the plan lives.
  ///
  /// An input that the plan does not read, such as the labels when only logits are computed, is empty.
  ///
  /// - Parameters:
  ///   - value: The input.
  ///   - inputSet: The set of inputs whose elements they are.
  public func input(_ value: Value, inputSet: Int = 0) -> UnsafeMutableBufferPointer<Float> {
    guard let executed = compiled.values[value] else { return UnsafeMutableBufferPointer(start: nil, count: 0) }
    let node = compiled.graph[executed]
    precondition(node.operation == .input, "'\(node.name)' is no input of the plan")
    return UnsafeMutableBufferPointer(start: memory[executed, inputSet], count: node.shape.count)
  }

  /// The elements of an output, row-major, as the last run left them; valid as long as the plan lives.
  public func output(_ value: Value) -> UnsafeBufferPointer<Float> {
    guard let executed = compiled.values[value] else {
      preconditionFailure("the value is none of the outputs that the plan was compiled for")
    }
    return UnsafeBufferPointer(start: memory[executed, 0], count: compiled.graph.shape(of: executed).count)
  }

  /// The number that a scalar output, such as the loss, had in the last run.
  public func scalar(_ value: Value) -> Float {
    let elements = output(value)
    precondition(elements.count == 1, "the output is no scalar")
    return elements[0]
  }

  /// The bytes of the arena that all values but parameters and their gradients share.
  public var arenaBytes: Int { memory.placement.arenaCount * MemoryLayout<Float>.stride }

  /// The bytes the arena would have if each value had memory of its own.
  public var unsharedBytes: Int { memory.placement.unsharedCount * MemoryLayout<Float>.stride }

  /// One line a kernel, in order of execution: the node, the kernel that was chosen, and the output's shape.
  public var summary: String {
    zip(computedNodes, sequence.kernels).map { "\($0.name): \($1.name) -> \($0.shape)" }.joined(separator: "\n")
  }

  /// The nodes that a kernel runs for, with the name of that kernel.
  var kernelNames: [(node: String, kernel: String)] { zip(computedNodes, sequence.kernels).map { ($0.name, $1.name) } }

  /// The kernels for the first set of inputs.
  var sequence: KernelSequence { sequences[0] }

  private var computedNodes: [Graph.Node] { schedule.stages.flatMap { $0.values.map { compiled.graph[$0] } } }
}
