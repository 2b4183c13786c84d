import HPO
import Spelling

/// Names with values, a line each, the values below each other.
func factLines(_ facts: [(name: String, value: String)]) -> String {
  let width = facts.map(\.name.count).max() ?? 0
  return facts.map { $0.name + String(repeating: " ", count: width - $0.name.count + 2) + $0.value + "\n" }.joined()
}

/// A number of things, such as `1 trial` and `2 trials`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A value for people.
func factText(_ value: JSONValue) -> String {
  if case .double(let number) = value { return shortNumber(number) }
  return (value.stringValue ?? value.serialized(.python)).printable
}
