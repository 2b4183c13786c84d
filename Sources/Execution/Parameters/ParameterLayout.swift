public import Graphs

/// Where each parameter lies in a flat buffer: one after the other in the graph's order, each at a cache line, and after
/// them the states, which no optimizer moves.
public struct ParameterLayout: Hashable, Sendable {
  /// One parameter's place.
  public struct Entry: Hashable, Sendable {
    /// The parameter's name in the graph.
    public let name: String
    /// Its shape, row-major.
    public let shape: Shape
    /// How it is drawn before training.
    public let initializer: Initializer
    /// The position of its first element in the flat buffer.
    public let offset: Int

    /// The positions of its elements in the flat buffer.
    public var range: Range<Int> { offset..<offset + shape.count }
  }

  /// The parameters in the order of the graph, and then its states.
  public let entries: [Entry]

  /// The number of elements of the flat buffer, with the padding after each parameter, which stays zero.
  public let count: Int

  /// The number of elements that optimizers move: all but the states at the end.
  public let trainedCount: Int

  private let indices: [String: Int]

  /// Lays out the parameters of `graph`.
  public init(_ graph: Graph) {
    var entries: [Entry] = []
    var offset = 0
    var trainedCount = 0
    for value in graph.parameters + graph.states {
      let node = graph[value]
      let initializer: Initializer
      switch node.operation {
      case .parameter(let own): initializer = own
      case .state(let own): initializer = own
      default: continue
      }
      entries.append(Entry(name: node.name, shape: node.shape, initializer: initializer, offset: offset))
      offset += AlignedBuffer.paddedCount(node.shape.count)
      if case .parameter = node.operation { trainedCount = offset }
    }
    self.entries = entries
    self.trainedCount = trainedCount
    count = offset
    indices = Dictionary(uniqueKeysWithValues: entries.enumerated().map { ($1.name, $0) })
  }

  /// The place of the parameter named `name`, or nil where there is none.
  public subscript(name: String) -> Entry? {
    indices[name].map { entries[$0] }
  }
}
