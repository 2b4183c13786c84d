import Graphs
import OrderedCollections
import Samplers
import SearchSpace
import Testing

@testable import ArchitectureSearch

/// A space made of a closure.
private struct ClosureSpace: ArchitectureSpace {
  let body: @Sendable (Value, Int, inout ArchitectureBuilder) throws -> Value

  func build(_ input: Value, outputWidth: Int, with builder: inout ArchitectureBuilder) throws -> Value {
    try body(input, outputWidth, &builder)
  }
}

@Suite("Hash of a network")
struct NetworkHashTests {
  /// A node of a small graph: what it does with which earlier ones.
  private struct Step: Hashable {
    let name: String
    let inputs: [Int]
  }

  /// All graphs of an input and some nodes after it, each of which is the ReLU or tanh of an earlier one, or a sum of two.
  private static func graphs(of count: Int) -> [[Step]] {
    (1...count).reduce([[]]) { graphs, node in
      let earlier = 0..<node
      let steps =
        earlier.flatMap { [Step(name: "relu", inputs: [$0]), Step(name: "tanh", inputs: [$0])] }
        + earlier.flatMap { left in earlier.map { Step(name: "add", inputs: [left, $0]) } }
      return graphs.flatMap { graph in steps.map { graph + [$0] } }
    }
  }

  /// The least of all texts of a graph in any order of the nodes that its last one needs: equal for those graphs alone that
  /// are the same up to order.
  private static func canonicalText(_ steps: [Step]) -> String {
    var isNeeded = Array(repeating: false, count: steps.count + 1)
    isNeeded[steps.count] = true
    for node in (1...steps.count).reversed() where isNeeded[node] {
      for input in steps[node - 1].inputs { isNeeded[input] = true }
    }
    let needed = (1...steps.count).filter { isNeeded[$0] }
    var least: String?
    func visit(_ placed: [Int], _ texts: [String]) {
      if placed.count == needed.count {
        let text = texts.joined(separator: " ")
        least = min(least ?? text, text)
      }
      let places = Dictionary(uniqueKeysWithValues: ([0] + placed).enumerated().map { ($1, $0) })
      for node in needed where places[node] == nil {
        let inputs = steps[node - 1].inputs.compactMap { places[$0] }.sorted()
        guard inputs.count == steps[node - 1].inputs.count else { continue }
        visit(placed + [node], texts + ["\(steps[node - 1].name)\(inputs)"])
      }
    }
    visit([], [])
    return least ?? ""
  }

  private static func hash(_ steps: [Step]) throws -> String {
    var graph = Graph()
    var values = [try graph.input("x", shape: [1, 4])]
    for step in steps {
      let inputs = step.inputs.map { values[$0] }
      values.append(
        step.name == "add"
          ? try graph.add(inputs[0], inputs[1])
          : try graph.activation(step.name == "relu" ? .relu : .tanh, inputs[0]))
    }
    return try NetworkHash.hash(of: graph, output: values[steps.count], weightBits: [:])
  }

  @Test("Of all small graphs those have one hash that are one up to order, and no others", arguments: 1...4)
  func allSmallGraphs(count: Int) throws {
    var hashes: [String: String] = [:]
    var texts: [String: String] = [:]
    for steps in Self.graphs(of: count) {
      let (text, hash) = (Self.canonicalText(steps), try Self.hash(steps))
      #expect(hashes.updateValue(hash, forKey: text) ?? hash == hash, "\(steps)")
      #expect(texts.updateValue(text, forKey: hash) ?? text == text, "\(steps)")
    }
    #expect(hashes.count == texts.count && hashes.count > 2)
  }

  private func hash(
    _ genome: Genome = Genome([:]), shape: [Int] = [8, 8, 1],
    _ body: @escaping @Sendable (Value, Int, inout ArchitectureBuilder) throws -> Value
  ) throws -> String {
    try ClosureSpace(body: body).architecture(genome, featureShape: shape, outputWidth: 3).networkHash
  }

  /// A network of an image, with what is put between its layers.
  private func image(
    _ name: String = "conv", kernel: Int = 3, channels: Int = 4, bits: Int = 8, dilation: Int = 1,
    dropout: Double = 0.1,
    shape: [Int] = [8, 8, 1],
    between: @escaping @Sendable (Value, inout ArchitectureBuilder) throws -> Value = { x, _ in x }
  ) throws -> String {
    try hash(shape: shape) { x, width, builder in
      builder.bits = WholeNumbers([bits])
      builder.dropoutProbability = dropout
      let y = try builder.convolution(x, channels: channels, kernel: kernel, dilation: dilation, name: name)
      return try builder.classifier(between(y, &builder), outputWidth: width)
    }
  }

  @Test("Names, layers that reach no output and steps that change nothing do not count")
  func withoutEffect() throws {
    let plain = try image()
    #expect(plain == (try image("other")))
    #expect(
      plain
        == (try image { x, builder in
          _ = try builder.convolution(x, channels: 32, kernel: 5, name: "dead")
          return x
        }))
    #expect(plain == (try image { x, builder in try builder.maxPooling(x, window: 1, name: "window") }))
    // Another dropout before the one of the classifier draws other masks from the same distribution.
    #expect(
      plain
        == (try image { x, builder in
          _ = try builder.dropout(x, name: "dead")
          return x
        }))
    // A window of one pixel has no dilation, and on a single pixel every window is one.
    #expect(try image(kernel: 1) == image(kernel: 1, dilation: 2))
    #expect(try image(kernel: 3, shape: [1, 1, 3]) == image(kernel: 5, shape: [1, 1, 3]))
  }

  @Test("What changes the network or its training counts")
  func withEffect() throws {
    let hashes = [
      try image(), try image(kernel: 5), try image(channels: 5), try image(bits: 4), try image(dilation: 2),
      try image(dropout: 0.2), try image(shape: [8, 8, 2]),
      try image { x, builder in try builder.maxPooling(x, window: 2, name: "window") },
      try image { x, builder in try builder.averagePooling(x, window: 2, name: "window") },
      try image { x, builder in try builder.graph.activation(.leakyReLU(slope: 0.1), x) },
      try image { x, builder in try builder.graph.activation(.leakyReLU(slope: 0.2), x) },
    ]
    #expect(Set(hashes).count == hashes.count)
  }

  @Test("One layer read twice is not two layers")
  func sharing() throws {
    let once = try image { x, builder in
      let y = try builder.convolution(x, channels: 4, kernel: 3, name: "a")
      return try builder.graph.add(y, y)
    }
    let twice = try image { x, builder in
      let y = try builder.convolution(x, channels: 4, kernel: 3, name: "a")
      return try builder.graph.add(y, builder.convolution(x, channels: 4, kernel: 3, name: "b"))
    }
    #expect(once != twice)
  }

  @Test("Ready spaces make no two networks of one hash that cost something else", arguments: SpaceTests.spaces.indices)
  func costs(place: Int) throws {
    var footprints: [String: [Int]] = [:]
    for seed in 0..<200 {
      var generator = Draw(seed: UInt64(seed), number: 3).generator(for: "test")
      let architecture = try SpaceTests.spaces[place].randomArchitecture(
        featureShape: [8, 8, 1], outputWidth: 5, using: &generator)
      let footprint = architecture.footprint
      let costs = [footprint.parameters, footprint.flashBytes, footprint.multiplyAccumulates]
      #expect(footprints.updateValue(costs, forKey: try architecture.networkHash) ?? costs == costs)
    }
    #expect(footprints.count > 40)
  }
}
