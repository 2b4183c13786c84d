import ArchitectureSearch
import OrderedCollections
import SearchSpace
import Spelling

extension StepReader {
  /// Reads a step that is no layer, and adds the names that it gives to those that later steps may refer to.
  mutating func structure(
    _ structure: Structure, _ member: MappingReader.Member, _ names: inout StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    switch structure {
    case .bind: return bindings(member, &names, &taken)
    case .keep: return keep(member, &names)
    case .take:
      guard let name = keptName(member.value, member.key, names) else { return nil }
      return .take(name)
    case .require: return requirement(member, names)
    case .condition: return condition(member, names)
    case .scope:
      guard let options = options(member, ["name", "steps"]) else { return nil }
      let name = name(options, else: nil, mayBeTied: true, names, &taken)
      let steps = inner(options, "steps", names.within(scope: name ?? ""))
      return name.map { .scope($0, steps) }
    case .optional:
      guard let options = options(member, ["name", "steps"]) else { return nil }
      let name = name(options, else: nil, isChoice: true, names, &taken)
      let steps = inner(options, "steps", names.within(scope: name ?? ""))
      if let name { names.insert(name) }
      return name.map { .optional($0, steps) }
    case .skip:
      guard let options = options(member, ["name", "choice", "steps"]) else { return nil }
      let isChosen = options.flag("choice") ?? false
      let name = name(options, else: "skip", isChoice: isChosen, names, &taken)
      let steps = inner(options, "steps", names.within())
      if let name { names.insert(name) }
      return name.map { .skip($0, isChosen: isChosen, steps) }
    case .repetition: return repetition(member, names, &taken)
    case .layerChoice:
      guard let options = options(member, ["name", "layers"]) else { return nil }
      let name = name(options, else: nil, isChoice: true, names, &taken)
      let branches = branches(options, "layers", names.within(scope: name ?? ""))
      if let name { names.insert(name) }
      guard let name, let branches else { return nil }
      return .layerChoice(name, branches)
    case .cell: return cell(member, names, &taken)
    case .inputChoice: return inputChoice(member, names, &taken)
    case .add: return join(.sum, member, names, &taken)
    case .multiply: return join(.product, member, names, &taken)
    case .concatenate: return join(.concatenate, member, names, &taken)
    }
  }

  private mutating func inner(_ options: MappingReader, _ key: String, _ names: StepNames) -> [DescribedStep] {
    guard let member = options.required(key) else { return [] }
    return steps(member.value, options.path(key), names)
  }

  // MARK: - Values

  private func bindings(
    _ member: MappingReader.Member, _ names: inout StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    guard
      let reader = MappingReader(
        member.value, path: "let", at: member.keyPosition, keys: nil, log: log,
        expectation: "names with values, such as {width: [8, 16]}")
    else { return nil }
    if reader.members.isEmpty {
      log.report(.missingKey, at: member.value.position, "let: expected names with values, met none")
    }
    var bindings: [DescribedStep.Binding] = []
    for member in reader.members.values {
      let path = reader.path(member.key.shortened)
      guard Expression.isName(member.key) else {
        log.report(
          .invalidValue, at: member.keyPosition,
          "let: a name has letters, digits and '_' and begins with a letter, but '\(member.key.shortened)' is none")
        continue
      }
      let value = value(member.value, path: path, domain: nil, names)
      var isChoice = false
      if case .choice(_, nil) = value { isChoice = true }
      let name = claim(member.key, at: member.keyPosition, "let", isChoice: isChoice, names, &taken)
      names.insert(member.key)
      if let name, let value { bindings.append(DescribedStep.Binding(name, value)) }
    }
    return .bind(bindings)
  }

  private func requirement(_ member: MappingReader.Member, _ names: StepNames) -> DescribedStep.Operation? {
    if case .mapping = member.value.content {
      guard let options = options(member, ["that", "because"]), let that = options.required("that"),
        let condition = expression(that.value, path: options.path("that"), names)
      else { return nil }
      return .require(condition, reason: options.text("because") ?? text(of: that.value))
    }
    return expression(member.value, path: member.key, names).map { .require($0, reason: text(of: member.value)) }
  }

  private func text(of node: YAMLNode) -> String {
    if case .scalar(let scalar) = node.content { "'\(scalar.text.shortened)' does not hold" } else { "" }
  }

  private mutating func condition(_ member: MappingReader.Member, _ names: StepNames) -> DescribedStep.Operation? {
    guard let options = options(member, ["that", "then", "else"]) else { return nil }
    let condition = options.required("that").flatMap { expression($0.value, path: options.path("that"), names) }
    let then = inner(options, "then", names.within())
    let otherwise = options.members["else"].map { steps($0.value, options.path("else"), names.within()) } ?? []
    return condition.map { .condition($0, then: then, otherwise: otherwise) }
  }

  // MARK: - Repetition and choice

  private mutating func repetition(
    _ member: MappingReader.Member, _ names: StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    guard let options = options(member, ["name", "count", "shared", "steps"]) else { return nil }
    let name = name(options, else: nil, mayBeTied: true, names, &taken)
    let count = options.required("count").flatMap {
      value($0.value, path: options.path("count"), domain: .whole(0...64), names)
    }
    let isShared = options.flag("shared") ?? false
    var inside = names.within(scope: name ?? "")
    let short = name.map { $0.hasPrefix("/") ? String($0.dropFirst()) : $0 } ?? ""
    for figure in ["index", "count"] { inside.insert("\(short).\(figure)") }
    let steps = inner(options, "steps", inside)
    guard let name, let count else { return nil }
    return .repetition(name, count: count, isShared: isShared, steps)
  }

  /// Named lists of steps, at least two of them.
  private mutating func branches(
    _ options: MappingReader, _ key: String, _ names: StepNames
  ) -> [DescribedStep.Branch]? {
    guard let member = options.required(key) else { return nil }
    guard
      let reader = MappingReader(
        member.value, path: options.path(key), at: member.keyPosition, keys: nil, log: log,
        expectation: "names with steps, such as {wide: [{dense: 64}], narrow: [{dense: 16}]}")
    else { return nil }
    guard reader.members.count >= 2 else {
      log.report(
        .invalidValue, at: member.value.position,
        "\(reader.path): expected at least two to choose from, met \(reader.members.count)")
      return nil
    }
    var branches: [DescribedStep.Branch] = []
    for member in reader.members.values {
      let steps = steps(member.value, reader.path(member.key.shortened), names)
      guard isRightName(member.key, at: member.keyPosition, reader.path) else { continue }
      branches.append(DescribedStep.Branch(member.key, steps))
    }
    return branches.count == reader.members.count ? branches : nil
  }

  private mutating func cell(
    _ member: MappingReader.Member, _ names: StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    guard let options = options(member, ["name", "inputs", "nodes", "inputsPerNode", "operations"]) else { return nil }
    let name = name(options, else: "cell", names, &taken)
    let inputs = options.members["inputs"].map { keptNames($0.value, options.path("inputs"), names, atLeast: 1) } ?? []
    let nodes = options.required("nodes").flatMap {
      value($0.value, path: options.path("nodes"), domain: .whole(1...16), names)
    }
    let inputsPerNode = options.wholeNumber("inputsPerNode", in: 1...4) ?? 2
    let operations = branches(options, "operations", names.within(scope: name ?? ""))
    guard let name, let inputs, let nodes, let operations else { return nil }
    return .cell(name, inputs: inputs, nodes: nodes, inputsPerNode: inputsPerNode, operations: operations)
  }

  // MARK: - Kept values

  private func keep(_ member: MappingReader.Member, _ names: inout StepNames) -> DescribedStep.Operation? {
    guard case .scalar(let scalar) = member.value.content, !scalar.text.isEmpty else {
      if !member.value.isInvalid {
        log.report(
          .wrongType, at: member.value.position, "keep: expected a name such as 'stem', met \(member.value.met)")
      }
      return nil
    }
    names.kept.insert(scalar.text)
    return isRightName(scalar.text, at: member.value.position, "keep") ? .keep(scalar.text) : nil
  }

  private func keptName(_ node: YAMLNode, _ path: String, _ names: StepNames) -> String? {
    guard case .scalar(let scalar) = node.content, !scalar.text.isEmpty else {
      if !node.isInvalid {
        log.report(.wrongType, at: node.position, "\(path): expected the name of a kept value, met \(node.met)")
      }
      return nil
    }
    guard names.kept.contains(scalar.text) else {
      let hint =
        names.kept.isEmpty
        ? "'keep: \(scalar.text.shortened)' keeps one" : NearestName.hint(for: scalar.text, among: names.kept.sorted())
      log.report(
        .unknownName, at: node.position, "\(path): no value is kept as '\(scalar.text.shortened)' before; \(hint)")
      return nil
    }
    return scalar.text
  }

  private func keptNames(_ node: YAMLNode, _ path: String, _ names: StepNames, atLeast least: Int) -> [String]? {
    guard case .list(let elements) = node.content else {
      if !node.isInvalid {
        log.report(
          .wrongType, at: node.position, "\(path): expected a list of kept values such as [stem, body], met \(node.met)"
        )
      }
      return nil
    }
    guard least...16 ~= elements.count else {
      log.report(
        .invalidValue, at: node.position, "\(path): expected \(least) to 16 kept values, met \(elements.count)")
      return nil
    }
    var found: [String] = []
    for element in elements {
      guard let name = keptName(element, path, names) else { continue }
      if found.contains(name) {
        log.report(.contradiction, at: element.position, "\(path): '\(name)' is listed twice")
      }
      found.append(name)
    }
    return found.count == elements.count ? found : nil
  }

  private func inputChoice(
    _ member: MappingReader.Member, _ names: StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    guard let options = options(member, ["name", "from", "count", "join"]) else { return nil }
    let name = name(options, else: "inputs", isChoice: true, names, &taken)
    let sources = options.required("from").flatMap {
      keptNames($0.value, options.path("from"), names, atLeast: 2)
    }
    let count = options.wholeNumber("count", in: 1...16) ?? 1
    let join = options.name("join", "join", DescribedStep.Join.self) ?? .sum
    guard let name, let sources else { return nil }
    guard count <= sources.count else {
      log.report(
        .invalidValue, at: options.members["count"]?.value.position ?? options.position,
        "\(options.path("count")): \(count) of \(sources.count) values cannot be taken")
      return nil
    }
    return .inputChoice(name, count: count, from: sources, join)
  }

  private func join(
    _ join: DescribedStep.Join, _ member: MappingReader.Member, _ names: StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    if case .list = member.value.content {
      let sources = keptNames(member.value, member.key, names, atLeast: 2)
      let name = claim(member.key, at: member.keyPosition, member.key, isChoice: false, names, &taken)
      guard let sources, let name else { return nil }
      return .join(name, join, of: sources)
    }
    guard let options = options(member, ["of", "name"]) else { return nil }
    let name = name(options, else: member.key, names, &taken)
    let sources = options.required("of").flatMap { keptNames($0.value, options.path("of"), names, atLeast: 2) }
    guard let name, let sources else { return nil }
    return .join(name, join, of: sources)
  }
}
