/// Sorting points by dominance; every coordinate is a loss. A point dominates another that it undercuts in one
/// coordinate and exceeds in none.
enum NonDomination {
  /// The distinct points in lexicographic order, and for each of the given ones its place among them.
  static func sortedDistinct(_ points: [[Double]]) -> (points: [[Double]], places: [Int], firsts: [Int]) {
    let order = points.indices.sorted { left, right in
      if points[left] == points[right] { return left < right }
      return points[left].lexicographicallyPrecedes(points[right])
    }
    var distinct: [[Double]] = []
    var firsts: [Int] = []
    var places = [Int](repeating: 0, count: points.count)
    for index in order {
      if distinct.last != points[index] {
        distinct.append(points[index])
        firsts.append(index)
      }
      places[index] = distinct.count - 1
    }
    return (distinct, places, firsts)
  }

  /// The rank of each point: 0 for those that no other dominates, 1 for those that only they dominate, and so on.
  ///
  /// - Parameter count: Ranks are told apart until they hold this many distinct points; the rest shares the next rank.
  static func ranks(of points: [[Double]], upTo count: Int) -> [Int] {
    let (distinct, places, _) = sortedDistinct(points)
    var ranks = [Int](repeating: 0, count: distinct.count)
    var remaining = Array(distinct.indices)
    let wanted = min(count, distinct.count)
    var rank = 0
    while distinct.count - remaining.count < wanted {
      let onFront = frontFlags(of: remaining.map { distinct[$0] })
      for (index, flag) in zip(remaining, onFront) where flag { ranks[index] = rank }
      remaining = zip(remaining, onFront).filter { !$0.1 }.map(\.0)
      rank += 1
    }
    for index in remaining { ranks[index] = rank }
    return places.map { ranks[$0] }
  }

  /// Which points no other dominates, for points in ascending order of their first coordinate. Of equal points only the
  /// first counts; if points with the same first coordinate are in any other than lexicographic order, some dominated
  /// ones may be flagged.
  static func frontFlags(of points: [[Double]]) -> [Bool] {
    var flags = [Bool](repeating: false, count: points.count)
    if points.first?.count == 2 {
      var least = Double.nan
      for (index, point) in points.enumerated() where !(point[1] >= least) {
        flags[index] = true
        least = point[1]
      }
      return flags
    }
    var remaining = Array(points.indices)
    while let next = remaining.first {
      flags[next] = true
      // Whatever comes later in the order cannot undercut the first coordinate.
      remaining = remaining.filter { index in
        (1..<points[index].count).contains { points[index][$0] < points[next][$0] }
      }
    }
    return flags
  }
}
