import Graphs
import SearchSpace

/// The building of one architecture of a described space, step by step.
struct DescribedBuilding {
  /// More steps than a network of a device has; a description that takes more is refused.
  private static let mostSteps = 2000
  /// The elements of a value, and of the weights of a layer.
  static let mostElements = 1 << 26

  /// The value that the steps hand on.
  var x: Value
  let outputWidth: Int
  private var kept: [String: Value] = [:]
  private var names: [String: Choice] = [:]
  private var stepCount = 0

  init(from x: Value, outputWidth: Int) {
    self.x = x
    self.outputWidth = outputWidth
  }

  /// Takes steps; names that they give are gone afterwards.
  ///
  /// - Throws: `ArchitectureError` with the place of the innermost step that fails.
  mutating func run(_ steps: [DescribedStep], with builder: inout ArchitectureBuilder) throws {
    let outer = (kept, names)
    defer { (kept, names) = outer }
    for step in steps {
      do {
        stepCount += 1
        guard stepCount <= Self.mostSteps else {
          throw ArchitectureError(
            .invalidSpace, "an architecture takes at most \(Self.mostSteps) steps; lower the counts of repetitions")
        }
        try run(step.operation, with: &builder)
        try checkSize(builder)
      } catch let error as ArchitectureError where error.place == nil {
        throw error.placed(at: step.place)
      } catch let error as GraphError {
        let code: ArchitectureError.Code = error.code == .duplicateName ? .invalidSpace : .rejected
        throw ArchitectureError(code, error.message).placed(at: step.place)
      } catch let error as ExpressionError {
        throw ArchitectureError(.invalidSpace, error.message).placed(at: step.place)
      }
    }
  }

  private func checkSize(_ builder: ArchitectureBuilder) throws {
    guard builder.graph.shape(of: x).count <= Self.mostElements else {
      throw ArchitectureError(
        .rejected, "'\(builder.graph[x].name)' has shape \(builder.graph.shape(of: x)), which is beyond all devices")
    }
  }

  private mutating func run(_ operation: DescribedStep.Operation, with builder: inout ArchitectureBuilder) throws {
    switch operation {
    case .bind(let bindings):
      for binding in bindings { names[binding.name] = try value(binding.value, name: binding.name, &builder) }
    case .layer(let layer):
      try add(layer, to: &builder)
    case .scope(let name, let steps):
      try builder.scoped(name) { builder in try run(steps, with: &builder) }
    case .repetition(let name, let count, let isShared, let steps):
      let count = try wholeNumber(count, "\(name)/count", in: 0...64, of: "repeat '\(name)'", &builder)
      let short = name.hasPrefix("/") ? String(name.dropFirst()) : name
      names["\(short).count"] = .int(count)
      try builder.repeated(name, times: count, shared: isShared) { builder, index in
        names["\(short).index"] = .int(index + 1)
        try run(steps, with: &builder)
      }
    case .layerChoice(let name, let branches):
      let (chosen, output) = try builder.layerChoice(name, among: branches.map(\.name)) { builder, chosen in
        try self.output(of: branches, chosen, from: x, &builder)
      }
      (x, names[name]) = (output, .string(chosen))
    case .optional(let name, let steps):
      let isThere = try builder.optional(name) { builder in try run(steps, with: &builder) } != nil
      names[name] = .bool(isThere)
    case .skip(let name, let isChosen, let steps):
      try addSkip(name, isChosen: isChosen, around: steps, to: &builder)
    case .condition(let condition, let then, let otherwise):
      try run(truth(of: condition, builder) ? then : otherwise, with: &builder)
    case .cell(let name, let inputs, let nodes, let inputsPerNode, let operations):
      let nodes = try wholeNumber(nodes, "\(name)/nodes", in: 1...16, of: "cell '\(name)'", &builder)
      x = try builder.cell(
        name, inputs: inputs.isEmpty ? [x] : inputs.map(keptValue), nodes: nodes, inputsPerNode: inputsPerNode,
        among: operations.map(\.name)
      ) { builder, chosen, x in try output(of: operations, chosen, from: x, &builder) }
    case .inputChoice(let name, let count, let sources, let join):
      let values = try builder.inputChoice(name, from: sources.map(keptValue), count: count)
      x = try joined(values, join, name, &builder)
    case .join(let name, let join, let sources):
      x = try joined(sources.map(keptValue), join, name, &builder)
    case .keep(let name): kept[name] = x
    case .take(let name): x = try keptValue(name)
    case .require(let condition, let reason):
      try builder.require(truth(of: condition, builder), reason)
    }
  }

  // MARK: - Parts

  /// What a branch makes of a value.
  private mutating func output(
    of branches: [DescribedStep.Branch], _ chosen: String, from start: Value, _ builder: inout ArchitectureBuilder
  ) throws -> Value {
    let outer = x
    defer { x = outer }
    x = start
    for branch in branches where branch.name == chosen { try run(branch.steps, with: &builder) }
    return x
  }

  private mutating func addSkip(
    _ name: String, isChosen: Bool, around steps: [DescribedStep], to builder: inout ArchitectureBuilder
  ) throws {
    let start = x
    try run(steps, with: &builder)
    let end = x
    x = try builder.skip(name, from: start, to: end, isChosen: isChosen)
    names[name] = .bool(x != end)
  }

  private func joined(
    _ values: [Value], _ join: DescribedStep.Join, _ name: String, _ builder: inout ArchitectureBuilder
  ) throws -> Value {
    guard values.count > 1, let first = values.first else {
      return values.first ?? x
    }
    if join == .concatenate { return try builder.graph.concatenate(values, name: builder.nodeName(name)) }
    var result = first
    for (place, value) in values.dropFirst().enumerated() {
      let node = builder.nodeName(place == values.count - 2 ? name : "\(name)\(place + 1)")
      result =
        join == .product
        ? try builder.graph.multiply(result, value, name: node) : try builder.graph.add(result, value, name: node)
    }
    return result
  }

  private func keptValue(_ name: String) throws -> Value {
    guard let value = kept[name] else {
      throw ArchitectureError(.invalidSpace, "no value is kept as '\(name)' here")
    }
    return value
  }

  // MARK: - Values

  /// A value: the one that is given, chosen under a name, or computed.
  func value(
    _ value: DescribedValue, name: String, _ builder: inout ArchitectureBuilder
  ) throws -> Choice {
    switch value {
    case .constant(let choice): choice
    case .choice(let distribution, let tie): try builder.suggest(tie.map { "/\($0)" } ?? name, distribution)
    case .expression(let expression): try expression.value { look(up: $0, builder) }
    }
  }

  private func truth(of condition: Expression, _ builder: ArchitectureBuilder) throws -> Bool {
    let value = try condition.value { look(up: $0, builder) }
    guard case .bool(let truth) = value else {
      throw ArchitectureError(.invalidSpace, "the condition is '\(value)' and neither true nor false")
    }
    return truth
  }

  /// A choice, or a figure of the value that the steps hand on.
  private func look(up name: String, _ builder: ArchitectureBuilder) -> Choice? {
    if let choice = names[name] { return choice }
    let shape = builder.graph.shape(of: x)
    switch name {
    case "x.channels": return .int(shape[shape.rank - 1])
    case "x.height" where shape.rank == 4: return .int(shape[1])
    case "x.width" where shape.rank == 4: return .int(shape[2])
    case "outputs": return .int(outputWidth)
    default: return nil
    }
  }

  func wholeNumber(
    _ value: DescribedValue, _ name: String, in bounds: ClosedRange<Int>, of step: String,
    _ builder: inout ArchitectureBuilder
  ) throws -> Int {
    let choice = try self.value(value, name: name, &builder)
    let key = name.split(separator: "/").last ?? ""
    guard let number = choice.numericValue.flatMap({ Int(exactly: $0) }) else {
      throw ArchitectureError(
        .invalidSpace, "\(step): \(key) is '\(choice)' and no whole number; '//' divides whole numbers")
    }
    guard bounds.contains(number) else {
      throw ArchitectureError(
        .rejected, "\(step): \(key) is \(number), and \(bounds.lowerBound) to \(bounds.upperBound) are possible")
    }
    return number
  }
}
