public import Graphs
public import OrderedCollections
public import SearchSpace

/// Builds the graph of one architecture and asks for the choices that decide it, in the course of building.
///
/// Names of choices have paths: within `scoped("block2")`, `suggest(.int("kernel", 3...5))` asks for `block2/kernel`. A name
/// that is asked for again has the value that it had, and one that begins with a slash is the same in every scope, which
/// ties choices together.
///
///     let width = try builder.suggest(.int("width", 8...32, step: 8))
///     try builder.repeated("block", 1...3) { builder, _ in
///       let kernel = try builder.suggest(.choice("kernel", ["3", "5"]))
///       ...
///     }
///
/// Who answers is not the builder's concern: a trial's sampler, a generator of random numbers, or a genome that is replayed.
public struct ArchitectureBuilder {
  /// Answers what a choice of a name is to be, in external form.
  public typealias Chooser = (String, Distribution) throws -> Choice

  /// The network so far, for one sample.
  public var graph: Graph
  /// The bits of a weight by the name of its parameter; 8 for those not listed.
  public private(set) var weightBits: [String: Int] = [:]
  /// The widths in bits that a layer's weights may have, asked for at `LAYER/bits`.
  public var bits: WholeNumbers = 8
  /// The probability with which `dropout` drops, of 0..<1.
  public var dropoutProbability = 0.0

  /// The choices that were asked for, in their order, but for those of a single value.
  public private(set) var choices: OrderedDictionary<String, Choice> = [:]

  private let chooser: Chooser
  private var distributions: [String: Distribution] = [:]
  private var choicePath: [String] = []
  private var nodePath: [String] = []

  init(graph: Graph, chooser: @escaping Chooser) {
    self.graph = graph
    self.chooser = chooser
  }

  // MARK: - Choices

  /// Asks for a choice: `.int`, `.float`, `.bool`, `.choice`, as of a trial.
  ///
  /// - Throws: `ArchitectureError` of code `invalidSpace` where the name is one of another choice.
  public mutating func suggest<Value>(_ parameter: Parameter<Value>) throws -> Value {
    let choice = try suggest(parameter.name, parameter.distribution)
    return try parameter.value(internal: parameter.distribution.internal(choice))
  }

  /// Asks for one of some whole numbers.
  public mutating func suggest(_ name: String, _ numbers: WholeNumbers) throws -> Int {
    let distribution = try numbers.distribution(of: name)
    guard let number = try suggest(name, distribution).intValue else {
      throw ArchitectureError(.invalidGenome, "the choice '\(path(to: name))' is no whole number")
    }
    return number
  }

  /// Asks for a value of a distribution, in external form.
  mutating func suggest(_ name: String, _ distribution: Distribution) throws -> Choice {
    let name = path(to: name)
    if let known = distributions[name] {
      guard known == distribution else {
        throw ArchitectureError(
          .invalidSpace, "the name '\(name)' stands for two different choices; give one of them another name")
      }
    }
    distributions[name] = distribution
    if distribution.isSingle { return try distribution.external(distribution.lowest) }
    if let choice = choices[name] { return choice }
    let choice = try chooser(name, distribution)
    guard let value = try? distribution.internal(choice), distribution.contains(internal: value) else {
      throw ArchitectureError(.invalidGenome, "the choice '\(name)' cannot be \(choice)")
    }
    choices[name] = choice
    return choice
  }

  /// The name of a choice with its scopes.
  private func path(to name: String) -> String {
    let parts = choicePath + [name]
    let start = parts.lastIndex { $0.hasPrefix("/") } ?? 0
    let path = parts[start...].joined(separator: "/")
    return path.hasPrefix("/") ? String(path.dropFirst()) : path
  }

  /// The name of a node with its scopes.
  public func nodeName(_ name: String) -> String { (nodePath + [name]).joined(separator: "/") }

  /// Refuses the architecture unless a condition holds, so that others are chosen.
  ///
  /// - Throws: `ArchitectureError` of code `rejected`.
  public func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
    guard condition else {
      throw ArchitectureError(.rejected, (nodePath + [reason()]).joined(separator: "/"))
    }
  }

  // MARK: - Scopes

  /// Builds a part whose names stand within a scope.
  public mutating func scoped<Result>(
    _ name: String, _ body: (inout ArchitectureBuilder) throws -> Result
  ) throws -> Result {
    try scoped(choices: name, nodes: name, body)
  }

  private mutating func scoped<Result>(
    choices: String, nodes: String, _ body: (inout ArchitectureBuilder) throws -> Result
  ) throws -> Result {
    choicePath.append(choices)
    nodePath.append(nodes.hasPrefix("/") ? String(nodes.dropFirst()) : nodes)
    defer {
      choicePath.removeLast()
      nodePath.removeLast()
    }
    return try body(&self)
  }

  /// Asks how often a part is repeated, at `NAME/count`, and builds it so often, in the scopes `NAME1`, `NAME2` and so on.
  ///
  /// - Parameters:
  ///   - name: The part, below the scopes that it stands in.
  ///   - counts: How often it may be repeated.
  ///   - shared: Whether all repetitions make the same choices, which are then asked for once, at `NAME`.
  ///   - body: Builds a repetition, counted from 0.
  public mutating func repeated(
    _ name: String, _ counts: WholeNumbers, shared: Bool = false,
    _ body: (inout ArchitectureBuilder, Int) throws -> Void
  ) throws {
    let count = try suggest("\(name)/count", counts)
    guard count >= 0 else {
      throw ArchitectureError(.invalidSpace, "'\(path(to: name))' cannot be repeated \(count) times")
    }
    try repeated(name, times: count, shared: shared, body)
  }

  /// Builds a part as often as is said, in the scopes `NAME1`, `NAME2` and so on, or at `NAME` where the choices are shared.
  mutating func repeated(
    _ name: String, times count: Int, shared: Bool, _ body: (inout ArchitectureBuilder, Int) throws -> Void
  ) throws {
    for index in 0..<count {
      try scoped(choices: shared ? name : "\(name)\(index + 1)", nodes: "\(name)\(index + 1)") { builder in
        try body(&builder, index)
      }
    }
  }

  /// Asks whether there is a part, and builds it in the scope of its name.
  ///
  /// - Returns: What was built, or nil.
  public mutating func optional<Result>(
    _ name: String, _ body: (inout ArchitectureBuilder) throws -> Result
  ) throws -> Result? {
    try suggest(.bool(name)) ? scoped(name, body) : nil
  }

  /// Asks which of some layers there is, and builds it in the scope of the choice's name.
  public mutating func layerChoice(
    _ name: String, _ layers: KeyValuePairs<String, (inout ArchitectureBuilder) throws -> Value>
  ) throws -> Value {
    try layerChoice(name, among: layers.map(\.key)) { builder, chosen in
      guard let layer = layers.first(where: { $0.key == chosen })?.value else {
        throw ArchitectureError(.invalidGenome, "there is no layer '\(chosen)' for '\(name)'")
      }
      return try layer(&builder)
    }.output
  }

  /// Asks which of some names there is, and builds what it stands for in the scope of the choice's name.
  mutating func layerChoice(
    _ name: String, among names: [String], _ build: (inout ArchitectureBuilder, String) throws -> Value
  ) throws -> (chosen: String, output: Value) {
    let chosen = try suggest(.choice(name, names))
    return (chosen, try scoped(name) { try build(&$0, chosen) })
  }

  /// Asks which `count` of some values are taken. It is one choice, whose names are the places of the values: `0+2`.
  ///
  /// - Throws: `ArchitectureError` of code `invalidSpace` where there are fewer values, or more than 1000 ways to take them.
  public mutating func inputChoice(_ name: String, from values: [Value], count: Int) throws -> [Value] {
    try placeChoice(name, of: values.count, count: count).map { values[$0] }
  }

  /// Asks which `count` of some places are taken.
  mutating func placeChoice(_ name: String, of total: Int, count: Int) throws -> [Int] {
    let combinations = Self.combinations(of: total, taking: count, limit: 1000)
    guard !combinations.isEmpty else {
      throw ArchitectureError(
        .invalidSpace, "'\(path(to: name))' takes \(count) of \(total) inputs; 1 to 1000 ways to do so are possible")
    }
    let names = combinations.map { $0.map(String.init).joined(separator: "+") }
    let chosen = try suggest(.choice(name, names))
    guard let place = names.firstIndex(of: chosen) else {
      throw ArchitectureError(.invalidGenome, "there are no inputs '\(chosen)' for '\(path(to: name))'")
    }
    return combinations[place]
  }

  /// All ascending selections, in lexicographic order; none where there are more than `limit`.
  private static func combinations(of total: Int, taking count: Int, limit: Int) -> [[Int]] {
    guard count >= 1, count <= total else { return [] }
    var found = [Array(0..<count)]
    while var next = found.last, let place = next.indices.last(where: { next[$0] < total - count + $0 }) {
      guard found.count < limit else { return [] }
      next[place] += 1
      for later in next.indices where later > place { next[later] = next[later - 1] + 1 }
      found.append(next)
    }
    return found
  }

  // MARK: - Bits

  /// Asks for the bits of a layer's weights, at `NAME/bits`, and notes them for the parameter.
  mutating func chooseBits(of layer: String) throws {
    let chosen = try suggest("\(layer)/bits", bits)
    guard (2...8).contains(chosen) else {
      throw ArchitectureError(.invalidSpace, "weights of \(chosen) bits: 2 to 8 are possible")
    }
    if chosen != 8 { weightBits["\(nodeName(layer)).weight"] = chosen }
  }
}
