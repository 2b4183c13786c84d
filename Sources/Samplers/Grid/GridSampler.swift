public import OrderedCollections
public import SearchSpace
import Synchronization
public import Trials

/// Evaluates each point of a grid once, in an order that the study's seed shuffles.
///
/// Trial n takes the n-th point of the shuffled order as long as there is one; a later trial takes any point for which no
/// trial stands. A trial stands for its point from its start on, also when it waits to be taken up again, and however
/// it ends.
public struct GridSampler: Sampler {
  public static let name = "grid"

  /// The points.
  public let grid: Grid
  /// The grid as a system attribute and as the key of its visits.
  private let space: JSONValue
  private let key: String
  private let order = GridOrder()

  /// What the order of the points derives from; nil leaves it to the study.
  public let seed: UInt64?

  /// Makes a sampler of a grid.
  public init(_ grid: Grid, seed: UInt64? = nil) {
    self.seed = seed
    self.grid = grid
    space = grid.json
    key = space.serialized(.python)
  }

  /// A trial has its point.
  public var canRedraw: Bool { false }

  public func isExhausted(_ history: TrialHistory) -> Bool { history.grids.count(of: key) >= grid.count }

  /// Assigns a point to a new trial, unless it has one already or its parameters are given.
  public func assignment(for draw: Draw, history: TrialHistory) -> OrderedDictionary<String, JSONValue> {
    let trial = history.runningTrial(number: draw.number)
    guard trial?.systemAttributes[GridVisits.pointKey] == nil, trial?.fixedParameters.isEmpty ?? true,
      let point = freePoint(for: draw, history: history)
    else { return [:] }
    return [GridVisits.spaceKey: space, GridVisits.pointKey: .int(point)]
  }

  public func sampleIndependent(
    _ name: String, _ distribution: Distribution, draw: Draw, history: TrialHistory
  ) throws -> Double {
    guard grid.values[name] != nil else {
      throw SamplerError(
        .unsupportedParameter,
        "the grid has no parameter '\(name)'; it has \(grid.values.keys.joined(separator: ", "))")
    }
    let trial = history.runningTrial(number: draw.number)
    guard let point = trial?.systemAttributes[GridVisits.pointKey]?.intValue,
      trial?.systemAttributes[GridVisits.spaceKey] == space
    else {
      let reason =
        trial?.fixedParameters.isEmpty ?? true
        ? "every point of the grid is taken" : "an enqueued trial needs a value for each parameter of a grid"
      throw SamplerError(.exhausted, "trial \(draw.number) has no point of the grid for '\(name)': \(reason)")
    }
    guard (0..<grid.count).contains(point) else {
      throw SamplerError(.unsupportedParameter, "trial \(draw.number) stands for point \(point) of \(grid.count)")
    }
    let place = order.places(count: grid.count, seed: draw.seed)[point]
    guard let choice = grid[place][name], let value = try? distribution.internal(choice),
      distribution.contains(internal: value)
    else {
      throw SamplerError(
        .unsupportedParameter,
        "the grid's value \(grid[place][name] ?? .null) of '\(name)' is outside \(distribution.json)")
    }
    return value
  }

  private func freePoint(for draw: Draw, history: TrialHistory) -> Int? {
    if draw.number < grid.count, !history.grids.contains(point: draw.number, of: key) { return draw.number }
    let free = grid.count - history.grids.count(of: key)
    guard free > 0 else { return nil }
    var generator = draw.generator(for: "grid:point")
    var skipped = generator.uniform(below: free)
    for point in 0..<grid.count where !history.grids.contains(point: point, of: key) {
      if skipped == 0 { return point }
      skipped -= 1
    }
    return nil
  }
}

/// The shuffled order of a grid's points, kept for the seed that was asked for last.
private final class GridOrder: Sendable {
  private let known = Mutex<(seed: UInt64, places: [Int])?>(nil)

  func places(count: Int, seed: UInt64) -> [Int] {
    known.withLock { known in
      if let known, known.seed == seed { return known.places }
      var places = Array(0..<count)
      // The order belongs to the study, not to one of its trials.
      var generator = Draw(seed: seed, number: -1).generator(for: "grid:order")
      generator.shuffle(&places)
      known = (seed, places)
      return places
    }
  }
}
