import OrderedCollections
import SearchSpace

/// Reads the range or the choices of one parameter.
struct ParameterReader {
  static let kinds = ["float", "int", "choice"]
  static let keys = kinds + ["log", "step", "repeat", "when"]

  private let options: MappingReader
  private let hyperparameter: Hyperparameter?
  private var log: MistakeLog { options.log }

  init(_ options: MappingReader, hyperparameter: Hyperparameter?) {
    self.options = options
    self.hyperparameter = hyperparameter
  }

  /// The distribution; nil, with messages, where there is a mistake in it.
  func distribution() -> Distribution? {
    let kinds = options.members.values.filter { Self.kinds.contains($0.key) }
    guard let kind = kinds.first else {
      // An unknown key, which is reported, was probably meant to be the kind.
      if !options.hasUnknownKeys {
        log.report(.missingKey, at: options.position, "missing key 'float', 'int' or 'choice' in \(options.path)")
      }
      return nil
    }
    guard kinds.count == 1 else {
      log.report(
        .contradiction, at: kinds[1].keyPosition,
        "\(options.path) is '\(kind.key)' already; '\(kinds[1].key)' makes it another parameter")
      return nil
    }
    return kind.key == "choice" ? choices(kind.value) : range(kind)
  }

  // MARK: - Ranges

  private func range(_ kind: MappingReader.Member) -> Distribution? {
    guard case .scalar(let scalar) = kind.value.content, !scalar.text.isEmpty else {
      if !kind.value.isInvalid {
        log.report(
          .wrongType, at: kind.value.position,
          "\(options.path).\(kind.key): expected a range such as 0..1, met \(kind.value.met)")
      }
      return nil
    }
    let isLogarithmic = options.flag("log")
    let step = step(isWhole: kind.key == "int")
    let isComplete =
      (isLogarithmic != nil || options.members["log"] == nil) && (step != nil || options.members["step"] == nil)
    if isLogarithmic == true, let place = options.members["step"]?.keyPosition {
      log.report(
        .contradiction, at: place, "\(options.path): 'step' and 'log' exclude each other; keep one of them")
      return nil
    }
    do throws(SearchSpaceError) {
      let range = try RangeText(scalar.text)
      guard isComplete else { return nil }
      let distribution =
        kind.key == "int"
        ? try range.int(log: isLogarithmic ?? false, step: step?.wholeNumber ?? 1)
        : try range.float(log: isLogarithmic ?? false, step: step?.numericValue)
      return accepted(distribution, kind, range)
    } catch {
      log.report(
        error.code == .emptyRange ? .emptyRange : .invalidValue, at: kind.value.position,
        "\(options.path): \(error.message)")
      return nil
    }
  }

  private func step(isWhole: Bool) -> Choice? {
    isWhole
      ? options.wholeNumber("step", in: 1...Int.max).map(Choice.int)
      : options.number("step", in: .above(0)).map(Choice.double)
  }

  private func accepted(
    _ distribution: Distribution, _ kind: MappingReader.Member, _ range: RangeText
  ) -> Distribution? {
    guard let hyperparameter, !hyperparameter.domain.contains(distribution) else { return distribution }
    switch (hyperparameter.domain, distribution) {
    case (.names(_, let names), _):
      log.report(
        .wrongType, at: kind.keyPosition,
        "\(options.path): expected 'choice' with some of \(names.joined(separator: ", ")), met '\(kind.key)'")
    case (.whole, .float):
      log.report(
        .wrongType, at: kind.keyPosition,
        "\(options.path): expected 'int' or 'choice', as it is \(hyperparameter.domain), met '\(kind.key)'")
    default:
      log.report(
        .invalidValue, at: kind.value.position,
        "\(options.path): expected \(hyperparameter.domain), met the range '\(range.text)'")
    }
    return nil
  }

  // MARK: - Choices

  private func choices(_ value: YAMLNode) -> Distribution? {
    var isRight = true
    for key in ["log", "step"] {
      guard let member = options.members[key] else { continue }
      log.report(
        .contradiction, at: member.keyPosition, "'\(key)' belongs to a range; \(options.path) is a choice")
      isRight = false
    }
    guard case .list(let elements) = value.content, !elements.isEmpty else {
      if !value.isInvalid {
        let met = if case .list = value.content { "an empty list" } else { value.met }
        log.report(
          .wrongType, at: value.position, "\(options.path).choice: expected a list such as [a, b], met \(met)")
      }
      return nil
    }
    var choices: [Choice] = []
    for element in elements {
      guard let choice = choice(element) else {
        isRight = false
        continue
      }
      if choices.contains(choice) {
        log.report(.contradiction, at: element.position, "\(options.path): the choice '\(choice)' is listed twice")
        isRight = false
      } else {
        choices.append(choice)
      }
    }
    guard isRight, let distribution = try? CategoricalDistribution(choices) else { return nil }
    return .categorical(distribution)
  }

  private func choice(_ element: YAMLNode) -> Choice? {
    if let hyperparameter {
      guard let choice = log.value(element, of: hyperparameter, path: options.path) else { return nil }
      if case .whole = hyperparameter.domain { return choice.wholeNumber.map(Choice.int) }
      return choice
    }
    if let choice = element.choice { return choice }
    guard !element.isInvalid else { return nil }
    let isNumber = if case .scalar = element.content { true } else { false }
    log.report(
      .wrongType, at: element.position,
      isNumber
        ? "\(options.path): the number \(element.met) does not fit in 64 bits; put it in quotes"
        : "\(options.path): expected a text, a number, true, false or null as a choice, met \(element.met)")
    return nil
  }
}
