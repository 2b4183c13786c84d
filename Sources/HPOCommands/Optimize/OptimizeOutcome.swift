import HPO

/// What there is to say at the end of an optimization.
struct OptimizeOutcome {
  let text: String
  /// 0, or 1 where no trial of the study succeeded, or 130 after Ctrl-C.
  let exitStatus: Int32

  /// - Parameters:
  ///   - overview: The study as it is now.
  ///   - summary: What was done.
  ///   - total: How many trials there were to be.
  ///   - seconds: How long it took.
  ///   - isInterrupted: Whether Ctrl-C ended it.
  ///   - options: How the study is named on a command line; nil where no other command finds it.
  ///   - hasArchitectures: Whether it searches architectures.
  init(
    _ overview: StudyOverview, summary: OptimizationSummary, total: Int?, seconds: Double, isInterrupted: Bool,
    options: String?, hasArchitectures: Bool
  ) {
    let counts = overview.counts
    let done = TrialState.allCases.filter(\.isFinished).reduce(0) { $0 + (counts[$1] ?? 0) }
    var text = "\(done)\(total.map { $0 < done ? "" : " of \($0)" } ?? "") done"
    text += ": \(counts[.complete] ?? 0) complete, \(counts[.pruned] ?? 0) pruned, \(counts[.failed] ?? 0) failed"
    if let running = counts[.running], running > 0 { text += ", \(running) running elsewhere" }
    if let waiting = counts[.waiting], waiting > 0 { text += ", \(waiting) waiting" }
    if overview.excluded > 0 { text += ", \(overview.excluded) excluded" }
    text += summary.finished > 0 ? " (\(counted(summary.finished, "trial")) in \(duration(seconds)))\n" : "\n"
    let duplicates = [
      (summary.redrawn, "drawn again"), (summary.replicates, "run as replicates"), (summary.reused, "given its result"),
    ].filter { $0.0 > 0 }.map { "\($0) \($1)" }
    if !duplicates.isEmpty {
      text += "trials with the parameters of an earlier one: \(duplicates.joined(separator: ", "))\n"
    }
    if let reason = summary.stopReason { text += "stopped: \(reason)\n" }
    if let best = overview.best { text += TrialDescription(best, study: overview.record).text }
    let allFailed = done > 0 && done == counts[.failed]
    if allFailed {
      text += "every trial failed" + (options.map { "; the reasons: hpo trials \($0) --state failed" } ?? "") + "\n"
    } else if summary.finished > 0, !isInterrupted, let options {
      text += "next: hpo \(hasArchitectures ? "nas front \(options)" : "trials \(options) --sort value --limit 10")\n"
    }
    self.text = text
    exitStatus = isInterrupted ? Interruption.exitStatus : allFailed ? 1 : 0
  }

  /// A line on trials that stopped before their end.
  ///
  /// - Parameter hasCheckpoints: Whether they go on within, rather than from their beginning.
  func note(interrupted numbers: [Int], hasCheckpoints: Bool) -> String {
    guard !numbers.isEmpty else { return "interrupted\n" }
    let trials = "trial\(numbers.count == 1 ? "" : "s") \(ProgressReporter.list(numbers))"
    guard hasCheckpoints else { return "interrupted; \(trials) will run again with the same parameters\n" }
    return "interrupted; \(trials) will go on from \(numbers.count == 1 ? "its" : "their") last checkpoint\n"
  }
}
