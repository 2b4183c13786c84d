import Spelling

extension ParameterSpace.Entry {
  /// Reads a parameter of real numbers: `lr=1e-5..1e-1`, `lr=1e-5..1e-1,log` or `rate=0..1,step=0.1`.
  ///
  /// - Throws: `SearchSpaceError` that says what is wrong where.
  public init(float text: String) throws(SearchSpaceError) {
    let parts = try EntryText(text, example: "lr=1e-5..1e-1,log")
    let distribution = try parts.explained { () throws(SearchSpaceError) in
      let (range, options) = try parts.range()
      return try range.float(log: options.log, step: options.step?.numericValue)
    }
    self.init(parts.name, distribution)
  }

  /// Reads a parameter of whole numbers: `depth=1..4`, `units=16..256,log` or `units=16..256,step=16`.
  ///
  /// - Throws: `SearchSpaceError` that says what is wrong where.
  public init(int text: String) throws(SearchSpaceError) {
    let parts = try EntryText(text, example: "units=16..256,step=16")
    let distribution = try parts.explained { () throws(SearchSpaceError) in
      let (range, options) = try parts.range()
      guard let step = options.step else { return try range.int(log: options.log) }
      guard let step = step.wholeNumber else {
        throw SearchSpaceError(.invalidDistribution, "the step '\(step)' is no whole number")
      }
      return try range.int(log: options.log, step: step)
    }
    self.init(parts.name, distribution)
  }

  /// Reads a choice: `act=relu,tanh` or `limit=1,0.5,none,null`.
  ///
  /// Numbers, `true`, `false` and `null` are what YAML takes them for; within single or double quotes they are strings,
  /// and commas belong to the string. A doubled quote stands for one.
  ///
  /// - Throws: `SearchSpaceError` that says what is wrong where.
  public init(choice text: String) throws(SearchSpaceError) {
    let parts = try EntryText(text, example: "act=relu,tanh")
    let distribution = try parts.explained { () throws(SearchSpaceError) in
      try CategoricalDistribution(ChoiceListText.choices(parts.value))
    }
    self.init(parts.name, .categorical(distribution))
  }
}

/// `name=value`, cut in two.
private struct EntryText {
  let text: String
  let name: String
  let value: String

  init(_ text: String, example: String) throws(SearchSpaceError) {
    guard let separator = text.firstIndex(of: "=") else {
      throw SearchSpaceError(.invalidDistribution, "expected a parameter such as \(example), met '\(text)'")
    }
    self.text = text
    name = String(text[..<separator]).trimmedOfSpaces
    value = String(text[text.index(after: separator)...])
    guard !name.isEmpty, name.count <= ParameterSpaceDraft.longestName else {
      throw SearchSpaceError(
        .invalidName, "expected a name of 1 to \(ParameterSpaceDraft.longestName) characters before '=', met '\(text)'")
    }
  }

  /// The range and what follows it.
  func range() throws(SearchSpaceError) -> (RangeText, (log: Bool, step: Choice?)) {
    let items = value.split(separator: ",", omittingEmptySubsequences: false).map { String($0).trimmedOfSpaces }
    let range = try RangeText(items[0])
    var options: (log: Bool, step: Choice?) = (false, nil)
    for item in items.dropFirst() {
      let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
        String($0).trimmedOfSpaces
      }
      switch (pair[0], pair.count) {
      case ("log", 1): options.log = true
      case ("step", 2):
        guard let step = Choice(plainScalar: pair[1]), step.numericValue != nil else {
          throw SearchSpaceError(.invalidDistribution, "the step '\(pair[1])' is no number")
        }
        options.step = step
      case ("step", _): throw SearchSpaceError(.invalidDistribution, "expected a number after step, as in step=0.1")
      case ("log", _): throw SearchSpaceError(.invalidDistribution, "log takes no value, met '\(item)'")
      default:
        let hint = NearestName.hint(for: pair[0], among: ["log", "step"])
        throw SearchSpaceError(.invalidDistribution, "unknown option '\(pair[0])' after the range; \(hint)")
      }
    }
    return (range, options)
  }

  /// Puts the parameter's name before whatever goes wrong.
  func explained<Value>(_ body: () throws(SearchSpaceError) -> Value) throws(SearchSpaceError) -> Value {
    do throws(SearchSpaceError) {
      return try body()
    } catch {
      throw SearchSpaceError(error.code, "\(name): \(error.message)")
    }
  }
}

/// `relu,tanh,"a, b",1,null`.
private enum ChoiceListText {
  static func choices(_ text: String) throws(SearchSpaceError) -> [Choice] {
    var result: [Choice] = []
    var rest = Substring(text)
    while true {
      rest = rest.drop(while: \.isWhitespace)
      if let quote = rest.first, quote == "'" || quote == "\"" {
        result.append(.string(try quoted(&rest, by: quote)))
        rest = rest.drop(while: \.isWhitespace)
        guard rest.isEmpty || rest.first == "," else {
          throw SearchSpaceError(.invalidDistribution, "expected a comma after a choice in quotes, met '\(rest)'")
        }
      } else {
        let item = String(rest.prefix { $0 != "," }).trimmedOfSpaces
        rest = rest.drop { $0 != "," }
        guard !item.isEmpty else {
          throw SearchSpaceError(.invalidDistribution, "a choice is empty; write '' for no text and null for no value")
        }
        guard let choice = Choice(plainScalar: item) else {
          throw SearchSpaceError(.invalidDistribution, "the number '\(item)' does not fit in 64 bits; put it in quotes")
        }
        result.append(choice)
      }
      guard !rest.isEmpty else { return result }
      rest = rest.dropFirst()
    }
  }

  private static func quoted(_ rest: inout Substring, by quote: Character) throws(SearchSpaceError) -> String {
    var content = ""
    rest = rest.dropFirst()
    while let character = rest.first {
      rest = rest.dropFirst()
      guard character == quote else {
        content.append(character)
        continue
      }
      guard rest.first == quote else { return content }
      content.append(quote)
      rest = rest.dropFirst()
    }
    throw SearchSpaceError(.invalidDistribution, "a choice without its closing quote \(quote)")
  }
}
