import ArchitectureSearch
import OrderedCollections
import SearchSpace
import Spelling

/// Reads the steps of a described space.
///
/// A step with a mistake is left out and its names are known all the same: one mistake causes one message.
struct StepReader {
  /// Far more than a description needs.
  private static let mostSteps = 500
  private static let deepest = 8

  let log: MistakeLog
  /// The hyperparameters, by whose names no choice at the top goes.
  let hyperparameters: Set<String>
  private var stepCount = 0

  init(log: MistakeLog, hyperparameters: Set<String>) {
    self.log = log
    self.hyperparameters = hyperparameters
  }

  /// The kinds of steps that are no layers.
  enum Structure: String, CaseIterable {
    case bind = "let"
    case scope
    case repetition = "repeat"
    case layerChoice, optional, skip
    case condition = "if"
    case cell, inputChoice, add, multiply, concatenate, keep, take, require
  }

  static let kinds = DescribedLayer.Kind.allCases.map(\.rawValue) + Structure.allCases.map(\.rawValue)

  /// The steps of a list.
  ///
  /// - Parameters:
  ///   - what: What the list is of, in a message.
  ///   - names: What the steps may refer to; those that they add are gone afterwards.
  mutating func steps(_ node: YAMLNode, _ what: String, _ names: StepNames) -> [DescribedStep] {
    guard case .list(let elements) = node.content else {
      if !node.isInvalid {
        log.report(.wrongType, at: node.position, "\(what): expected a list of steps, met \(node.met)")
      }
      return []
    }
    guard names.depth <= Self.deepest else {
      log.report(.tooLarge, at: node.position, "\(what): steps are nested at most \(Self.deepest) deep")
      return []
    }
    var names = names
    var taken: [String: Position] = [:]
    return elements.compactMap { step($0, &names, &taken) }
  }

  private mutating func step(
    _ node: YAMLNode, _ names: inout StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep? {
    stepCount += 1
    guard stepCount <= Self.mostSteps else {
      if stepCount == Self.mostSteps + 1 {
        log.report(.tooLarge, at: node.position, "a space has at most \(Self.mostSteps) steps")
      }
      return nil
    }
    guard let member = kind(node) else { return nil }
    let place = SourcePlace(line: member.keyPosition.line, column: member.keyPosition.column)
    let operation =
      if let kind = DescribedLayer.Kind(rawValue: member.key) {
        layer(kind, member, names, &taken)
      } else if let structure = Structure(rawValue: member.key) {
        self.structure(structure, member, &names, &taken)
      } else {
        nil as DescribedStep.Operation?
      }
    return operation.map { DescribedStep($0, at: place) }
  }

  /// The kind of a step with what stands below it; a mistyped one is reported and read as the nearest.
  private func kind(_ node: YAMLNode) -> MappingReader.Member? {
    let (text, position, value): (String, Position, YAMLNode)
    switch node.content {
    case .invalid: return nil
    case .scalar(let scalar) where !scalar.text.isEmpty:
      (text, position) = (scalar.text, node.position)
      value = YAMLNode(content: .scalar(YAMLNode.Scalar(text: "", isPlain: true)), position: node.position)
    case .mapping(let members):
      guard let first = members.first else { fallthrough }
      if members.count > 1 {
        log.report(
          .contradiction, at: members[1].keyPosition,
          "a step has a single key, its kind '\(first.key.shortened)'; indent '\(members[1].key.shortened)' below it, or "
            + "begin another step with '-'")
        return nil
      }
      (text, position, value) = (first.key, first.keyPosition, first.value)
    default:
      log.report(
        .wrongType, at: node.position, "expected a step such as 'convolution: {channels: 8}', met \(node.met)")
      return nil
    }
    guard !Self.kinds.contains(text) else {
      return MappingReader.Member(key: text, keyPosition: position, value: value, isCorrected: false)
    }
    log.report(
      .unknownName, at: position,
      "unknown step '\(text.shortened)'; \(NearestName.hint(for: text, among: Self.kinds))")
    return NearestName.find(text, among: Self.kinds).map {
      MappingReader.Member(key: $0, keyPosition: position, value: value, isCorrected: true)
    }
  }

  // MARK: - Names

  /// The options of a step; a step without any has none given. Nil, with a message, for what is no mapping.
  func options(_ member: MappingReader.Member, _ keys: [String]) -> MappingReader? {
    var value = member.value
    if case .scalar(let scalar) = value.content, scalar.isPlain, scalar.text.isEmpty {
      value = YAMLNode(content: .mapping([]), position: member.keyPosition)
    }
    return MappingReader(
      value, path: member.key, at: member.keyPosition, keys: keys, log: log,
      expectation: "options in braces, such as {\(keys.prefix(2).map { "\($0): …" }.joined(separator: ", "))}")
  }

  /// The name of a step, which differs from the others in its list; nil, with a message, where it is none.
  ///
  /// - Parameters:
  ///   - usual: The name where none is given; nil where one is necessary.
  ///   - isChoice: Whether a choice goes by the name itself.
  func name(
    _ options: MappingReader, else usual: String?, isChoice: Bool = false, mayBeTied: Bool = false,
    _ names: StepNames, _ taken: inout [String: Position]
  ) -> String? {
    guard let member = options.members["name"] else {
      guard let usual else {
        _ = options.required("name")
        return nil
      }
      return claim(usual, at: options.position, options.path, isChoice: isChoice, names, &taken)
    }
    guard let text = options.text("name") else { return nil }
    let bare = mayBeTied && text.hasPrefix("/") ? String(text.dropFirst()) : text
    guard isRightName(bare, at: member.value.position, options.path) else { return nil }
    return claim(text, at: member.value.position, options.path, isChoice: isChoice, names, &taken)
  }

  /// Whether a text is letters, digits, '_' and '-', and not too long.
  func isRightName(_ text: String, at position: Position, _ path: String) -> Bool {
    let isRight =
      1...40 ~= text.utf8.count
      && text.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
          true
        default: false
        }
      }
    if !isRight {
      log.report(
        .invalidValue, at: position,
        "\(path): a name has 1 to 40 letters, digits, '_' and '-', but '\(text.shortened)' is none")
    }
    return isRight
  }

  func claim(
    _ name: String, at position: Position, _ path: String, isChoice: Bool, _ names: StepNames,
    _ taken: inout [String: Position]
  ) -> String? {
    if let earlier = taken[name] {
      log.report(
        .contradiction, at: position,
        "\(path): the name '\(name)' is taken in line \(earlier.line); give this step another with 'name'")
      return nil
    }
    taken[name] = position
    if isChoice { checkTop(name, at: position, path, names) }
    return name
  }

  /// Reports a choice at the top that goes by the name of a hyperparameter.
  func checkTop(_ name: String, at position: Position, _ path: String, _ names: StepNames) {
    guard names.isTop, hyperparameters.contains(name) else { return }
    log.report(
      .contradiction, at: position,
      "\(path): '\(name)' is a hyperparameter of the training; give the choice another name, or a scope")
  }
}
