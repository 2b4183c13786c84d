/// What is known of the finished trials of a study with one objective without reading them, of which there are many: enough
/// to choose those that a history keeps. All constraints hold, no trial belongs to a grid.
public struct StudyOutline: Sendable, Hashable {
  /// The numbers of the complete trials that count.
  package var complete = NumberSet()
  /// The numbers of the pruned ones that count.
  package var pruned = NumberSet()
  /// The numbers of the failed ones that count.
  package var failed = NumberSet()
  /// The numbers of the excluded ones.
  package var excluded: Set<Int> = []
  /// The complete and pruned trials that reuse the results of others.
  package var reusing: [Int: TrialState] = [:]
  /// The numbers of the best complete trials, as many as a history keeps or as there are.
  package var best: [Int] = []
  /// Whether trials have reports.
  package var hasReports = false

  package init() {}

  /// How many of the best trials are asked for.
  package static let bestCount = HistoryRows.usualLeaderCount
  /// A study of fewer trials with results is read as fast as it is outlined.
  package static let leastCount = 2 * HistoryRows.usualCapacity
}

extension TrialHistory {
  /// The history of a study of many trials, of which only those are read that it keeps.
  ///
  /// - Parameters:
  ///   - outline: The finished trials.
  ///   - reading: Reads the trials of some numbers, which ascend.
  /// - Returns: Nil where the outline says too little.
  package init?(
    outline: StudyOutline, directions: [StudyDirection], reading: ([Int]) throws -> [FrozenTrial]
  ) rethrows {
    let results = outline.complete.union(outline.pruned)
    // With so many feasible complete trials, no others are leaders.
    guard directions.count == 1, results.count > HistoryRows.usualCapacity,
      outline.complete.count >= HistoryRows.leastLeaderCount,
      outline.best.count == min(outline.complete.count, HistoryRows.usualLeaderCount),
      (results.ranges.last?.upperBound ?? 0) < UInt32.max
    else { return nil }
    self.init(directions: directions)
    let leaders = Set(outline.best)
    let (sample, threshold) = HistoryRows.sample(of: results, leaders: leaders)
    let rowNumbers = leaders.union(sample)
    let reporting = outline.hasReports ? Set(ReportTable.sample(of: outline.complete)) : []
    let trials = try reading(rowNumbers.union(reporting).sorted())
    // What is damaged so that it has no result after all is only counted.
    let records = trials.filter { rowNumbers.contains($0.number) && $0.hasResult }
    restore(
      records.map { HistoryRecord($0, directions: directions) }, results: results, prunedCount: outline.pruned.count,
      threshold: threshold)
    for trial in trials where reporting.contains(trial.number) {
      insertReports(of: trial)
    }
    take(failed: outline.failed, excluded: outline.excluded, reusing: outline.reusing)
  }
}

extension FrozenTrial {
  /// Whether the trial is complete with its one value, or pruned.
  fileprivate var hasResult: Bool { state == .pruned || state == .complete && values.count == 1 && !values[0].isNaN }
}

extension NumberSet {
  /// The numbers of either set.
  func union(_ other: NumberSet) -> NumberSet {
    var result: [Range<Int>] = []
    var (left, right) = (0, 0)
    while left < ranges.count || right < other.ranges.count {
      let next: Range<Int>
      if right == other.ranges.count
        || left < ranges.count && ranges[left].lowerBound < other.ranges[right].lowerBound
      {
        next = ranges[left]
        left += 1
      } else {
        next = other.ranges[right]
        right += 1
      }
      if let last = result.last, last.upperBound >= next.lowerBound {
        result[result.count - 1] = last.lowerBound..<max(last.upperBound, next.upperBound)
      } else {
        result.append(next)
      }
    }
    return NumberSet(ranges: result)
  }
}
