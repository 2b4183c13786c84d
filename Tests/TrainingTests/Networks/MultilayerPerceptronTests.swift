import Execution
import Graphs
import Testing

@testable import Training

@Suite("A multilayer perceptron")
struct MultilayerPerceptronTests {
  func build(_ network: MultilayerPerceptron, batch: Int = 4) throws -> (graph: Graph, output: Value) {
    var graph = Graph()
    let x = try graph.input("x", shape: Shape([batch] + network.inputShape(of: [8, 8, 1])))
    let output = try network.output(of: x, width: 10, in: &graph)
    return (graph, output)
  }

  @Test("has one dense layer a hidden width and one for the output")
  func layers() throws {
    let (graph, output) = try build(MultilayerPerceptron(hiddenUnits: [32, 16]))
    let layout = ParameterLayout(graph)
    #expect(
      layout.entries.map(\.name) == [
        "hidden1.weight", "hidden1.bias", "hidden2.weight", "hidden2.bias", "output.weight", "output.bias",
      ])
    #expect(layout.entries.map(\.shape) == [[32, 64], [32], [16, 32], [16], [10, 16], [10]])
    #expect(graph.shape(of: output) == [4, 10])
  }

  @Test("without hidden layers is a linear model")
  func linear() throws {
    let (graph, _) = try build(MultilayerPerceptron(hiddenUnits: []))
    #expect(ParameterLayout(graph).entries.map(\.shape) == [[10, 64], [10]])
  }

  @Test("has the same parameters for every batch size", arguments: Activation.standard)
  func batchSizes(activation: Activation) throws {
    let network = MultilayerPerceptron(hiddenUnits: [8, 8, 8], activation: activation, dropout: 0.5)
    #expect(ParameterLayout(try build(network, batch: 1).graph) == ParameterLayout(try build(network, batch: 7).graph))
  }

  @Test("that cannot be is an error that names the layer")
  func impossible() throws {
    let none = #expect(throws: GraphError.self) { try build(MultilayerPerceptron(hiddenUnits: [8, 0])) }
    #expect(none?.message.contains("hidden2") == true)
    let dropout = #expect(throws: GraphError.self) { try build(MultilayerPerceptron(hiddenUnits: [8], dropout: 1)) }
    #expect(dropout?.message.contains("hidden1") == true)
  }
}
