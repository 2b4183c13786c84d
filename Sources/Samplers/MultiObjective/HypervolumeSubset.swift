/// Chooses the points of a front that together dominate much, one by one by what each adds (Guerreiro, Fonseca, Paquete
/// 2016, doi:10.1162/EVCO_a_00188): at least 1 − 1/e of the best choice.
enum HypervolumeSubset {
  /// The places of `count` of the points, none of which dominates another. Where there are too few distinct points, all
  /// of them and the earliest of their repetitions.
  static func select(_ count: Int, of points: [[Double]]) -> [Int] {
    guard count > 0 else { return [] }
    guard count < points.count else { return Array(points.indices) }
    let reference = referencePoint(of: points)
    let (distinct, _, firsts) = NonDomination.sortedDistinct(points)
    if distinct.count <= count {
      let chosen = Set(firsts)
      return firsts + points.indices.filter { !chosen.contains($0) }.prefix(count - distinct.count)
    }
    guard reference.allSatisfy(\.isFinite) else { return Array(firsts.prefix(count)) }
    let selected =
      reference.count == 2
      ? selectPlanar(count, of: distinct, reference: reference)
      : selectLazily(count, of: distinct, reference: reference)
    return selected.map { firsts[$0] }
  }

  /// A point a tenth beyond the worst of each coordinate.
  static func referencePoint(of points: [[Double]]) -> [Double] {
    (points.first ?? []).indices.map { coordinate in
      let worst = points.reduce(-Double.infinity) { max($0, $1[coordinate]) }
      let reference = max(1.1 * worst, 0.9 * worst)
      return reference == 0 ? 1e-12 : reference
    }
  }

  /// In two dimensions what a point adds is one rectangle, whose far corner moves as neighbours are chosen.
  private static func selectPlanar(_ count: Int, of points: [[Double]], reference: [Double]) -> [Int] {
    var candidates = Array(points.indices)
    var corners = [[Double]](repeating: reference, count: points.count)
    var selected: [Int] = []
    while selected.count < count {
      let added = candidates.map { Hypervolume.inclusive(points[$0], reference: corners[$0]) }
      let best = candidates.remove(at: firstGreatest(added))
      selected.append(best)
      for other in candidates {
        let coordinate = other < best ? 0 : 1
        corners[other][coordinate] = min(points[best][coordinate], corners[other][coordinate])
      }
    }
    return selected
  }

  /// What a point adds never grows as others are chosen, so that only points are computed whose last known addition
  /// reaches the best of the round.
  private static func selectLazily(_ count: Int, of points: [[Double]], reference: [Double]) -> [Int] {
    var candidates = Array(points.indices)
    var added = points.map { Hypervolume.inclusive($0, reference: reference) }
    var selected: [Int] = []
    var volume = 0.0
    while true {
      let best = firstGreatest(added)
      volume += added[best]
      selected.append(candidates[best])
      candidates.remove(at: best)
      added.remove(at: best)
      if selected.count == count { return selected }
      let chosen = selected.map { points[$0] }
      update(&added, of: candidates.map { points[$0] }, chosen: chosen, volume: volume, reference: reference)
    }
  }

  private static func update(
    _ added: inout [Double], of candidates: [[Double]], chosen: [[Double]], volume: Double, reference: [Double]
  ) {
    guard volume.isFinite, let latest = chosen.last else {
      added = added.map { _ in .infinity }
      return
    }
    let inclusive = candidates.map { Hypervolume.inclusive($0, reference: reference) }
    for (index, candidate) in candidates.enumerated() {
      let common = zip(candidate, latest).map { max($0, $1) }
      added[index] = min(added[index], inclusive[index] - Hypervolume.inclusive(common, reference: reference))
    }
    var best = 0.0
    for index in added.indices.sorted(by: { (-added[$0], $0) < (-added[$1], $1) }) {
      if inclusive[index].isInfinite {
        added[index] = .infinity
      } else if added[index] >= best {
        added[index] = addition(of: candidates[index], to: chosen, volume: volume, reference: reference)
      } else {
        continue
      }
      best = max(best, added[index])
    }
  }

  /// H(S ∪ {p}) − H(S); from four objectives on as H({p}) − H({p} ∧ S), whose points are fewer once dominated ones go.
  private static func addition(
    of point: [Double], to chosen: [[Double]], volume: Double, reference: [Double]
  ) -> Double {
    if reference.count <= 3 { return Hypervolume.compute(chosen + [point], reference: reference) - volume }
    let common = chosen.map { other in zip(other, point).map { max($0, $1) } }
    return Hypervolume.inclusive(point, reference: reference) - Hypervolume.compute(common, reference: reference)
  }

  /// The first of the greatest values; the first NaN (of an infinite and an empty side) before all.
  private static func firstGreatest(_ values: [Double]) -> Int {
    var best = 0
    for (index, value) in values.enumerated() {
      if value.isNaN { return index }
      if value > values[best] { best = index }
    }
    return best
  }
}
