#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import Graphs
import Samplers
import Trials

/// Tells networks apart by what they compute, whatever led to them.
///
/// Two genomes can make one network: a choice is of no effect where its layer does not reach the output, or where a window
/// has a single pixel to look at, and the branches of a sum may be exchanged. So nodes that the output does not need, nodes
/// that do nothing, names, and the order of what is added or multiplied do not count; all else does, with the bits of the
/// weights.
///
/// Each node is hashed with the nodes that it reads and then with those that read it, three times over, and the sorted hashes
/// of all nodes make that of the network, as in NAS-Bench-101 (Ying et al. 2019, arXiv:1902.09635). Equal networks have equal
/// hashes; different ones have different hashes but for chance, and for graphs so regular that such a comparison does not
/// tell them apart.
struct NetworkHash {
  /// How often each node takes in those that it reads and those that read it.
  private static let rounds = 3

  private let graph: Graph
  private let output: Value
  /// What is said of a node by itself, and what it reads; nil for a node that does not count.
  private var nodes: [(label: UInt64, inputs: [Int], isSymmetric: Bool)?]
  private let encoder = JSONEncoder()
  private var labels: [Operation: String] = [:]

  /// The hash of a network in 16 hexadecimal digits.
  static func hash(of graph: Graph, output: Value, weightBits: [String: Int]) throws -> String {
    var hash = try NetworkHash(graph, output)
    try hash.read(weightBits)
    return hash.value
  }

  private init(_ graph: Graph, _ output: Value) throws {
    self.graph = graph
    self.output = output
    nodes = Array(repeating: nil, count: graph.nodes.count)
    encoder.outputFormatting = .sortedKeys
  }

  // MARK: - Nodes

  private mutating func read(_ weightBits: [String: Int]) throws {
    var isNeeded = Array(repeating: false, count: graph.nodes.count)
    isNeeded[original(of: output).index] = true
    for index in graph.nodes.indices.reversed() where isNeeded[index] {
      let node = graph.nodes[index]
      let inputs = node.inputs.map { original(of: $0).index }
      for input in inputs { isNeeded[input] = true }
      let bits = weightBits[node.name].map(String.init) ?? ""
      let isSymmetric = node.operation == .add || node.operation == .multiply
      nodes[index] = (Draw.hash("\(try text(of: node)) \(node.shape) \(bits)"), inputs, isSymmetric)
    }
  }

  /// The value that a value is, behind the nodes that change nothing.
  private func original(of value: Value) -> Value {
    var value = value
    while let input = graph[value].inputs.first, isIdentity(graph[value]) { value = input }
    return value
  }

  private func isIdentity(_ node: Graph.Node) -> Bool {
    switch node.operation {
    case .pooling(.maximum(let pooling)), .pooling(.average(let pooling, _)):
      pooling == Pooling(window: Extent(1), stride: Extent(1))
    case .reshape(let shape): node.inputs.first.map { graph.shape(of: $0) } == shape
    case .concatenate: node.inputs.count == 1
    default: false
    }
  }

  /// The operation as a model's file has it, without what makes no difference.
  private mutating func text(of node: Graph.Node) throws -> String {
    var operation = node.operation
    switch operation {
    case .dropoutMask(let probability, _): operation = .dropoutMask(probability: probability, stream: 0)
    case .convolution(.forward(var convolution, let activation)):
      let window = graph.shape(of: node.inputs[1])
      if window[0] == 1 { convolution.dilation.height = 1 }
      if window[1] == 1 { convolution.dilation.width = 1 }
      operation = .convolution(.forward(convolution, activation: activation))
    default: break
    }
    if let known = labels[operation] { return known }
    let text = String(decoding: try encoder.encode(operation), as: UTF8.self)
    labels[operation] = text
    return text
  }

  // MARK: - Hash

  private var value: String {
    var hashes = nodes.map { $0?.label ?? 0 }
    let last = original(of: output).index
    for _ in 0..<Self.rounds {
      for case (let index, let node?) in zip(nodes.indices, nodes) {
        let inputs = node.inputs.map { hashes[$0] }
        hashes[index] = Self.hash([hashes[index]] + (node.isSymmetric ? inputs.sorted() : inputs))
      }
      var readers: [[UInt64]] = Array(repeating: [], count: nodes.count)
      for case (let index, let node?) in zip(nodes.indices, nodes).reversed() {
        let isOutput: UInt64 = index == last ? 1 : 0
        hashes[index] = Self.hash([hashes[index], isOutput] + readers[index].sorted())
        for (place, input) in node.inputs.enumerated() {
          readers[input].append(Self.hash([hashes[index], node.isSymmetric ? 0 : UInt64(place)]))
        }
      }
    }
    let all = zip(hashes, nodes).filter { $0.1 != nil }.map(\.0)
    return Genome.digits(of: Self.hash(all.sorted()))
  }

  /// The hash of numbers in their order.
  private static func hash(_ numbers: [UInt64]) -> UInt64 {
    numbers.reduce(UInt64(numbers.count)) { SampleHash.mixed($0 &+ 0x9E37_79B9_7F4A_7C15) ^ SampleHash.mixed($1 ^ $0) }
  }
}
