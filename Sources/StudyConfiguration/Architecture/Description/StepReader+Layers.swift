import ArchitectureSearch
import Graphs
import OrderedCollections
import SearchSpace

extension StepReader {
  /// Reads a layer.
  func layer(
    _ kind: DescribedLayer.Kind, _ member: MappingReader.Member, _ names: StepNames, _ taken: inout [String: Position]
  ) -> DescribedStep.Operation? {
    let keys = kind.keys
    let own = keys.map(\.rawValue) + (kind.hasWeights ? ["bits"] : [])
    // A single value may stand for its key: `dropout: 0.2`, `activation: relu`.
    var member = member
    if let first = keys.first, !member.value.isMapping, !member.value.isEmpty, !member.value.isInvalid {
      let short = YAMLNode.Member(key: first.rawValue, keyPosition: member.value.position, value: member.value)
      member = MappingReader.Member(
        key: member.key, keyPosition: member.keyPosition,
        value: YAMLNode(content: .mapping([short]), position: member.value.position), isCorrected: member.isCorrected)
    }
    guard let options = options(member, (kind == .classifier ? [] : ["name"]) + own) else { return nil }
    let name: String? =
      kind == .classifier
      ? claimed(["pooling", "dropout", "output"], by: options, names, &taken)
      : name(options, else: kind.rawValue, names, &taken)
    if kind.needsFirst, let first = keys.first, options.members[first.rawValue] == nil {
      _ = options.required(first.rawValue)
      return nil
    }
    var values: [DescribedLayer.Key: DescribedValue] = [:]
    for key in keys {
      guard let given = options.members[key.rawValue] else { continue }
      values[key] = value(given.value, path: options.path(key.rawValue), domain: key.domain, names)
    }
    for key in keys { checkEffect(of: key, kind, values, options) }
    let bits = kind.hasWeights ? options.wholeNumbers("bits", in: 2...8) : nil
    guard let name else { return nil }
    return .layer(DescribedLayer(kind, name: name, values: values, bits: bits))
  }

  /// Reports the number of an activation that the layer never has.
  private func checkEffect(
    of key: DescribedLayer.Key, _ kind: DescribedLayer.Kind, _ values: [DescribedLayer.Key: DescribedValue],
    _ options: MappingReader
  ) {
    guard let activation = key.activation, let member = options.members[key.rawValue] else { return }
    let function: DescribedLayer.Key = kind == .activation ? .function : .activation
    let mayHaveIt =
      switch values[function] {
      case .constant(let choice): choice == .string(activation)
      case .choice(.categorical(let list), _): list.choices.contains(.string(activation))
      case .choice, .expression: true
      // What is wrong is reported; what is left out is relu.
      case nil: options.members[function.rawValue] != nil
      }
    guard !mayHaveIt else { return }
    log.report(
      .contradiction, at: member.keyPosition,
      "\(options.path(key.rawValue)) has no effect: the \(function.rawValue) is never \(activation); write "
        + "'\(function.rawValue): \(activation)', or leave it out")
  }

  /// Claims the names of the layers that a classifier is made of.
  private func claimed(
    _ parts: [String], by options: MappingReader, _ names: StepNames, _ taken: inout [String: Position]
  ) -> String? {
    for part in parts
    where claim(part, at: options.position, options.path, isChoice: false, names, &taken) == nil { return nil }
    return "output"
  }
}

extension DescribedLayer.Key {
  /// What values are accepted.
  var domain: Hyperparameter.Domain {
    if let bounds { return .whole(bounds) }
    switch self {
    case .probability: return .real(.from(0).below(1))
    case .negativeSlope: return Hyperparameter.negativeSlope.domain
    case .eluAlpha: return Hyperparameter.eluAlpha.domain
    case .normalization: return .names("normalization", DescribedLayer.normalizations)
    case .function: return .names("activation", Activation.standard.map(\.name) + ["softmax"])
    default: return .names("activation", Activation.standard.map(\.name) + ["none"])
    }
  }
}

extension YAMLNode {
  /// Whether nothing is written.
  var isEmpty: Bool { if case .scalar(let scalar) = content { scalar.isPlain && scalar.text.isEmpty } else { false } }
}
