import Spelling

/// Finds what SQLite would accept of a condition though it cannot be what was meant: a column that is misspelt in double
/// quotes, which it takes for a text that is compared with nothing but itself, and a state that there is not.
struct ConditionCheck {
  private let tokens: [ConditionToken]
  private let columns: [RowFilter.Column]
  private let texts: [RowFilter.Column: [String]]
  private let names: Set<String>

  init(_ condition: String, columns: [RowFilter.Column], texts: [RowFilter.Column: [String]]) {
    tokens = ConditionToken.tokens(of: condition)
    self.columns = columns
    self.texts = texts
    names = Set(columns.map { $0.name.lowercased() }).union(["rowid", "oid", "_rowid_"])
  }

  /// What is wrong, in words; nil for nothing.
  var complaint: String? {
    if tokens.contains(where: { $0.isSymbol(";") }) {
      return "it holds ';', and a condition is one expression, not a statement"
    }
    for place in tokens.indices {
      if let complaint = misspeltColumn(at: place) ?? strangeText(at: place) { return complaint }
    }
    return nil
  }

  private subscript(place: Int) -> ConditionToken? { tokens.indices.contains(place) ? tokens[place] : nil }

  // MARK: - Columns

  /// A double-quoted name that is no column and stands where no text has a sense.
  private func misspeltColumn(at place: Int) -> String? {
    guard case .quoted(let name)? = self[place], isText(at: place) else { return nil }
    let nearest = NearestName.find(name, among: columns.map(\.name))
    guard !isOperandOfEquality(place), !(nearest == nil && isOperandOfOrder(place)) else { return nil }
    let hint = nearest.map { "did you mean '\($0)'? A" } ?? "a"
    return "there is no column \"\(name)\"; \(hint) text is written in single quotes"
  }

  /// Whether SQLite takes what stands in double quotes for a text.
  private func isText(at place: Int) -> Bool {
    guard case .quoted(let name)? = self[place], !names.contains(name.lowercased()) else { return false }
    let (before, after) = (self[place - 1], self[place + 1])
    return !(before?.isSymbol(".") ?? false) && !(after?.isSymbol(".", "(") ?? false)
      && !(before?.isWord("as", "collate") ?? false)
  }

  /// Whether a text is compared for equality, is one of a list, or a later argument of a function.
  private func isOperandOfEquality(_ place: Int) -> Bool {
    guard let before = self[place - 1] else { return isLeftOfEquality(place) }
    if before.isSymbol("=", "==", "!=", "<>", "||", "->", "->>")
      || before.isWord("like", "glob", "is", "when", "then", "else")
    {
      return self[place - 2] != .number
    }
    if before.isWord("not"), self[place - 2]?.isWord("is") ?? false { return true }
    if before.isWord("from"), self[place - 2]?.isWord("distinct") ?? false { return true }
    return before.isSymbol(",") || isFirstOfList(place) || isLeftOfEquality(place)
  }

  /// `'x' = column`; what stands on the left and is compared with a number was meant for a column.
  private func isLeftOfEquality(_ place: Int) -> Bool {
    guard self[place + 1]?.isSymbol("=", "==", "!=", "<>") ?? false else { return false }
    switch self[place + 2] {
    case .word(let name)?, .quoted(let name)?:
      return names.contains(name.lowercased()) || self[place + 3]?.isSymbol(".") ?? false
    default: return false
    }
  }

  private func isFirstOfList(_ place: Int) -> Bool {
    (self[place - 1]?.isSymbol("(") ?? false) && (self[place - 2]?.isWord("in") ?? false)
  }

  /// Whether a text is the right side of a comparison with a column, such as a moment.
  private func isOperandOfOrder(_ place: Int) -> Bool {
    guard let before = self[place - 1] else { return false }
    let isCompared =
      before.isSymbol("<", "<=", ">", ">=") || before.isWord("between")
      || before.isWord("and") && (self[place - 3]?.isWord("between") ?? false)
    guard isCompared, self[place - 2] != .number else { return false }
    return self[place + 1].map { $0.isSymbol(")", ",") || $0.isWord("and", "or") } ?? true
  }

  // MARK: - Texts

  /// A text that a column never has.
  private func strangeText(at place: Int) -> String? {
    guard let column = column(at: place), let known = texts[column] else { return nil }
    for text in comparedTexts(behind: place) where !known.contains(text) {
      return "\(column.name) is never '\(text)'; \(NearestName.hint(for: text, among: known))"
    }
    return nil
  }

  /// The column that a name means, which is that of the first group where it names none.
  private func column(at place: Int) -> RowFilter.Column? {
    let name: String
    switch self[place] {
    case .word(let text)?, .quoted(let text)?: name = text.lowercased()
    default: return nil
    }
    var group: String?
    if self[place - 1]?.isSymbol(".") ?? false {
      switch self[place - 2] {
      case .word(let text)?, .quoted(let text)?: group = text.lowercased()
      default: return nil
      }
    }
    return columns.first { $0.name.lowercased() == name && group ?? $0.group.lowercased() == $0.group.lowercased() }
  }

  /// The texts that what ends at a place is compared with, in `= 'x'` and `IN ('x', 'y')`.
  private func comparedTexts(behind place: Int) -> [String] {
    var next = place + 1
    func text(_ place: Int) -> String? {
      if case .text(let text)? = self[place] { return text }
      if case .quoted(let text)? = self[place], isText(at: place) { return text }
      return nil
    }
    if self[next]?.isSymbol("=", "==", "!=", "<>") ?? false { return text(next + 1).map { [$0] } ?? [] }
    if self[next]?.isWord("is") ?? false {
      next += self[next + 1]?.isWord("not") ?? false ? 2 : 1
      return text(next).map { [$0] } ?? []
    }
    if self[next]?.isWord("not") ?? false { next += 1 }
    guard self[next]?.isWord("in") ?? false, self[next + 1]?.isSymbol("(") ?? false else { return [] }
    var found: [String] = []
    next += 2
    while let text = text(next) {
      found.append(text)
      next += self[next + 1]?.isSymbol(",") ?? false ? 2 : 1
    }
    return found
  }
}
