import Testing

@testable import Graphs

@Suite struct GraphTests {
  @Test("A node's name identifies it, and nodes without one are numbered by operation")
  func names() throws {
    var graph = Graph()
    let x = try graph.input("relu1", shape: [2, 3])
    let first = try graph.relu(x)
    let second = try graph.relu(first)
    #expect(graph[first].name == "relu2")
    #expect(graph[second].name == "relu3")
    #expect(graph.value(named: "relu2") == first)
    #expect(graph.value(named: "relu1") == x)
    #expect(graph.value(named: "relu4") == nil)
    #expect(try graph.relu(x, name: "mine") == graph.value(named: "mine"))
  }

  @Test("A name is given once")
  func duplicateName() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [1])
    let error = #expect(throws: GraphError.self) { try graph.relu(x, name: "x") }
    #expect(error?.code == .duplicateName)
    #expect(error?.message.contains("'x'") == true)
  }

  @Test("A dense layer makes its parameters, named after it")
  func denseLayer() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [32, 64])
    let y = try graph.dense(x, units: 10, name: "logits", bias: .zeros)
    #expect(graph.shape(of: y) == [32, 10])
    #expect(graph.parameters.map { graph[$0].name } == ["logits.weight", "logits.bias"])
    #expect(graph.parameters.map(graph.shape) == [[10, 64], [10]])
    #expect(graph[graph.parameters[0]].operation == .parameter(.linear(fanIn: 64)))
    #expect(graph[graph.parameters[1]].operation == .parameter(.zeros))
  }

  @Test("Dropout of probability 0 adds nothing")
  func noDropout() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [2])
    #expect(try graph.dropout(x, probability: 0) == x)
    #expect(graph.nodes.count == 1)
  }

  @Test("Each dropout draws from a stream of its own")
  func dropoutStreams() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [2])
    _ = try graph.dropout(graph.dropout(x, probability: 0.1), probability: 0.1)
    let streams = graph.nodes.compactMap { node in
      if case .dropoutMask(_, let stream) = node.operation { stream } else { nil }
    }
    #expect(streams == [0, 1])
  }

  @Test("Numbers outside their range are refused")
  func invalidArguments() throws {
    var graph = Graph()
    let x = try graph.input("x", shape: [2, 2])
    let vector = try graph.input("v", shape: [2])
    func code(_ body: (inout Graph) throws -> Value) -> GraphError.Code? {
      do { _ = try body(&graph) } catch { return (error as? GraphError)?.code }
      return nil
    }
    #expect(code { try $0.input("empty", shape: [0, 3]) } == .invalidArgument)
    #expect(code { try $0.dropout(x, probability: 1) } == .invalidArgument)
    #expect(code { try $0.dropout(x, probability: -0.1) } == .invalidArgument)
    #expect(code { try $0.dropout(x, probability: .nan) } == .invalidArgument)
    #expect(code { try $0.activation(.leakyReLU(slope: 0), x) } == .invalidArgument)
    #expect(code { try $0.activation(.elu(alpha: .infinity), x) } == .invalidArgument)
    #expect(code { try $0.parameter("p", shape: [3], initializer: .heNormal) } == .invalidArgument)
    #expect(code { try $0.parameter("p", shape: [3], initializer: .linear(fanIn: 0)) } == .invalidArgument)
    #expect(code { try $0.parameter("p", shape: [3], initializer: .orthogonal()) } == .invalidArgument)
    for gain in [0, -1, .nan, .infinity] {
      #expect(
        code { try $0.parameter("p", shape: [3, 3], initializer: .orthogonal(gain: gain)) } == .invalidArgument)
    }
    #expect(code { try $0.broadcastRows(vector, count: 0) } == .invalidArgument)
    #expect(code { try $0.dense(x, units: 0, name: "none") } == .invalidArgument)
  }

  @Test("Shapes print as extents joined by x")
  func shapeDescription() {
    #expect(Shape([3, 4]).description == "3x4")
    #expect(Shape.scalar.description == "scalar")
    #expect(Shape.scalar.count == 1)
  }
}
