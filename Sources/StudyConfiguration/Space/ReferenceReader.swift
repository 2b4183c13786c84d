import OrderedCollections
import SearchSpace

/// Reads what one parameter depends on: `when` and `repeat`.
struct ReferenceReader {
  /// A part of a parameter that is read without a mistake, which may be absent.
  struct Part<Value> {
    let value: Value?
  }

  let name: String
  let options: MappingReader
  let draft: ParameterSpaceDraft
  let declaredNames: Set<String>
  /// Earlier parameters with mistakes, about which references say nothing.
  let refusedNames: Set<String>
  /// What has one value in all trials.
  let known: [String: ObjectiveReader.Known]
  let hyperparameters: [Hyperparameter]
  private var log: MistakeLog { options.log }

  // MARK: - Conditions

  /// The condition; nil, with messages, where there is a mistake in it.
  func condition() -> Part<ParameterSpace.Condition>? {
    guard let member = options.members["when"] else { return Part(value: nil) }
    guard
      let reader = MappingReader(
        member.value, path: "\(options.path).when", at: member.keyPosition, keys: nil, log: log,
        expectation: "a parameter with a value, such as {optimizer: momentum}")
    else { return nil }
    guard !reader.members.isEmpty else {
      log.report(
        .invalidValue, at: member.value.position, "\(reader.path): expected a parameter with a value, met none")
      return nil
    }
    var requirements: OrderedDictionary<String, [Choice]> = [:]
    var isRight = true
    for member in reader.members.values {
      guard let values = requirement(member, path: reader.path) else {
        isRight = false
        continue
      }
      requirements[member.key] = values.value
    }
    guard isRight else { return nil }
    return Part(value: requirements.isEmpty ? nil : ParameterSpace.Condition(requirements))
  }

  /// The values that one parameter is to have; absent where it has one of them in all trials.
  private func requirement(_ member: MappingReader.Member, path: String) -> Part<[Choice]>? {
    var nodes = [member.value]
    if case .list(let elements) = member.value.content { nodes = elements }
    guard !nodes.isEmpty else {
      log.report(.invalidValue, at: member.value.position, "\(path).\(member.key): expected a value, met an empty list")
      return nil
    }
    guard !refusedNames.contains(member.key) else { return nil }
    if !declaredNames.contains(member.key), let known = known[member.key] {
      return requirement(member, nodes, known: known, path: path)
    }
    var values: [Choice] = []
    for node in nodes {
      guard let value = node.choice else {
        if !node.isInvalid {
          log.report(.wrongType, at: node.position, "\(path).\(member.key): expected a value, met \(node.met)")
        }
        continue
      }
      do throws(SearchSpaceError) {
        values.append(try draft.requirement(of: name, on: member.key, value: value))
      } catch {
        // A wrong value stands at the value; a wrong reference at its name, and is wrong for all values.
        guard error.code == .invalidValue else {
          log.report(.unknownName, at: member.keyPosition, "\(path): \(error.message)")
          return nil
        }
        log.report(.invalidValue, at: node.position, "\(path): \(error.message)")
      }
    }
    return values.count == nodes.count ? Part(value: values) : nil
  }

  private func requirement(
    _ member: MappingReader.Member, _ nodes: [YAMLNode], known: ObjectiveReader.Known, path: String
  ) -> Part<[Choice]>? {
    guard let hyperparameter = hyperparameters.first(where: { $0.name == member.key }) else { return nil }
    let values = nodes.compactMap { log.value($0, of: hyperparameter, path: "\(path).\(member.key)") }
    guard values.count == nodes.count, let value = known.value else { return nil }
    if values.contains(where: { $0 == value || ($0.numericValue != nil && $0.numericValue == value.numericValue) }) {
      return Part(value: nil)
    }
    log.report(
      .contradiction, at: member.keyPosition,
      "'\(name)' never exists: \(member.key) is \(known.phrase(value)); search \(member.key) too, or leave '\(name)' out"
    )
    return nil
  }

  // MARK: - Repetitions

  /// The repetition; nil, with messages, where there is a mistake in it.
  func repetition(of hyperparameter: Hyperparameter?) -> Part<ParameterSpace.Repetition>? {
    guard let member = options.members["repeat"] else { return Part(value: nil) }
    let path = "\(options.path).repeat"
    if let hyperparameter, !hyperparameter.isPerLayer {
      let repeatable = hyperparameters.filter(\.isPerLayer).map { "'\($0.name)'" }.joined(separator: " or ")
      log.report(
        .contradiction, at: member.keyPosition,
        "'\(hyperparameter.name)' exists once; only \(repeatable) can be repeated")
      return nil
    }
    let repetition: ParameterSpace.Repetition
    switch member.value.choice {
    case .string(let reference) where !reference.isEmpty:
      guard !refusedNames.contains(reference) else { return nil }
      guard declaredNames.contains(reference) || known[reference] == nil else {
        guard hyperparameter == nil || reference == "depth" else { return refuseLayers(member) }
        return known[reference]?.value?.wholeNumber.map { Part(value: .times($0)) }
      }
      repetition = .valueOf(reference)
    case .int(let count): repetition = .times(count)
    default:
      if !member.value.isInvalid {
        log.report(
          .wrongType, at: member.value.position,
          "\(path): expected the name of a parameter or a whole number, met \(member.value.met)")
      }
      return nil
    }
    do throws(SearchSpaceError) {
      _ = try draft.counts(of: repetition, repeating: name)
    } catch {
      log.report(
        error.code == .invalidValue ? .invalidValue : .unknownName, at: member.value.position,
        "\(path): \(error.message)")
      return nil
    }
    if hyperparameter != nil, !countsLayers(repetition) { return refuseLayers(member) }
    return Part(value: repetition)
  }

  /// Whether units repeated so are one for each layer.
  private func countsLayers(_ repetition: ParameterSpace.Repetition) -> Bool {
    switch repetition {
    case .valueOf(let reference): reference == "depth"
    case .times(let count):
      !declaredNames.contains("depth") && known["depth"]?.value.map { $0 == .int(count) } ?? true
    }
  }

  private func refuseLayers(_ member: MappingReader.Member) -> Part<ParameterSpace.Repetition>? {
    log.report(
      .contradiction, at: member.value.position,
      "\(options.path).repeat: expected depth, so that each layer has its units, met \(member.value.met)")
    return nil
  }
}
