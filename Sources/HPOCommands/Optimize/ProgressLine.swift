import HPO

/// How far an optimization has come, in one line.
struct ProgressLine: Sendable {
  /// The total that was asked for, nil where there is none.
  let total: Int?
  let direction: StudyDirection?
  let metric: String
  private(set) var complete: Int
  private(set) var pruned: Int
  private(set) var failed: Int
  /// Trials of this run that have the parameters of an earlier one.
  private(set) var repeats = 0
  private(set) var best: (value: Double, number: Int)?
  /// Trials that were finished before this run.
  private let earlier: Int

  init(total: Int?, record: StudyRecord, counts: [TrialState: Int], best: PooledResult?) {
    self.total = total
    direction = record.directions.count == 1 ? record.directions[0] : nil
    metric = record.metricNames[0]
    complete = counts[.complete] ?? 0
    pruned = counts[.pruned] ?? 0
    failed = counts[.failed] ?? 0
    earlier = complete + pruned + failed
    self.best = best.flatMap { result in result.value.map { ($0, result.trial.number) } }
  }

  /// Trials of the study that are finished.
  var done: Int { complete + pruned + failed }

  /// Takes in a trial that was just finished; returns whether it is the best so far.
  @discardableResult
  mutating func count(_ trial: FrozenTrial) -> Bool {
    switch trial.state {
    case .complete: complete += 1
    case .pruned: pruned += 1
    case .failed: failed += 1
    case .running, .waiting: break
    }
    // A replicate counts by the mean, which the end tells.
    let isRepeated = trial.replicated != nil || trial.reused != nil
    if isRepeated { repeats += 1 }
    guard let direction, !isRepeated, trial.state == .complete, trial.isFeasible, let value = trial.value else {
      return false
    }
    if let best, !direction.isBetter(value, than: best.value) { return false }
    best = (value, trial.number)
    return true
  }

  /// `57/200 done · 31 pruned · 0 failed · best accuracy 0.9861 (#42) · 35 s left · 4.1 trials/s`, cut to a width.
  ///
  /// - Parameter elapsed: Seconds since this run began.
  func text(elapsed: Double, width: Int? = nil) -> String {
    var parts = [total.map { "\(done)/\($0) done" } ?? "\(done) done", "\(pruned) pruned", "\(failed) failed"]
    if repeats > 0 { parts.append("\(repeats) repeated") }
    if let best { parts.append("best \(metric) \(shortNumber(best.value)) (#\(best.number))") }
    let rate = Double(done - earlier) / max(elapsed, 1e-9)
    if done > earlier {
      if let total, total > done { parts.append("\(duration(Double(total - done) / rate)) left") }
      parts.append(rate >= 1 ? "\(shortNumber((rate * 10).rounded() / 10)) trials/s" : "\(duration(1 / rate)) a trial")
    }
    var line = parts.removeFirst()
    for part in parts where width.map({ line.count + part.count + 3 <= $0 }) ?? true { line += " · " + part }
    return line
  }
}

/// A time span for people: `0.4 s`, `35 s`, `4 min 10 s`, `2 h 5 min`.
func duration(_ seconds: Double) -> String {
  if seconds < 10 { return "\(shortNumber((seconds * 10).rounded() / 10)) s" }
  guard seconds < 1e9 else { return "a long time" }
  let whole = Int(seconds.rounded())
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
  if whole < 86_400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
  return "\(whole / 86_400) d \(whole % 86_400 / 3600) h"
}
