import ArchitectureSearch
import OrderedCollections
import SearchSpace
import Spelling

extension StepReader {
  /// A value: fixed, a list or a range to choose from, options such as `{int: 8..64, step: 8, tie: width}`, or an expression
  /// over earlier choices. Nil, with messages, for anything else.
  ///
  /// - Parameter domain: What is accepted; nil for any choice, `bool` among them.
  func value(
    _ node: YAMLNode, path: String, domain: Hyperparameter.Domain?, _ names: StepNames
  ) -> DescribedValue? {
    switch node.content {
    case .invalid: return nil
    case .list(let elements): return list(elements, node, path, domain)
    case .mapping: return options(node, path, domain, names)
    case .scalar(let scalar):
      guard !scalar.text.isEmpty else {
        report(node, path, domain)
        return nil
      }
      if scalar.isPlain, scalar.text.contains("..") { return range(scalar.text, node, path, domain) }
      guard case .string(let text) = node.choice else { return constant(node, path, domain) }
      if domain == nil, text == "bool", !names.values.contains(text) { return .choice(Self.bool, tie: nil) }
      if case .names(let kind, let valid) = domain, !names.values.contains(text) {
        if valid.contains(text) { return .constant(.string(text)) }
        guard !Expression.isName(text) else {
          log.report(
            .unknownName, at: node.position,
            "unknown \(kind) '\(text.shortened)'; \(NearestName.hint(for: text, among: valid))")
          return nil
        }
      }
      return expression(node, path: path, names, also: domain == nil ? ["bool"] : []).map(DescribedValue.expression)
    }
  }

  private static let bool: Distribution = {
    guard let distribution = try? CategoricalDistribution([false, true]) else { preconditionFailure("two choices") }
    return .categorical(distribution)
  }()

  private func constant(_ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?) -> DescribedValue? {
    guard let choice = node.choice, domain?.contains(choice) ?? true else {
      report(node, path, domain)
      return nil
    }
    return .constant(choice)
  }

  private func report(_ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?) {
    guard !node.isInvalid else { return }
    log.report(
      node.choice?.numericValue == nil ? .wrongType : .invalidValue, at: node.position,
      "\(path): expected \(domain?.description ?? "a value, or several to choose from"), met \(node.met)")
  }

  // MARK: - Choices

  private func list(
    _ elements: [YAMLNode], _ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?
  ) -> DescribedValue? {
    guard !elements.isEmpty else {
      log.report(.wrongType, at: node.position, "\(path): expected at least one to choose from, met an empty list")
      return nil
    }
    var choices: [Choice] = []
    for element in elements {
      guard let choice = element.choice, domain?.contains(choice) ?? true else {
        if case .names(let kind, let valid) = domain, case .scalar(let scalar) = element.content, !scalar.text.isEmpty {
          log.report(
            .unknownName, at: element.position,
            "unknown \(kind) '\(scalar.text.shortened)'; \(NearestName.hint(for: scalar.text, among: valid))")
        } else {
          report(element, path, domain)
        }
        continue
      }
      if choices.contains(choice) {
        log.report(.contradiction, at: element.position, "\(path): '\(choice)' is listed twice")
        continue
      }
      choices.append(choice)
    }
    guard choices.count == elements.count else { return nil }
    let numbers = choices.compactMap { choice -> Int? in if case .int(let number) = choice { number } else { nil } }
    guard numbers.count == choices.count else {
      return (try? CategoricalDistribution(choices)).map { .choice(.categorical($0), tie: nil) }
    }
    return (try? WholeNumbers(numbers).distribution(of: path)).map { .choice($0, tie: nil) }
  }

  private func range(
    _ text: String, _ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?
  ) -> DescribedValue? {
    do throws(SearchSpaceError) {
      let range = try RangeText(text)
      if case .real = domain { return accepted(try range.float(), node, path, domain) }
      if domain == nil, let numbers = try? range.int() { return .choice(numbers, tie: nil) }
      return accepted(try domain == nil ? range.float() : range.int(), node, path, domain)
    } catch {
      log.report(
        error.code == .emptyRange ? .emptyRange : .invalidValue, at: node.position, "\(path): \(error.message)")
      return nil
    }
  }

  private func options(
    _ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?, _ names: StepNames
  ) -> DescribedValue? {
    guard
      let reader = MappingReader(
        node, path: path, at: node.position, keys: ParameterReader.kinds + ["log", "step", "tie"], log: log)
    else { return nil }
    let distribution = ParameterReader(reader, hyperparameter: nil).distribution()
    var tie: String?
    if let member = reader.members["tie"] {
      guard let text = reader.text("tie") else { return nil }
      guard isRightName(text, at: member.value.position, reader.path("tie")) else { return nil }
      if hyperparameters.contains(text) {
        log.report(
          .contradiction, at: member.value.position,
          "\(reader.path("tie")): '\(text)' is a hyperparameter of the training; take another name")
        return nil
      }
      tie = text
    }
    guard let distribution else { return nil }
    return accepted(distribution, node, path, domain, tie: tie)
  }

  private func accepted(
    _ distribution: Distribution, _ node: YAMLNode, _ path: String, _ domain: Hyperparameter.Domain?,
    tie: String? = nil
  ) -> DescribedValue? {
    guard let domain, !domain.contains(distribution) else { return .choice(distribution, tie: tie) }
    let met =
      switch distribution {
      case .float(let range): "the real numbers \(range.low)..\(range.high)"
      case .int(let range): "\(range.low)..\(range.high)"
      case .categorical(let list):
        list.choices.filter { !domain.contains($0) }.map { "'\($0)'" }.joined(separator: ", ")
      }
    log.report(.invalidValue, at: node.position, "\(path): expected \(domain) in every case, met \(met)")
    return nil
  }

  // MARK: - Expressions

  /// A formula over names that are known here; nil, with a message, for anything else.
  ///
  /// - Parameter also: Other words that may have been meant.
  func expression(_ node: YAMLNode, path: String, _ names: StepNames, also: [String] = []) -> Expression? {
    guard case .scalar(let scalar) = node.content, !scalar.text.isEmpty else {
      if !node.isInvalid {
        log.report(
          .wrongType, at: node.position,
          "\(path): expected an expression such as 'width > 8 and not wide', met \(node.met)")
      }
      return nil
    }
    do throws(ExpressionError) {
      let expression = try Expression(parsing: scalar.text)
      for (name, offset) in expression.names where !names.values.contains(name) {
        log.report(
          .unknownName, at: position(of: offset, in: scalar, at: node.position),
          "\(path): '\(name.shortened)' is no choice before; "
            + NearestName.hint(for: name, among: also + names.values.sorted()))
        return nil
      }
      return expression
    } catch {
      log.report(
        .syntax, at: position(of: error.offset ?? 0, in: scalar, at: node.position), "\(path): \(error.message)")
      return nil
    }
  }

  /// The place of a character of a scalar, where the text stands in one line as it is meant, else that of the scalar.
  private func position(of offset: Int, in scalar: YAMLNode.Scalar, at start: Position) -> Position {
    guard let line = log.source.line(start.line) else { return start }
    let text = Array(scalar.text.unicodeScalars)
    for quotes in 0...1 where line.dropFirst(start.column - 1 + quotes).starts(with: text) {
      return Position(line: start.line, column: start.column + quotes + offset)
    }
    return start
  }
}
