import Graphs
import Testing

@testable import Execution

@Suite struct MemoryPlanTests {
  /// A graph of random elementwise operations and products over matrices of random sizes.
  static func randomGraph(_ random: inout SplitMix) throws -> Graph {
    var graph = Graph()
    var values = [try graph.input("a", shape: [6, 6]), try graph.input("b", shape: [6, 30])]
    for _ in 0..<30 {
      let x = values.randomElement(using: &random) ?? values[0]
      let same = values.filter { graph.shape(of: $0) == graph.shape(of: x) }
      let y = same.randomElement(using: &random) ?? x
      switch Int.random(in: 0..<5, using: &random) {
      case 0: values.append(try graph.relu(x))
      case 1: values.append(try graph.add(x, y))
      case 2: values.append(try graph.multiply(x, y))
      case 3: values.append(try graph.matrixProduct(values[0], x))
      default: values.append(try graph.broadcastRows(graph.sumRows(x), count: 6))
      }
    }
    return graph
  }

  @Test("Values that are needed at one time never share memory, save what an elementwise node takes over")
  func disjoint() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix(seed)
      let graph = try Self.randomGraph(&random)
      let kept = Set(graph.values.filter { _ in Int.random(in: 0..<8, using: &random) == 0 })
      let plan = MemoryPlan(graph, kept: kept, external: [])

      // Executes on paper: each element of the arena remembers whose it is.
      var owner: [Value?] = Array(repeating: nil, count: plan.arenaCount)
      func range(_ value: Value) throws -> Range<Int> {
        let offset = try #require(plan.offsets[value.index])
        #expect(offset % 16 == 0)
        return offset..<offset + graph.shape(of: value).count
      }
      for value in graph.inputs { for element in try range(value) { owner[element] = value } }
      for value in graph.values where !graph[value].operation.isStored {
        let node = graph[value]
        let place = try range(value)
        for (position, input) in node.inputs.enumerated() {
          let source = try range(input)
          #expect(source.allSatisfy { owner[$0] == input }, "seed \(seed): '\(node.name)' reads what was overwritten")
          let overlaps = source.overlaps(place)
          #expect(!overlaps || (node.operation.mayOverwrite(input: position) && source == place))
        }
        for element in place { owner[element] = value }
      }
      for value in kept.union(graph.inputs) {
        #expect(try range(value).allSatisfy { owner[$0] == value }, "seed \(seed): a kept value was overwritten")
      }
      #expect(plan.arenaCount <= plan.unsharedCount)
    }
  }

  @Test("A chain of elementwise operations takes the memory of one value")
  func chain() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [64])
    var value = try graph.scale(x, by: 2)
    for _ in 0..<10 { value = try graph.relu(value) }
    let plan = MemoryPlan(graph, kept: [value], external: [])
    #expect(plan.arenaCount == 2 * 64)
    #expect(plan.unsharedCount == 12 * 64)
  }

  @Test("The moments of a batch of two are not overwritten by what they normalize")
  func momentsOfTwo() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [2, 16])
    let scale = try graph.input("scale", shape: [16])
    let moments = try graph.append(.normalization(.batchMoments), [x])
    let normal = NormalizationOperation.batchNormalize(epsilon: 1e-5, activation: nil)
    let y = try graph.append(.normalization(normal), [x, moments, scale, scale])
    // Both have 32 elements, and nobody reads the moments later.
    let plan = MemoryPlan(graph, kept: [y], external: [])
    #expect(plan.offsets[y.index] != plan.offsets[moments.index])
  }

  @Test("A step of training shares memory")
  func training() throws {
    let network = try SampleNetwork(batch: 64)
    let store = ParameterStore(network.graph, seed: 0)
    let plan = try Plan(training: network.graph, loss: network.loss, parameters: store)
    #expect(plan.arenaBytes < plan.unsharedBytes)
  }
}
