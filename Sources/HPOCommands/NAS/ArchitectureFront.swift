public import ArgumentParser
public import HPO
import OrderedCollections
import Spelling

/// The complete trials of an architecture search, and those that no other one beats in the metric and all costs that count.
struct ArchitectureFront {
  /// A trial with what it achieved and costs.
  struct Point {
    let trial: FrozenTrial
    let value: Double
    /// What the costs of the front are, in their order.
    let costs: [Double]

    /// The cost that stands against the metric in a picture.
    var cost: Double { costs[0] }
  }

  let metric: String
  let direction: StudyDirection
  /// What counts beside the metric, at least one.
  let costs: [ArchitectureCost]
  /// All complete trials that know their cost, by ascending number.
  let points: [Point]
  /// The trials that no other one beats, by ascending cost.
  let front: [Point]

  /// What stands against the metric in a picture.
  var cost: ArchitectureCost { costs[0] }

  /// Reads the trials of a study.
  ///
  /// - Parameters:
  ///   - record: The study.
  ///   - trials: Its complete trials.
  ///   - cost: What alone stands against the metric; nil for all costs that are objectives, or flash where none is.
  /// - Throws: `ValidationError` where no trial knows its cost.
  init(_ record: StudyRecord, trials: [FrozenTrial], cost: ArchitectureCost?) throws {
    metric = record.metricNames[0]
    direction = record.directions[0]
    let objectives = record.metricNames.compactMap { ArchitectureCost(rawValue: $0) }
    let costs = cost.map { [$0] } ?? (objectives.isEmpty ? [.flash] : objectives)
    self.costs = costs
    points = trials.compactMap { trial in
      guard trial.state == .complete, trial.isFeasible, !trial.isExcluded, let value = trial.values.first, !value.isNaN
      else { return nil }
      let prices = costs.compactMap { trial.userAttributes[$0.rawValue]?.doubleValue }
      guard prices.count == costs.count else { return nil }
      return Point(trial: trial, value: value, costs: prices)
    }
    guard !points.isEmpty else {
      throw ValidationError(
        "the study '\(record.name.inMessage)' has no complete trial of an architecture; hpo nas search "
          + "\(typed("study", record.name)) --trials N runs some")
    }
    front = Self.unbeaten(points, isHigherBetter: direction == .maximize, costs: costs.indices)
  }

  /// The points of the front that no other one beats in the metric and the first cost: those of a line in a picture.
  var line: [Point] { Self.unbeaten(front, isHigherBetter: direction == .maximize, costs: 0..<1) }

  /// The points that no other one equals or beats in the metric and some costs, by ascending costs; of equal ones the first.
  private static func unbeaten(_ points: [Point], isHigherBetter: Bool, costs: Range<Int>) -> [Point] {
    /// What is to be small, the costs first.
    func losses(_ point: Point) -> [Double] { point.costs[costs] + [isHigherBetter ? -point.value : point.value] }
    let sorted = points.map { (point: $0, losses: losses($0)) }.sorted { first, second in
      first.losses == second.losses
        ? first.point.trial.number < second.point.trial.number
        : first.losses.lexicographicallyPrecedes(second.losses)
    }
    var front: [(point: Point, losses: [Double])] = []
    // Who beats another one comes before it.
    for candidate in sorted
    where !front.contains(where: { zip($0.losses, candidate.losses).allSatisfy { $0 <= $1 } }) {
      front.append(candidate)
    }
    return front.map(\.point)
  }

  /// What counts, in words: `accuracy, flash and ram`.
  var axes: String {
    "\(([metric] + costs.dropLast().map(\.rawValue)).joined(separator: ", ")) and \(costs[costs.count - 1].rawValue)"
  }

  /// What stands above `texts`.
  var headings: [String] { ["trial", metric] + ArchitectureCost.allCases.map(\.rawValue) + ["architecture"] }

  /// The front for people, all costs with their units.
  var texts: [[String]] {
    front.map { point in
      let attributes = point.trial.userAttributes
      return ["\(point.trial.number)", shortNumber(point.value)]
        + ArchitectureCost.allCases.map { cost in attributes[cost.rawValue]?.doubleValue.map(cost.text) ?? "" }
        + [attributes[ArchitectureCandidates.architectureKey]?.stringValue ?? ""]
    }
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
