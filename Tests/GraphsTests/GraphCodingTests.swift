import Foundation
import Testing

@testable import Graphs

@Suite("A graph written down")
struct GraphCodingTests {
  /// One of each operation that a network predicts by.
  static func everything() throws -> Graph {
    var graph = Graph()
    let image = try graph.input("image", shape: [1, 9, 7, 4])
    var x = try graph.conv2d(
      image, channels: 6, kernel: Extent(height: 3, width: 1), stride: Extent(height: 2, width: 1), groups: 2,
      name: "conv", weight: .orthogonal(gain: 1.5))
    x = try graph.batchNormalization(x, BatchNormalization(epsilon: 1e-4, momentum: 0.2), name: "norm")
    for activation in Activation.standard { x = try graph.activation(activation, x) }
    x = try graph.maxPooling(x, Pooling(window: Extent(2), stride: Extent(1), padding: Extent(1)))
    x = try graph.averagePooling(x, Pooling(window: Extent(2)), countsPadding: false)
    let left = try graph.slice(x, axis: 3, 0..<2)
    let right = try graph.slice(x, axis: 3, 2..<6)
    x = try graph.concatenate([right, left])
    x = try graph.add(x, graph.multiply(x, graph.scale(x, by: 0.3)))
    x = try graph.multiply(x, byScalar: graph.constant(2.5))
    let mean = try graph.globalAveragePooling(x)
    x = try graph.dense(graph.flatten(x), units: 6, name: "dense")
    x = try graph.layerNormalization(graph.add(x, mean), name: "layer")
    _ = try graph.softmax(graph.matrixProduct(x, graph.parameter("w", shape: [6, 3], initializer: .linear(fanIn: 6))))
    return graph
  }

  static func coded(_ graph: Graph) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    return String(decoding: try encoder.encode(graph), as: UTF8.self)
  }

  static func decode(_ text: String) throws -> Graph {
    try JSONDecoder().decode(Graph.self, from: Data(text.utf8))
  }

  @Test("reads back the same, with all operations and numbers")
  func roundTrip() throws {
    let graph = try Self.everything()
    #expect(try Self.decode(Self.coded(graph)).nodes == graph.nodes)
  }

  @Test("is refused where it holds what belongs to training")
  func training() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [2, 3])
    _ = try graph.loss(.meanSquaredError, prediction: x, target: graph.input("y", shape: [2, 3]))
    let text = try Self.coded(graph)
    let error = #expect(throws: GraphError.self) { try Self.decode(text) }
    #expect(error?.code == .notDecodable && error?.message.contains("meanSquaredError") == true)
  }

  @Test(
    "is refused where shapes or numbers are beyond use, without a crash",
    arguments: [
      (#""shape":[1,9,7,4]"#, #""shape":[9223372036854775807,2,2,2]"#),
      (#""shape":[1,9,7,4]"#, #""shape":[1,-9,7,4]"#),
      (#""shape":[1,9,7,4]"#, #""shape":[]"#),
      (#""shape":[1,9,7,4]"#, #""shape":[1,65536,65536,4]"#),
      (#""groups":2"#, #""groups":9223372036854775807"#),
      (#""groups":2"#, #""groups":0"#),
      (#""stride":[2,1]"#, #""stride":[0,1]"#),
      (#""padding":[1,0]"#, #""padding":[9223372036854775807,0]"#),
      (#""padding":[1,0]"#, #""padding":[65536,65536]"#),
      (#""count":2"#, #""count":9223372036854775807"#),
      (#""start":2"#, #""start":-1"#),
      (#""axis":3"#, #""axis":9223372036854775807"#),
      (#""inputs":[0,1,2]"#, #""inputs":[0,1,3]"#),
      (#""inputs":[0,1,2]"#, #""inputs":[0,1,-2]"#),
      (#""name":"norm""#, #""name":"conv""#),
    ])
  func refused(_ part: String, _ replacement: String) throws {
    let text = try Self.coded(try Self.everything())
    let changed = text.replacingOccurrences(of: part, with: replacement)
    #expect(changed != text, "the part must be there to be changed")
    #expect(throws: (any Error).self) { try Self.decode(changed) }
  }

  @Test("can be added to another graph for another batch size")
  func batches() throws {
    let graph = try Self.everything()
    let input = try #require(graph.value(named: "image"))
    var batched = Graph()
    let images = try batched.input("images", shape: [5, 9, 7, 4])
    let values = try batched.append(contentsOf: graph, replacing: [input: images])
    for value in graph.values where graph.shape(of: value).dimensions.first == 1 {
      let shape = batched.shape(of: values[value.index])
      #expect(shape == graph.shape(of: value).replacing(0, by: 5), "\(graph[value].name)")
    }
    #expect(batched.parameters.map { batched[$0].name } == graph.parameters.map { graph[$0].name })
    #expect(throws: GraphError.self) {
      var other = Graph()
      _ = try other.append(contentsOf: graph, replacing: [:])
    }
  }
}
