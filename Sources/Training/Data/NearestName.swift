/// Finds what somebody may have meant by a name that does not exist.
enum NearestName {
  /// The candidate of the fewest edits away, or `nil` where even that is more than a third of the name.
  static func find(_ name: String, among candidates: [String]) -> String? {
    let lowercased = name.lowercased()
    let nearest =
      candidates
      // Comparing takes the product of both lengths, and what is far longer is far away.
      .filter { $0.utf8.count <= 4 * name.utf8.count + 8 }
      .map { (candidate: $0, distance: distance(lowercased, $0.lowercased())) }
      .min { $0.distance < $1.distance }
    guard let nearest, nearest.distance <= max(1, max(name.count, nearest.candidate.count) / 3) else { return nil }
    return nearest.candidate
  }

  /// Levenshtein's distance: the fewest insertions, deletions and replacements from one text to the other.
  private static func distance(_ first: String, _ second: String) -> Int {
    let second = Array(second)
    var row = Array(0...second.count)
    for (line, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in second.indices {
        let replaced = diagonal + (character == second[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
      }
    }
    return row[second.count]
  }
}

extension String {
  /// The text in double quotes, cut where it is long.
  var quoted: String {
    count <= 80 ? "\"\(self)\"" : "\"\(prefix(80))…\""
  }
}

extension [String] {
  /// The first few elements in quotes, and how many more there are.
  func listed(atMost limit: Int) -> String {
    let shown = prefix(limit).map(\.quoted).joined(separator: ", ")
    return count > limit ? "\(shown) and \(count - limit) more" : shown
  }
}
