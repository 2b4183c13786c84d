/// Finds the valid name that a mistyped one was meant to be.
///
/// Names are compared without regard to case, `_`, `-` and spaces, by the restricted Damerau-Levenshtein distance:
/// insertions, deletions, substitutions and swaps of two neighbours cost 1 each (Damerau 1964,
/// doi:10.1145/363958.363994).
package enum NearestName {
  /// The candidate nearest to a name; nil where none is near.
  ///
  /// Near is a candidate within a third of the longer name's letters, at least one, and else the only candidate that
  /// continues the name, or that the name continues, by at least three common letters. The earlier of two equally near
  /// candidates is taken.
  package static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    guard name.utf8.count <= longestName else { return nil }
    let folded = fold(name)
    var best: (distance: Int, candidate: String)?
    var continuations: [String] = []
    for candidate in candidates where candidate.utf8.count <= longestName {
      let other = fold(candidate)
      let distance = distance(folded, other)
      let tolerance = max(1, max(folded.count, other.count) / 3)
      if distance <= tolerance, distance == 0 || distance < min(folded.count, other.count),
        best.map({ distance < $0.distance }) ?? true
      {
        best = (distance, candidate)
      }
      if min(folded.count, other.count) >= 3, folded.starts(with: other) || other.starts(with: folded) {
        continuations.append(candidate)
      }
    }
    return best?.candidate ?? (continuations.count == 1 ? continuations.first : nil)
  }

  /// What to say after an unknown name: `did you mean 'x'?`, or `expected one of a, b, c` where nothing is near.
  package static func hint(for name: String, among candidates: some Sequence<String>) -> String {
    let candidates = Array(candidates)
    if let nearest = find(name, among: candidates) { return "did you mean '\(nearest)'?" }
    return switch candidates.count {
    case 0: "there is none to choose from"
    case 1: "expected \(candidates[0])"
    default: "expected one of \(candidates.joined(separator: ", "))"
    }
  }

  /// The fewest insertions, deletions, substitutions and swaps of neighbours that make one text the other, none of
  /// which touches the same letters twice.
  ///
  /// - Complexity: O(n · m).
  package static func distance(_ left: String, _ right: String) -> Int {
    distance(Array(left.unicodeScalars), Array(right.unicodeScalars))
  }

  private static let longestName = 200

  private static func fold(_ name: String) -> [Unicode.Scalar] {
    name.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" && $0 != " " }
  }

  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var cost = min(previous[column + 1], current[column]) + 1
        cost = min(cost, previous[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          cost = min(cost, beforePrevious[column - 1] + 1)
        }
        current.append(cost)
      }
      (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
  }
}
