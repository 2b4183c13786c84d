/// What a pass makes of a graph: another graph, and where the values of the first one are in it.
public struct RewrittenGraph: Sendable {
  /// The graph after the pass.
  public internal(set) var graph = Graph()

  private var newValues: [Value?]

  /// Prepares the rewriting of `original`, with no node taken over yet.
  init(rewriting original: Graph) {
    newValues = Array(repeating: nil, count: original.nodes.count)
    graph.dropoutStreams = original.dropoutStreams
  }

  /// The value that holds what `original` held, or nil where the pass removed it.
  public internal(set) subscript(original: Value) -> Value? {
    get { newValues[original.index] }
    set { newValues[original.index] = newValue }
  }

  /// Takes a node over unchanged; the nodes it reads have been taken over before.
  mutating func copy(_ value: Value, of original: Graph) {
    let node = original[value]
    self[value] = graph.append(copyOf: node, inputs: node.inputs.map { newInput($0, of: node) })
  }

  /// The new value of an input that `node` reads.
  func newInput(_ input: Value, of node: Graph.Node) -> Value {
    guard let value = self[input] else {
      preconditionFailure("'\(node.name)' reads a value that the pass removed")
    }
    return value
  }
}
