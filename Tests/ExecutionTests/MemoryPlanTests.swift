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

  /// A graph of random operations over images that read, sum up and normalize one another.
  static func randomGraphOfImages(_ random: inout SplitMix) throws -> Graph {
    var graph = Graph()
    var values = [try graph.input("a", shape: [12, 2, 2, 16]), try graph.input("b", shape: [12, 2, 2, 16])]
    let weight = try graph.input("weight", shape: [1, 1, 16, 16])
    let window = try graph.input("window", shape: [3, 3, 1, 16])
    let scale = try graph.input("scale", shape: [16])
    var (depthwise, normal) = (Convolution(padding: Extent(1)), try graph.input("moments", shape: [2, 16]))
    depthwise.groups = 16
    for _ in 0..<30 {
      let (x, y) = (
        values.randomElement(using: &random) ?? values[0], values.randomElement(using: &random) ?? values[1]
      )
      switch Int.random(in: 0..<8, using: &random) {
      case 0: values.append(try graph.relu(x))
      case 1: values.append(try graph.add(x, y))
      case 2: values.append(try graph.append(.convolution(.forward(Convolution(), activation: nil)), [x, weight]))
      case 3: values.append(try graph.append(.convolution(.forward(depthwise, activation: nil)), [x, window]))
      case 4: normal = try graph.append(.normalization(.batchMoments), [x])
      case 5:
        let normalize = NormalizationOperation.batchNormalize(epsilon: 1e-5, activation: .relu)
        values.append(try graph.append(.normalization(normalize), [x, normal, scale, scale]))
      case 6: _ = try graph.append(.convolution(.weightGradient(Convolution(), weight: [1, 1, 16, 16])), [x, y])
      default: values.append(try graph.scale(x, by: 2))
      }
    }
    return graph
  }

  @Test("Where nodes take turns over images, none reads what another one has overwritten")
  func disjointInTurns() throws {
    var (divided, byPlace, passing) = (0, 0, 0)
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix(seed)
      let graph = try Self.randomGraphOfImages(&random)
      let kept = Set(graph.values.filter { _ in Int.random(in: 0..<8, using: &random) == 0 })
      let schedule = Schedule(
        graph, kept: kept, divides: true, leastNumbers: 0, cachedNumbers: .random(in: 128...2048, using: &random))
      let plan = MemoryPlan(graph, schedule, kept: kept, external: [])
      #expect(
        Set(schedule.stages.flatMap(\.values)) == Set(graph.values.filter { !graph[$0].operation.isStored }))
      passing += schedule.passing.count

      // Executes on paper: each element of the arena remembers which element of which value it holds.
      var owner: [(value: Value, element: Int)?] = Array(repeating: nil, count: plan.arenaCount)
      func elements(_ value: Value, _ images: Range<Int>?, of count: Int) -> Range<Int> {
        let perImage = graph.shape(of: value).count / count
        return images.map { $0.lowerBound * perImage..<$0.upperBound * perImage } ?? 0..<graph.shape(of: value).count
      }
      func place(_ value: Value, _ elements: Range<Int>) throws -> Range<Int> {
        let offset = try #require(plan.offsets[value.index])
        let first = schedule.passing.contains(value) ? offset : offset + elements.lowerBound
        return first..<first + elements.count
      }
      func write(_ value: Value, _ elements: Range<Int>) throws {
        for (position, element) in zip(try place(value, elements), elements) { owner[position] = (value, element) }
      }
      func holds(_ value: Value, _ elements: Range<Int>) throws -> Bool {
        zip(try place(value, elements), elements).allSatisfy { owner[$0]?.value == value && owner[$0]?.element == $1 }
      }
      for value in graph.inputs { try write(value, elements(value, nil, of: 1)) }
      for stage in schedule.stages {
        (divided, byPlace) = (
          divided + (stage.isDivided ? 1 : 0), byPlace + (stage.isDivided && stage.isByPlace ? 1 : 0)
        )
        for first in stride(from: 0, to: stage.images, by: stage.isDivided ? stage.group : stage.images) {
          let images = stage.isDivided ? first..<min(first + stage.group, stage.images) : nil
          for value in stage.values {
            let node = graph[value]
            for (position, input) in node.inputs.enumerated() {
              let isOfImages = position < node.operation.imageInputCount ?? 0
              #expect(
                try holds(input, elements(input, isOfImages ? images : nil, of: stage.images)),
                "seed \(seed): '\(node.name)' reads what was overwritten")
            }
            try write(value, elements(value, node.operation.sumsOverImages ? nil : images, of: stage.images))
          }
        }
      }
      for value in kept.union(graph.inputs) {
        #expect(try holds(value, elements(value, nil, of: 1)), "seed \(seed): a kept value was overwritten")
      }
    }
    #expect(divided > 200 && byPlace > 100 && divided - byPlace > 100 && passing > 200)
  }

  @Test("Values that are needed at one time never share memory, save what an elementwise node takes over")
  func disjoint() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix(seed)
      let graph = try Self.randomGraph(&random)
      let kept = Set(graph.values.filter { _ in Int.random(in: 0..<8, using: &random) == 0 })
      let plan = MemoryPlan(graph, Schedule(graph, kept: kept, divides: false), kept: kept, external: [])

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
    let plan = MemoryPlan(graph, Schedule(graph, kept: [value], divides: false), kept: [value], external: [])
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
    let plan = MemoryPlan(graph, Schedule(graph, kept: [y], divides: false), kept: [y], external: [])
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
