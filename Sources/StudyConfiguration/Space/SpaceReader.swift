import OrderedCollections
import SearchSpace

/// Reads what stands under `space`.
///
/// A parameter that has a mistake is left out, and whatever refers to it is not checked against it: one mistake causes
/// one message.
struct SpaceReader {
  /// The space; nil where the file has mistakes in it.
  private(set) var space: ParameterSpace?

  private let log: MistakeLog
  private let objective: ObjectiveReader?
  private let isGrid: Bool
  private let reader: MappingReader
  private var draft: ParameterSpaceDraft
  private var refusedNames: Set<String> = []

  /// Nil, with a message, where the value is no mapping.
  ///
  /// - Parameters:
  ///   - objective: What the space searches for; nil where any name is allowed.
  ///   - isGrid: Whether the grid sampler is to enumerate the space.
  init?(_ member: MappingReader.Member, objective: ObjectiveReader?, isGrid: Bool, log: MistakeLog) {
    guard
      let reader = MappingReader(
        member.value, path: "space", at: member.keyPosition, keys: objective?.hyperparameters.map(\.name), log: log,
        expectation: "parameters such as learningRate: {float: 1e-4..1e-1, log: true}")
    else { return nil }
    self.log = log
    self.objective = objective
    self.isGrid = isGrid
    self.reader = reader
    draft = ParameterSpaceDraft(
      names: Array(reader.members.keys), otherNames: objective?.hyperparameters.map(\.name) ?? [])
    if reader.members.isEmpty, case .mapping(let members) = member.value.content, members.isEmpty {
      log.report(.missingKey, at: member.value.position, "space has no parameter")
    }
    for member in reader.members.values {
      if let entry = entry(member), append(entry, at: member.keyPosition) { continue }
      refusedNames.insert(member.key)
    }
    space = try? draft.space()
  }

  private mutating func append(_ entry: ParameterSpace.Entry, at position: Position) -> Bool {
    do throws(SearchSpaceError) {
      try draft.append(entry)
      return true
    } catch {
      log.report(.contradiction, at: position, "space: \(error.message)")
      return false
    }
  }

  private func entry(_ member: MappingReader.Member) -> ParameterSpace.Entry? {
    let name = member.key
    let hyperparameter = objective?.hyperparameters.first { $0.name == name }
    guard
      let options = MappingReader(
        member.value, path: "space.\(name.shortened)", at: member.keyPosition, keys: ParameterReader.keys, log: log,
        expectation: "a range or a choice, such as {float: 0..1} or {choice: [a, b]}")
    else { return nil }
    guard !isFixed(member) else { return nil }
    let distribution = ParameterReader(options, hyperparameter: hyperparameter).distribution()
    let references = ReferenceReader(
      name: name, options: options, draft: draft, declaredNames: Set(reader.members.keys), refusedNames: refusedNames,
      known: objective?.known ?? [:], hyperparameters: objective?.hyperparameters ?? [])
    let condition = references.condition()
    let repetition = references.repetition(of: hyperparameter)
    guard let distribution, let condition, let repetition else { return nil }
    let entry = ParameterSpace.Entry(name, distribution, when: condition.value, repeated: repetition.value)
    return isEnumerable(entry, member, options) ? entry : nil
  }

  /// Whether the objective fixes what the space searches; reported here.
  private func isFixed(_ member: MappingReader.Member) -> Bool {
    guard !member.isCorrected, let known = objective?.known[member.key] else { return false }
    switch known.origin {
    case .byDefault: return false
    case .fixed(let position):
      log.report(
        .contradiction, at: member.keyPosition,
        "'\(member.key)' is searched here and fixed under objective in line \(position.line); keep one of them")
    case .listed(let position):
      // Where the space searches the widths as well, the list is the mistake, and it is reported there.
      guard let width = objective?.hyperparameters.first(where: \.isPerLayer)?.name, reader.members[width] == nil
      else { return false }
      log.report(
        .contradiction, at: member.keyPosition,
        "'\(member.key)' is searched here, but objective.\(width) in line \(position.line) lists the layers; "
          + "write one number of \(width) there")
    }
    return true
  }

  /// Whether the grid sampler, if it is asked for, can enumerate the parameter; reported here.
  private func isEnumerable(
    _ entry: ParameterSpace.Entry, _ member: MappingReader.Member, _ options: MappingReader
  ) -> Bool {
    guard isGrid else { return true }
    if case .float(let range) = entry.distribution, range.step == nil, !range.isSingle {
      log.report(
        .contradiction, at: member.keyPosition,
        "the grid sampler cannot enumerate the continuous range of '\(entry.name)'; give it a step or a choice")
      return false
    }
    var reference = entry.condition == nil ? nil : "when"
    if case .valueOf = entry.repetition { reference = reference ?? "repeat" }
    guard let reference, let place = options.members[reference]?.keyPosition else { return true }
    log.report(
      .contradiction, at: place,
      "the grid sampler needs parameters that always exist, but '\(entry.name)' depends on another one")
    return false
  }
}
