import Yams

/// Turns a YAML text into nodes with their positions.
struct YAMLComposer {
  private let log: MistakeLog
  /// Keys that are given again later, by position; the text that is parsed has another key in their place.
  private var maskedKeys: [Position: String] = [:]
  private var nodeCount = 0

  private init(_ log: MistakeLog) { self.log = log }

  /// The document of a text; nil where it has none, with the reason in the log.
  static func compose(_ log: MistakeLog) -> YAMLNode? {
    var composer = YAMLComposer(log)
    return composer.document()
  }

  private mutating func document() -> YAMLNode? {
    let source = log.source
    if let position = YAMLLimits.firstCostlyToken(in: source) {
      log.report(
        .tooLarge, at: position,
        "more than \(YAMLLimits.costlyTokens) aliases or keys in '?' form; a study file does without them")
      return nil
    }
    var text = Array(source.text.unicodeScalars)
    while true {
      do {
        // The parser lives on while its nodes are read: their anchors are weak references into it.
        let parser = try Parser(
          yaml: String(String.UnicodeScalarView(text)), resolver: .basic, encoding: .utf8)
        guard let root = try parser.singleRoot() else {
          log.report(
            .missingKey, at: Position(line: 1, column: 1),
            "the file holds no study; it needs 'space' and 'direction' or 'objective'")
          return nil
        }
        return withExtendedLifetime(parser) { node(root, depth: 0) }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let position = Position(context.mark)
        let mayReadOn = maskedKeys.count < 64 && (maskedKeys.count + 2) * text.count <= YAMLLimits.charactersRead
        guard mayReadOn, let key = keys.first, mask(key, at: position, in: &text) else {
          log.report(.duplicateKey, at: position, "this key is given again later")
          return nil
        }
      } catch {
        reportSyntax(error)
        return nil
      }
    }
  }

  /// Replaces the first letter of a key that is given again by one that no other key has, so that the parser goes on to
  /// the rest of the file.
  private mutating func mask(_ key: String, at position: Position, in text: inout [Unicode.Scalar]) -> Bool {
    guard let letter = key.unicodeScalars.first, let line = log.source.line(position.line),
      let mark = Unicode.Scalar(UInt32(0xE000 + maskedKeys.count)), var index = offset(of: position)
    else { return false }
    if let quote = line.dropFirst(position.column - 1).first, quote == "'" || quote == "\"" { index += 1 }
    guard text.indices.contains(index), text[index] == letter, maskedKeys[position] == nil else { return false }
    text[index] = mark
    maskedKeys[position] = key
    return true
  }

  private func offset(of position: Position) -> Int? {
    var current = (line: 1, column: 1)
    var previous: Unicode.Scalar?
    for (index, scalar) in log.source.text.unicodeScalars.enumerated() {
      if current == (position.line, position.column) { return index }
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}": current = (current.line + 1, 1)
      default: current.column += 1
      }
      previous = scalar
    }
    return nil
  }

  // MARK: - Nodes

  private mutating func node(_ node: Node, depth: Int) -> YAMLNode {
    let position = node.mark.map(Position.init) ?? Position(line: 1, column: 1)
    func invalid(_ code: ConfigurationError.Code, _ message: String) -> YAMLNode {
      log.report(code, at: position, message)
      return YAMLNode(content: .invalid, position: position)
    }
    nodeCount += 1
    guard nodeCount <= YAMLLimits.nodes else {
      return nodeCount == YAMLLimits.nodes + 1
        ? invalid(.tooLarge, "more than \(YAMLLimits.nodes) values in one file")
        : YAMLNode(content: .invalid, position: position)
    }
    guard depth <= YAMLLimits.depth else {
      return invalid(.tooLarge, "nested deeper than \(YAMLLimits.depth) levels")
    }
    if let anchor = node.anchor {
      return invalid(.syntax, "the anchor '&\(anchor.rawValue.shortened)': study files have no anchors and aliases")
    }
    switch node {
    case .scalar(let scalar):
      let tag = scalar.tag.rawValue
      guard ["", Tag.Name.str.rawValue].contains(tag) else { return invalid(.syntax, Self.message(tag: tag)) }
      return YAMLNode(
        content: .scalar(YAMLNode.Scalar(text: scalar.string, isPlain: scalar.style == .plain && tag.isEmpty)),
        position: position)
    case .sequence(let sequence):
      guard sequence.tag.rawValue.isEmpty else { return invalid(.syntax, Self.message(tag: sequence.tag.rawValue)) }
      var elements: [YAMLNode] = []
      for element in sequence { elements.append(self.node(element, depth: depth + 1)) }
      return YAMLNode(content: .list(elements), position: position)
    case .mapping(let mapping):
      guard mapping.tag.rawValue.isEmpty else { return invalid(.syntax, Self.message(tag: mapping.tag.rawValue)) }
      var members: [YAMLNode.Member] = []
      for (key, value) in mapping {
        let keyPosition = key.mark.map(Position.init) ?? position
        let value = self.node(value, depth: depth + 1)
        guard case .scalar(let scalar) = key, key.anchor == nil else {
          log.report(.syntax, at: keyPosition, "a key must be a single word or a text in quotes")
          continue
        }
        members.append(
          YAMLNode.Member(key: maskedKeys[keyPosition] ?? scalar.string, keyPosition: keyPosition, value: value))
      }
      let isInvalid = members.isEmpty && !mapping.isEmpty
      return YAMLNode(content: isInvalid ? .invalid : .mapping(members), position: position)
    case .alias:
      return invalid(.syntax, "study files have no anchors and aliases")
    }
  }

  private static func message(tag: String) -> String {
    "the tag '\(tag.shortened)': study files have no tags; a text is put in quotes"
  }

  // MARK: - Syntax errors

  private func reportSyntax(_ error: any Error) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      reportSyntax(problem, context, at: Position(mark))
    case YamlError.reader(let problem, let offset, _, let text):
      let start = SourceText(file: log.source.file, text: String(text.prefix(offset ?? 0)))
      log.report(.encoding, at: start.end, "no YAML: \(problem)")
    default:
      log.report(.syntax, at: Position(line: 1, column: 1), "no YAML: \(error)".shortened)
    }
  }

  private func reportSyntax(_ problem: String, _ context: YamlError.Context?, at position: Position) {
    let character = log.source.line(position.line)?.dropFirst(position.column - 1).first
    if problem.hasPrefix("Maximum nesting level") {
      log.report(.tooLarge, at: position, "nested deeper than \(YAMLLimits.depth) levels")
    } else if context?.text.hasPrefix("expected a single document") == true {
      log.report(.syntax, at: position, "a second document begins here; a study file is a single one")
    } else if character == "\t", problem.contains("cannot start any token") {
      log.report(.syntax, at: position, "no YAML: a tab does not indent; write spaces")
    } else {
      let start = context.map { ", \($0.text) that begins at line \($0.mark.line), column \($0.mark.column)" }
      log.report(.syntax, at: position, "no YAML: \(problem)\(start ?? "")")
    }
  }
}

extension Position {
  fileprivate init(_ mark: Mark) { self.init(line: mark.line, column: mark.column) }
}
