import Trials

/// The division of a history's rows into a small good part and the rest.
struct TPESplit: Sendable {
  /// The rows of the good part, by ascending number of their trials.
  let below: [Int]

  /// The largest good part of a study with one objective.
  private static let largestBelow = 25

  /// The size of the good part of so many trials: a tenth, rounded up.
  static func belowCount(of count: Int, objectives: Int) -> Int {
    let tenth = Int((0.1 * Double(count)).rounded(.up))
    return objectives == 1 ? min(tenth, largestBelow) : tenth
  }

  /// The split of a history, kept until another trial finishes.
  static func of(_ history: TrialHistory) -> TPESplit {
    history.memo.value(for: "tpe.split") { TPESplit(history.rows, objectives: history.directions.count) }
  }

  /// Fills the good part with the best of the feasible complete trials, then of the pruned ones, then of the infeasible
  /// ones.
  private init(_ rows: HistoryRows, objectives: Int) {
    var rest = Self.belowCount(of: rows.count, objectives: objectives)
    var chosen =
      objectives == 1
      ? rows.feasible(first: rest)
      : Self.bestOfSeveralObjectives(rest, of: rows, objectives: objectives)
    rest -= chosen.count
    if rest > 0 {
      let pruned = rows.pruned(first: rest)
      chosen += pruned
      rest -= pruned.count
    }
    if rest > 0 { chosen += rows.infeasible(first: rest) }
    let numbers = rows.numbers
    below = chosen.sorted { numbers[$0] < numbers[$1] }
  }

  /// Whole ranks of non-domination, and of the rank that does not fit the part that dominates the greatest volume.
  private static func bestOfSeveralObjectives(_ count: Int, of rows: HistoryRows, objectives: Int) -> [Int] {
    let feasible = rows.feasible(first: rows.feasible.count)
    guard count > 0 else { return [] }
    guard count < feasible.count else { return feasible }
    let losses = feasible.map { row in Array(rows.losses[(row * objectives)..<((row + 1) * objectives)]) }
    let ranks = NonDomination.ranks(of: losses, upTo: count)
    var byRank: [[Int]] = Array(repeating: [], count: (ranks.max() ?? 0) + 1)
    for (index, rank) in ranks.enumerated() { byRank[rank].append(index) }
    var chosen: [Int] = []
    for front in byRank {
      if chosen.count + front.count <= count {
        chosen += front
      } else {
        let selected = HypervolumeSubset.select(count - chosen.count, of: front.map { losses[$0] })
        chosen += selected.map { front[$0] }
        break
      }
    }
    return chosen.map { feasible[$0] }
  }
}
