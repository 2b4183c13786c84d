extension String {
  /// The text in double quotes, cut where it is long.
  var quoted: String {
    count <= 80 ? "\"\(self)\"" : "\"\(prefix(80))…\""
  }
}

extension [String] {
  /// The first few elements in quotes, and how many more there are.
  package func listed(atMost limit: Int) -> String {
    let shown = prefix(limit).map(\.quoted).joined(separator: ", ")
    return count > limit ? "\(shown) and \(count - limit) more" : shown
  }
}
