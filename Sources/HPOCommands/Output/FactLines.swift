import HPO

/// Names with values, a line each, the values below each other.
func factLines(_ facts: [(name: String, value: String)]) -> String {
  let width = facts.map(\.name.count).max() ?? 0
  return facts.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value + "\n" }.joined()
}

/// A value for people.
func factText(_ value: JSONValue) -> String {
  if case .double(let number) = value { return shortNumber(number) }
  return (value.stringValue ?? value.serialized(.python)).printable
}
