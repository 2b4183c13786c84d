import Trials

/// The best complete trials of a history, in the order by which NSGA-II prefers them as parents.
struct RankedPopulation: Sendable {
  struct Member: Hashable, Sendable {
    let row: Int
    /// 0 for trials that no feasible one dominates, and so on; the infeasible ones follow by what they break.
    let rank: Int
    /// The crowding distance within the rank: infinite at its ends.
    let distance: Double
  }

  /// The best first.
  let members: [Member]

  /// The population of a history, kept until another trial finishes.
  static func of(_ history: TrialHistory, count: Int) -> RankedPopulation {
    history.memo.value(for: "nsga2.population.\(count)") { RankedPopulation(history, count: count) }
  }

  private init(_ history: TrialHistory, count: Int) {
    let rows = history.rows
    let objectives = history.directions.count
    func losses(_ row: Int) -> [Double] { Array(rows.losses[row * objectives..<(row + 1) * objectives]) }
    let feasible = rows.feasible.chunks.joined().map { Int($0.row) }
    var members: [Member] = []
    if !feasible.isEmpty {
      let points = feasible.map(losses)
      let ranks = NonDomination.ranks(of: points, upTo: count)
      for rank in 0...(ranks.max() ?? 0) where members.count < count {
        let front = ranks.indices.filter { ranks[$0] == rank }
        let distances = Self.crowdingDistances(of: front.map { points[$0] })
        let ordered = front.indices.sorted { left, right in
          if distances[left] != distances[right] { return distances[left] > distances[right] }
          return rows.numbers[feasible[front[left]]] < rows.numbers[feasible[front[right]]]
        }
        members += ordered.prefix(count - members.count).map {
          Member(row: feasible[front[$0]], rank: rank, distance: distances[$0])
        }
      }
    }
    let first = (members.last?.rank ?? -1) + 1
    let infeasible = rows.infeasible.chunks.joined().map { Int($0.row) }.filter { !rows.losses[$0 * objectives].isNaN }
    members += infeasible.prefix(count - members.count).enumerated().map {
      Member(row: $0.element, rank: first + $0.offset, distance: 0)
    }
    self.members = members
  }

  /// The row of the better of two members drawn at random.
  func tournament(using generator: inout DrawGenerator) -> Int {
    let (left, right) = (generator.uniform(below: members.count), generator.uniform(below: members.count))
    return members[min(left, right)].row
  }

  /// The perimeter of the box that each point has to itself among its neighbours, each objective scaled to its range:
  /// infinite for the ends (Deb et al. 2002, section III.B). Of equal points only the first has any room.
  static func crowdingDistances(of points: [[Double]]) -> [Double] {
    let (distinct, places, firsts) = NonDomination.sortedDistinct(points)
    var distances = [Double](repeating: 0, count: distinct.count)
    for objective in (points.first ?? []).indices {
      let order = distinct.indices.sorted {
        (distinct[$0][objective], $0) < (distinct[$1][objective], $1)
      }
      guard let low = order.first, let high = order.last else { continue }
      distances[low] = .infinity
      distances[high] = .infinity
      let range = distinct[high][objective] - distinct[low][objective]
      guard range > 0, range.isFinite, order.count > 2 else { continue }
      for position in 1..<order.count - 1 {
        let room = distinct[order[position + 1]][objective] - distinct[order[position - 1]][objective]
        distances[order[position]] += room / range
      }
    }
    return points.indices.map { firsts[places[$0]] == $0 ? distances[places[$0]] : 0 }
  }
}
