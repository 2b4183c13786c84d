import Graphs
import RealModule
import Testing

@testable import Execution

@Suite struct ParameterStoreTests {
  static func store(_ initializer: Initializer, shape: Shape, seed: UInt64 = 1) throws -> ParameterStore {
    var graph = Graph()
    _ = try graph.parameter("other", shape: [3], initializer: .constant(4))
    _ = try graph.parameter("p", shape: shape, initializer: initializer)
    return ParameterStore(graph, seed: seed)
  }

  @Test("Parameters lie one after the other, each at a cache line")
  func layout() throws {
    let network = try SampleNetwork(batch: 1)
    let store = ParameterStore(network.graph, seed: 1)
    let entries = store.layout.entries
    #expect(
      entries.map(\.name)
        == ["first.weight", "first.bias", "second.weight", "second.bias", "logits.weight", "logits.bias"])
    #expect(entries.map(\.offset) == [0, 80, 96, 224, 240, 288])
    #expect(store.layout.count == 304)
    #expect(store.layout["second.bias"] == entries[3])
    #expect(store.layout["third.bias"] == nil)
    #expect(UInt(bitPattern: store.values.baseAddress) % 64 == 0)
    #expect(UInt(bitPattern: store.gradients.baseAddress) % 64 == 0)
    let inUse = Set(entries.flatMap(\.range))
    #expect(store.values.indices.allSatisfy { inUse.contains($0) || store.values[$0] == 0 })
  }

  static let uniform: [(Initializer, Double)] = [
    (.linear(fanIn: 100), 0.1), (.heUniform, .sqrt(6 / 100)), (.xavierUniform, .sqrt(6 / 300)),
  ]

  @Test("Uniform initializers fill their range evenly", arguments: uniform)
  func uniforms(_ initializer: Initializer, bound: Double) throws {
    let elements = try #require(try Self.store(initializer, shape: [200, 100]).values(of: "p")).map(Double.init)
    let mean = elements.reduce(0, +) / 20_000
    let square = elements.map { $0 * $0 }.reduce(0, +) / 20_000
    #expect(elements.allSatisfy { abs($0) <= bound })
    #expect(abs(mean) < 4 * bound / .sqrt(3 * 20_000))
    #expect(abs(square / (bound * bound / 3) - 1) < 0.04)
    #expect(elements.contains { $0 > 0.99 * bound } && elements.contains { $0 < -0.99 * bound })
  }

  static let normal: [(Initializer, Double)] = [(.heNormal, .sqrt(2 / 100)), (.xavierNormal, .sqrt(2 / 300))]

  @Test("Normal initializers have their deviation and a normal's tails", arguments: normal)
  func normals(_ initializer: Initializer, deviation: Double) throws {
    let elements = try #require(try Self.store(initializer, shape: [200, 100]).values(of: "p")).map(Double.init)
    let mean = elements.reduce(0, +) / 20_000
    let square = elements.map { $0 * $0 }.reduce(0, +) / 20_000
    #expect(abs(mean) < 4 * deviation / .sqrt(20_000))
    #expect(abs(square / (deviation * deviation) - 1) < 0.05)
    // 4.55 % of a normal's draws lie beyond two deviations.
    let beyond = Double(elements.count { abs($0) > 2 * deviation }) / 20_000
    #expect(abs(beyond - 0.0455) < 0.006)
  }

  @Test("The same seed draws the same parameters, another seed others")
  func seeds() throws {
    for initializer in [Initializer.heNormal, .linear(fanIn: 4)] {
      let first = try Self.store(initializer, shape: [5, 4], seed: 1).snapshot()
      #expect(try Self.store(initializer, shape: [5, 4], seed: 1).snapshot() == first)
      #expect(try Self.store(initializer, shape: [5, 4], seed: 2).snapshot() != first)
      let again = try Self.store(initializer, shape: [5, 4], seed: 2)
      again.initialize(seed: 1)
      #expect(again.snapshot() == first)
    }
    #expect(try Self.store(.zeros, shape: [2]).values(of: "p") == [0, 0])
    #expect(try Self.store(.constant(1.5), shape: [2]).values(of: "p") == [1.5, 1.5])
  }

  @Test("A snapshot is restored, one of another size refused")
  func snapshots() throws {
    let store = try Self.store(.heNormal, shape: [5, 4])
    let snapshot = store.snapshot()
    store.values.update(repeating: 7)
    try store.restore(snapshot)
    #expect(store.snapshot() == snapshot)
    let error = #expect(throws: ExecutionError.self) { try store.restore([1, 2]) }
    #expect(error?.code == .snapshotMismatch)
    #expect(store.snapshot() == snapshot)
  }
}
