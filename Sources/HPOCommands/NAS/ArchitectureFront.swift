public import ArgumentParser
public import HPO
import OrderedCollections
import Spelling

/// The complete trials of an architecture search, and those that no other one beats in metric and cost.
struct ArchitectureFront {
  /// A trial with what it achieved and costs.
  struct Point {
    let trial: FrozenTrial
    let value: Double
    let cost: Double
  }

  let metric: String
  let direction: StudyDirection
  let cost: ArchitectureCost
  /// All complete trials that know their cost, by ascending number.
  let points: [Point]
  /// The trials that no other one beats, by ascending cost.
  let front: [Point]

  /// Reads the trials of a study.
  ///
  /// - Parameter cost: What stands against the metric; nil for the first cost that is an objective, else flash.
  /// - Throws: `ValidationError` where no trial knows its cost.
  init(_ record: StudyRecord, trials: [FrozenTrial], cost: ArchitectureCost?) throws {
    metric = record.metricNames[0]
    direction = record.directions[0]
    let cost = cost ?? record.metricNames.lazy.compactMap { ArchitectureCost(rawValue: $0) }.first ?? .flash
    self.cost = cost
    points = trials.compactMap { trial in
      guard trial.state == .complete, trial.isFeasible, !trial.isExcluded, let value = trial.values.first, !value.isNaN,
        let price = trial.userAttributes[cost.rawValue]?.doubleValue
      else { return nil }
      return Point(trial: trial, value: value, cost: price)
    }
    guard !points.isEmpty else {
      throw ValidationError(
        "the study '\(record.name)' has no complete trial of an architecture; hpo nas search --study "
          + "\(shellQuoted(record.name)) --trials N runs some")
    }
    var front: [Point] = []
    let isHigherBetter = direction == .maximize
    func loss(_ point: Point) -> Double { isHigherBetter ? -point.value : point.value }
    let sorted = points.sorted { ($0.cost, loss($0), $0.trial.number) < ($1.cost, loss($1), $1.trial.number) }
    for point in sorted where front.last.map({ loss(point) < loss($0) }) ?? true { front.append(point) }
    self.front = front
  }

  /// The front as an array of its trials.
  var json: JSONValue { .array(table.rows.map(table.object)) }

  /// The front as rows: metric, all costs, and the hash by which an architecture is known.
  var table: ResultTable {
    var table = ResultTable(
      columns: [.init("number", title: "trial"), .init("values", metric)]
        + ArchitectureCost.allCases.map { .init("costs", $0.rawValue) } + [.init("architecture")])
    table.rows = front.map { point in
      let attributes = point.trial.userAttributes
      return [.int(point.trial.number), .double(point.value)]
        + ArchitectureCost.allCases.map { attributes[$0.rawValue] } + [attributes["architecture"]]
    }
    return table
  }
}

extension ArchitectureCost: ExpressibleByArgument {}
