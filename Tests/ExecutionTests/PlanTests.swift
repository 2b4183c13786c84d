import CAllocationCounter
import Dispatch
import Graphs
import Synchronization
import Testing

@testable import Execution

@Suite struct PlanTests {
  @Test("All kernels compute the same loss, outputs and gradients", arguments: Kernels.available)
  func backendsAgree(_ kernels: Kernels) throws {
    let network = try SampleNetwork(batch: 7)
    func run(_ kernels: Kernels) throws -> (loss: Float, logits: [Float], gradients: [Float]) {
      let store = ParameterStore(network.graph, seed: 3)
      let plan = try Plan(
        training: network.graph, loss: network.loss, outputs: [network.logits], parameters: store, kernels: kernels)
      network.fill(plan)
      try plan.run(seed: 11)
      return (plan.scalar(network.loss), Array(plan.output(network.logits)), Array(store.gradients))
    }
    let (found, right) = (try run(kernels), try run(.reference))
    #expect(abs(found.loss - right.loss) < 1e-5)
    #expect(zip(found.logits, right.logits).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(zip(found.gradients, right.gradients).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(right.gradients.contains { abs($0) > 1e-3 })
  }

  @Test("Kernels that take turns over images and places compute what whole ones do, twice the same, in less memory")
  func stages() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [9, 32, 32, 3])
    let labels = try graph.input("labels", shape: [9])
    var value = try graph.conv2d(x, channels: 32, hasBias: false, name: "conv")
    for number in 0..<2 {
      value = try graph.relu(graph.batchNormalization(value, name: "norm\(number)"))
      value = try graph.depthwiseConv2d(value, hasBias: false, name: "depthwise\(number)")
      value = try graph.relu(graph.batchNormalization(value, name: "depthwise\(number).norm"))
      value = try graph.conv2d(value, channels: 32, kernel: Extent(1), hasBias: false, name: "pointwise\(number)")
    }
    value = try graph.dense(graph.globalAveragePooling(graph.relu(value)), units: 3, name: "head")
    let loss = try graph.softmaxCrossEntropy(logits: value, labels: labels)

    let compiled = try CompiledGraph(training: graph, loss: loss, outputs: [], recomputes: true)
    let schedule = Schedule(compiled.graph, kept: Set(compiled.keptValues), divides: true)
    #expect(schedule.stages.contains { $0.isDivided && $0.isByPlace } && !schedule.passing.isEmpty)
    #expect(schedule.stages.contains { $0.isDivided && !$0.isByPlace })
    #expect(schedule.stages.allSatisfy { !$0.isDivided || $0.group.isMultiple(of: 2) }, "pairs of images stay together")
    let whole = try CompiledGraph(training: graph, loss: loss, outputs: [], recomputes: false)
    #expect(compiled.graph.nodes.count == whole.graph.nodes.count + 4, "four normalizations are computed again")

    func run(_ kernels: Kernels) throws -> (loss: Float, gradients: [Float], states: [Float], bytes: Int) {
      let store = ParameterStore(graph, seed: 3)
      let plan = try Plan(training: graph, loss: loss, parameters: store, kernels: kernels)
      let input = plan.input(x)
      for i in input.indices { input[i] = Float(i * 7919 % 251) / 125 - 1 }
      for i in 0..<9 { plan.input(labels)[i] = Float(i % 3) }
      try plan.run()
      return (plan.scalar(loss), Array(store.gradients), Array(store.values), plan.arenaBytes)
    }
    let (found, again, right) = (try run(.automatic), try run(.automatic), try run(.reference))
    #expect(abs(found.loss - right.loss) < 1e-5)
    #expect(zip(found.gradients, right.gradients).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) })
    #expect(zip(found.states, right.states).allSatisfy { abs($0 - $1) < 1e-5 })
    #expect(right.gradients.contains { abs($0) > 1e-3 })
    #expect(found.gradients == again.gradients && found.states == again.states)
    #expect(found.bytes * 4 < right.bytes * 3)
  }

  @Test("A graph that no machine has the memory for is refused before any of it is taken")
  func memory() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1 << 42, 4])
    let y = try graph.dense(x, units: 4, name: "layer")
    let store = ParameterStore(graph, seed: 1)
    let error = #expect(throws: ExecutionError.self) { try Plan(inference: graph, outputs: [y], parameters: store) }
    #expect(error?.code == .outOfMemory && error?.message.contains("take a smaller batch") == true)
  }

  @Test(
    "A step and an update allocate nothing", .enabled(if: CAllocationCounterIsAvailable()),
    arguments: [Kernels.automatic, .vector, .reference])
  func allocatesNothing(_ kernels: Kernels) throws {
    let network = try SampleNetwork(batch: 32)
    let store = ParameterStore(network.graph, seed: 3)
    let plan = try Plan(training: network.graph, loss: network.loss, parameters: store, kernels: kernels)
    let optimizers = [
      Optimizer.adam(), .momentum(learningRate: 0.1), .gradientDescent(learningRate: 0.1),
    ].map { OptimizerState($0, parameters: store) }
    network.fill(plan)

    let beforeArray = CAllocationCount()
    withExtendedLifetime(Array(repeating: beforeArray, count: 100)) {}
    #expect(CAllocationCount() > beforeArray, "the counter counts")

    let before = CAllocationCount()
    for step in 0..<50 as Range<UInt64> {
      try plan.run(seed: step)
      for optimizer in optimizers { optimizer.step() }
    }
    let allocations = CAllocationCount() - before
    #expect(allocations == 0)
  }

  @Test(
    "A step of a convolution network allocates nothing", .enabled(if: CAllocationCounterIsAvailable()),
    arguments: Precision.isBFloat16Available ? [Precision.float32, .bfloat16] : [.float32])
  func convolutionsAllocateNothing(_ precision: Precision) throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [9, 16, 16, 3])
    let labels = try graph.input("labels", shape: [9])
    let start = try graph.batchNormalization(
      graph.conv2d(x, channels: 7, hasBias: false, name: "start"), name: "startNorm")
    let pooled = try graph.maxPooling(graph.relu(start), Pooling(window: Extent(2)))
    let first = try graph.relu(
      graph.batchNormalization(graph.conv2d(pooled, channels: 20, hasBias: false, name: "conv"), name: "norm"))
    // This one goes by minimal filtering.
    let many = try graph.relu(graph.conv2d(first, channels: 48, name: "many"))
    #expect(
      WinogradConvolution.isFaster(
        Convolution(padding: Extent(1)), weight: [3, 3, 20, 48], written: graph.shape(of: many), isRounded: false,
        VectorKernelSet()))
    let filtered = try graph.depthwiseConv2d(many, stride: Extent(2), hasBias: false, name: "depthwise")
    let second = try graph.hardSwish(graph.batchNormalization(filtered, name: "second"))
    let wide = try graph.concatenate([second, graph.maxPooling(first, Pooling(window: Extent(2)))])
    let third = try graph.relu(graph.conv2d(wide, channels: 6, groups: 2, name: "grouped"))
    let flat = try graph.layerNormalization(graph.flatten(third), name: "layer")
    let loss = try graph.softmaxCrossEntropy(logits: graph.dense(flat, units: 4, name: "head"), labels: labels)
    let store = ParameterStore(graph, seed: 3)
    let plan = try Plan(training: graph, loss: loss, parameters: store, precision: precision)
    let adam = OptimizerState(.adamW(), parameters: store)
    let average = WeightAverage(decay: 0.9, parameters: store)
    plan.input(x).update(repeating: 0.5)
    plan.input(labels).update(repeating: 2)

    let before = CAllocationCount()
    for step in 0..<20 as Range<UInt64> {
      try plan.run(seed: step)
      store.clipGradients(norm: 1)
      adam.step()
      average.update()
    }
    #expect(CAllocationCount() - before == 0)
    #expect(plan.scalar(loss).isFinite)
  }

  @Test("A training step learns", arguments: Kernels.available)
  func learns(_ kernels: Kernels) throws {
    let network = try SampleNetwork(batch: 16)
    let store = ParameterStore(network.graph, seed: 3)
    let plan = try Plan(training: network.graph, loss: network.loss, parameters: store, kernels: kernels)
    let evaluation = try Plan(inference: network.graph, outputs: [network.loss], parameters: store, kernels: kernels)
    let adam = OptimizerState(.adam(learningRate: 0.02), parameters: store)
    network.fill(plan)
    network.fill(evaluation)
    try evaluation.run()
    let before = evaluation.scalar(network.loss)
    for step in 0..<300 as Range<UInt64> {
      try plan.run(seed: step)
      adam.step()
    }
    try evaluation.run()
    #expect(evaluation.scalar(network.loss) < 0.2 * before)
  }

  @Test("The same seed draws the same dropout, another seed another")
  func dropoutSeeds() throws {
    let network = try SampleNetwork(batch: 16)
    let store = ParameterStore(network.graph, seed: 3)
    let plan = try Plan(training: network.graph, loss: network.loss, parameters: store)
    network.fill(plan)
    let losses = try ([4, 5, 4] as [UInt64]).map { seed in
      try plan.run(seed: seed)
      return plan.scalar(network.loss)
    }
    #expect(losses[0] == losses[2])
    #expect(losses[0] != losses[1])
  }

  @Test("Training and evaluation with another batch size share parameters")
  func sharedParameters() throws {
    let (network, single) = (try SampleNetwork(batch: 8), try SampleNetwork(batch: 1))
    let store = ParameterStore(network.graph, seed: 3)
    let many = try Plan(inference: network.graph, outputs: [network.logits], parameters: store)
    let one = try Plan(inference: single.graph, outputs: [single.logits], parameters: store)
    network.fill(many)
    try many.run()
    for row in 0..<8 {
      let x = one.input(single.x)
      for column in 0..<6 { x[column] = many.input(network.x)[row * 6 + column] }
      try one.run(seed: UInt64(row))
      let wanted = many.output(network.logits)[(row * 4)..<(row * 4 + 4)]
      #expect(zip(one.output(single.logits), wanted).allSatisfy { abs($0 - $1) < 1e-6 })
    }
    #expect(one.input(single.labels).isEmpty, "logits do not depend on labels")
  }

  @Test("A parameter used twice, and one used not at all, get their gradients")
  func unusualGradients() throws {
    var graph = Graph()
    let used = try graph.parameter("used", shape: [3], initializer: .constant(2))
    let unused = try graph.parameter("unused", shape: [2], initializer: .constant(5))
    let other = try graph.parameter("other", shape: [3], initializer: .constant(-1))
    let target = try graph.input("target", shape: [3])
    // The gradients by `used` and `other` are one value of the graph, and each needs its place in the store.
    let loss = try graph.sum(graph.multiply(graph.add(used, other), target))
    let store = ParameterStore(graph, seed: 0)
    let plan = try Plan(training: graph, loss: loss, outputs: [unused], parameters: store)
    for index in 0..<3 { plan.input(target)[index] = Float(index) }
    store.gradients.update(repeating: .nan)
    try plan.run()
    #expect(plan.scalar(loss) == 3)
    #expect(store.gradient(of: "used") == [0, 1, 2])
    #expect(store.gradient(of: "other") == [0, 1, 2])
    #expect(store.gradient(of: "unused") == [0, 0])
    #expect(Array(plan.output(unused)) == [5, 5])
  }

  @Test("A store without the graph's parameters is refused")
  func parameterMismatch() throws {
    let network = try SampleNetwork(batch: 2)
    var other = Graph()
    _ = try other.parameter("first.weight", shape: [13, 5], initializer: .zeros)
    for graph in [Graph(), other] {
      let store = ParameterStore(graph, seed: 0)
      let error = #expect(throws: ExecutionError.self) {
        try Plan(inference: network.graph, outputs: [network.logits], parameters: store)
      }
      #expect(error?.code == .parameterMismatch)
      #expect(error?.message.contains("'first.weight'") == true)
    }
  }

  @Test("Plans on several threads compute what each would alone", arguments: Kernels.available)
  func independentThreads(_ kernels: Kernels) throws {
    @Sendable func train(_ seed: UInt64) throws -> [Float] {
      let network = try SampleNetwork(batch: 5)
      let store = ParameterStore(network.graph, seed: seed)
      let plan = try Plan(training: network.graph, loss: network.loss, parameters: store, kernels: kernels)
      let adam = OptimizerState(.adam(), parameters: store)
      network.fill(plan, seed: seed)
      for step in 0..<100 as Range<UInt64> {
        try plan.run(seed: step)
        adam.step()
      }
      return store.snapshot()
    }
    let results = Mutex<[Int: [Float]]>([:])
    DispatchQueue.concurrentPerform(iterations: 4) { index in
      let result = try? train(UInt64(index))
      results.withLock { $0[index] = result }
    }
    for index in 0..<4 { #expect(try results.withLock { $0[index] } == train(UInt64(index))) }
  }
}
