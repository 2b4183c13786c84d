import OrderedCollections
import SearchSpace

/// Which points of which grids the trials of a study stand for, whatever their state.
package struct GridVisits: Sendable {
  /// The system attributes by which Optuna's grid sampler assigns a point to a trial.
  package static let spaceKey = "search_space"
  package static let pointKey = "grid_id"

  private struct Visit: Hashable {
    var space: String
    var point: Int
  }

  private var pointsBySpace: [String: [Int: Int]] = [:]
  private var unfinished: [Int: Visit] = [:]

  init() {}

  init(pointsBySpace: [String: [Int: Int]]) { self.pointsBySpace = pointsBySpace }

  /// For how many finished trials each point stands, by space.
  var finishedPoints: [String: [Int: Int]] {
    var finished = self
    for number in unfinished.keys { finished.remove(number: number) }
    return finished.pointsBySpace
  }

  /// Whether a trial stands for a point of the grid of a space in Python's JSON.
  package func contains(point: Int, of space: String) -> Bool { pointsBySpace[space]?[point] != nil }

  /// How many points of a grid some trial stands for.
  package func count(of space: String) -> Int { pointsBySpace[space]?.count ?? 0 }

  mutating func insert(_ trial: FrozenTrial) {
    guard let point = trial.systemAttributes[Self.pointKey]?.intValue,
      let space = trial.systemAttributes[Self.spaceKey]?.serialized(.python)
    else { return }
    pointsBySpace[space, default: [:]][point, default: 0] += 1
    if !trial.state.isFinished { unfinished[trial.number] = Visit(space: space, point: point) }
  }

  mutating func remove(number: Int) {
    guard let visit = unfinished.removeValue(forKey: number),
      let trials = pointsBySpace[visit.space]?[visit.point]
    else { return }
    pointsBySpace[visit.space]?[visit.point] = trials > 1 ? trials - 1 : nil
  }
}
