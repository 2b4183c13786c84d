/// A network as a list of typed operations with static shapes, each after the nodes it reads.
///
/// A graph is a value: builders append to it, passes return another one or append to it, and a plan executes it.
/// Nodes are known by their names across passes, since a pass may renumber them; names are unique within a graph.
///
///     var graph = Graph()
///     let x = try graph.input("x", shape: [32, 64])
///     let labels = try graph.input("labels", shape: [32])
///     let hidden = try graph.relu(graph.dense(x, units: 128, name: "hidden"))
///     let logits = try graph.dense(hidden, units: 10, name: "logits")
///     let loss = try graph.softmaxCrossEntropy(logits: logits, labels: labels)
public struct Graph: Sendable, Hashable {
  /// One operation with what it reads and makes.
  public struct Node: Sendable, Hashable {
    /// What the node computes.
    public internal(set) var operation: Operation
    /// The values it reads, in the order its operation documents.
    public internal(set) var inputs: [Value]
    /// The shape of its output.
    public let shape: Shape
    /// The name, unique within the graph.
    public let name: String
  }

  /// The nodes in an order in which each comes after the nodes it reads.
  public private(set) var nodes: [Node] = []

  private var valuesByName: [String: Value] = [:]
  private var unnamedCounts: [String: Int] = [:]

  /// The number of dropout masks ever drawn in this graph; the next one takes it as its stream.
  var dropoutStreams = 0

  /// Makes an empty graph.
  public init() {}

  /// Whether two graphs have the same nodes.
  public static func == (left: Graph, right: Graph) -> Bool { left.nodes == right.nodes }

  /// Hashes the nodes.
  public func hash(into hasher: inout Hasher) { hasher.combine(nodes) }

  /// The node that makes `value`, which must belong to this graph.
  public subscript(value: Value) -> Node {
    precondition(nodes.indices.contains(value.index), "the value belongs to another graph")
    return nodes[value.index]
  }

  /// The values of the graph, in order of their nodes.
  public var values: some RandomAccessCollection<Value> {
    nodes.indices.lazy.map(Value.init(index:))
  }

  /// The value named `name`, or nil where the graph has none of that name.
  public func value(named name: String) -> Value? {
    valuesByName[name]
  }

  /// The shape of `value`.
  public func shape(of value: Value) -> Shape {
    self[value].shape
  }

  /// The trained values, in order of their nodes.
  public var parameters: [Value] {
    values.filter { if case .parameter = self[$0].operation { true } else { false } }
  }

  /// The values that training moves without an optimizer, in order of their nodes.
  public var states: [Value] {
    values.filter { if case .state = self[$0].operation { true } else { false } }
  }

  /// The values written by the caller before each run, in order of their nodes.
  public var inputs: [Value] {
    values.filter { self[$0].operation == .input }
  }

  /// Appends a node whose shape follows from its inputs.
  ///
  /// - Throws: `GraphError` where the shapes do not fit or the name is taken.
  package mutating func append(_ operation: Operation, _ inputs: [Value], name: String? = nil) throws -> Value {
    let name = try claimName(name, for: operation)
    let shape = try operation.outputShape(of: inputs.map { self[$0].shape }, node: name)
    return append(Node(operation: operation, inputs: inputs, shape: shape, name: name))
  }

  /// Appends a leaf of the given shape.
  ///
  /// - Throws: `GraphError` where an extent is below 1 or the name is taken.
  package mutating func appendLeaf(_ operation: Operation, shape: Shape, name: String? = nil) throws -> Value {
    let name = try claimName(name, for: operation)
    guard shape.dimensions.allSatisfy({ $0 >= 1 }) else {
      throw GraphError(
        .invalidArgument, "\(operation.name) '\(name)' has shape \(shape), but each extent must be at least 1")
    }
    return append(Node(operation: operation, inputs: [], shape: shape, name: name))
  }

  /// Appends a node of another graph with its inputs renumbered; its name must not be taken.
  mutating func append(copyOf node: Node, inputs: [Value]) -> Value {
    precondition(valuesByName[node.name] == nil, "a copied node keeps its name, so the name must be free")
    return append(Node(operation: node.operation, inputs: inputs, shape: node.shape, name: node.name))
  }

  private mutating func append(_ node: Node) -> Value {
    let value = Value(index: nodes.count)
    nodes.append(node)
    valuesByName[node.name] = value
    return value
  }

  private mutating func claimName(_ name: String?, for operation: Operation) throws -> String {
    if let name {
      guard valuesByName[name] == nil else {
        throw GraphError(
          .duplicateName, "\(operation.name) '\(name)': the graph already has a node of that name; choose another")
      }
      return name
    }
    while true {
      let number = unnamedCounts[operation.name, default: 0] + 1
      unnamedCounts[operation.name] = number
      let candidate = "\(operation.name)\(number)"
      if valuesByName[candidate] == nil { return candidate }
    }
  }
}

/// A handle of the output of one node of one graph.
public struct Value: Hashable, Sendable {
  /// The position of the node in its graph.
  package let index: Int

  package init(index: Int) {
    self.index = index
  }
}
