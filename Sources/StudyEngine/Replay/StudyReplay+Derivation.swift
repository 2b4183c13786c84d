import OrderedCollections
import Pruners
import Samplers
import SearchSpace
import TrialStorage
import Trials

extension StudyReplay {
  /// Derives a trial of a deterministic study, where the trials that it saw are as they were.
  mutating func replay(_ trial: FrozenTrial) throws {
    guard let seen = trial.seen else {
      report.given += 1
      return
    }
    let count = ordered.seenCount(of: trial.number)
    guard seen.count == count else {
      return note(.seenSet, of: trial.number, expected: Self.range(count), found: Self.range(seen.count))
    }
    let digest = try ordered.digest(
      ofFirst: count, without: Set(seen.without), storage: study.storage, study: study.id)
    guard digest == seen.digest else {
      if !altered.contains(where: { $0 < count }) {
        let suspects = soundCount..<count
        note(
          .seenTrials, of: trial.number,
          expected: suspects.count == 1
            ? "trial \(soundCount) as it was" : "trials \(soundCount) to \(count - 1) as they were",
          found: "others")
        altered.formUnion(suspects)
      }
      report.skipped += 1
      return
    }
    soundCount = max(soundCount, count)
    guard try seen.search == study.searchChecksum() else {
      withOtherSearch.append(trial.number)
      report.given += 1
      return
    }
    try derive(trial, seeing: seen)
  }

  /// Derives the trials of a study that one job is taken to have run, up to the first that does not follow.
  mutating func replayOneJob() throws {
    let overlap = firstOverlap
    for trial in trials {
      if trial.systemAttributes[FrozenTrial.sourceKey] != nil || !trial.state.isFinished && trial.parameters.isEmpty {
        report.given += 1
        continue
      }
      var reason: String?
      if let (first, second) = overlap, first.number <= trial.number {
        reason = "trial \(second.number) began before trial \(first.number) had ended, so several trials ran at once"
      } else if let blocker = ordered.blocker(of: trial.number) {
        reason = "trial \(blocker) is not finished"
      } else if !report.differences.isEmpty {
        reason = ordered.excludedCount == 0 ? "" : "trials are excluded, and since when is not on record"
      }
      if let reason {
        report.skipped = trials.filter { $0.number >= trial.number }.count
        if !reason.isEmpty {
          report.notes.append("\(reason): without --deterministic the trials from \(trial.number) on cannot be derived")
        }
        return
      }
      let all = SeenTrials(count: trial.number, without: [], digest: Checksum(bits: 0), search: Checksum(bits: 0))
      try derive(trial, seeing: all)
    }
  }

  /// The first trial that a later one ran beside, and the earliest such one. What the former saw depends on when each of its
  /// parameters was asked for, so that neither of them follows from the record.
  private var firstOverlap: (FrozenTrial, FrozenTrial)? {
    var found: (FrozenTrial, FrozenTrial)?
    var earliest: (started: Timestamp, trial: FrozenTrial)?
    for trial in trials.reversed() where trial.systemAttributes[FrozenTrial.sourceKey] == nil {
      guard let started = trial.started else { continue }
      if let completed = trial.completed, let earliest, earliest.started < completed {
        found = (trial, earliest.trial)
      }
      if earliest.map({ started <= $0.started }) ?? true { earliest = (started, trial) }
    }
    return found
  }

  private mutating func derive(_ trial: FrozenTrial, seeing seen: SeenTrials) throws {
    let before = report.differences.count
    var view = try ordered.view(of: seen, by: trial.number, storage: study.storage, study: study.id)
    deriveAssignment(of: trial, &view.history)
    deriveParameters(of: trial, view.history)
    derivePruning(of: trial, view.history)
    if report.differences.count == before { report.derived += 1 }
  }

  /// - Parameter history: What the trial sees; gets the trial itself.
  private mutating func deriveAssignment(of trial: FrozenTrial, _ history: inout TrialHistory) {
    var own = FrozenTrial(id: trial.id, number: trial.number, state: .running)
    history.update(own)
    if trial.fixedParameters.isEmpty {
      let assignment = study.sampler.assignment(for: Draw(seed: study.seed, number: trial.number), history: history)
      for (key, expected) in assignment where trial.systemAttributes[key] != expected {
        note(
          .attribute, of: trial.number, name: key, expected: expected.serialized(.python),
          found: trial.systemAttributes[key]?.serialized(.python) ?? "none")
      }
    }
    own.systemAttributes = trial.systemAttributes
    history.update(own)
  }

  private mutating func deriveParameters(of trial: FrozenTrial, _ history: TrialHistory) {
    var draws = DerivedDraws(trial: trial, study: study, history: history)
    for (place, element) in trial.parameters.elements.enumerated() {
      let (name, parameter) = element
      do {
        let expected = try draws.value(of: name, parameter.distribution, place: place)
        guard expected != parameter.value else { continue }
        note(
          .parameter, of: trial.number, name: name, expected: Self.text(expected, in: parameter.distribution),
          found: Self.text(parameter.value, in: parameter.distribution))
      } catch {
        note(
          .parameter, of: trial.number, name: name, expected: "none: \(error)",
          found: Self.text(parameter.value, in: parameter.distribution))
      }
    }
    let mayLackSome =
      trial.seal.map { $0.parameters != TrialSeal(of: trial).parameters }
      ?? (trial.state == .complete || trial.state == .pruned)
    guard let space, mayLackSome else { return }
    // Where a parameter cannot be drawn, those behind it are not known.
    _ = try? space.walk { name, distribution in
      if let parameter = trial.parameters[name] { return parameter.external }
      let expected = try draws.value(of: name, distribution, place: trial.parameters.count)
      note(
        .parameter, of: trial.number, name: name, expected: Self.text(expected, in: distribution), found: "none")
      return try distribution.external(expected)
    }
  }

  private mutating func derivePruning(of trial: FrozenTrial, _ history: TrialHistory) {
    guard !(study.pruner is NopPruner), trial.reused == nil, !altered.contains(trial.number) else { return }
    let reports = trial.intermediateValues
    for (place, last) in reports.enumerated() {
      guard study.pruner.shouldPrune(reports: Array(reports[...place]), history: history) else { continue }
      if place + 1 < reports.count {
        note(
          .pruning, of: trial.number, expected: "pruned at step \(last.step)",
          found: "a report at step \(reports[place + 1].step)")
      } else if trial.state == .complete {
        note(.pruning, of: trial.number, expected: "pruned at step \(last.step)", found: trial.state.rawValue)
      }
      return
    }
    // Else an objective may have ended its trial by itself.
    if trial.state == .pruned, trial.seal == nil {
      note(.pruning, of: trial.number, expected: "no end by the pruner", found: trial.state.rawValue)
    }
  }

  private static func range(_ count: Int) -> String { count == 0 ? "no trial" : "trials 0 to \(count - 1)" }

  private static func text(_ value: Double, in distribution: Distribution) -> String {
    (try? distribution.external(value))?.description ?? value.description
  }
}

/// What a study's sampler draws for a trial that is on record.
private struct DerivedDraws {
  let trial: FrozenTrial
  let study: Study
  let history: TrialHistory
  /// The joint draws by the refusals before them.
  private var relative: [Int: OrderedDictionary<String, Double>] = [:]

  init(trial: FrozenTrial, study: Study, history: TrialHistory) {
    self.trial = trial
    self.study = study
    self.history = history
  }

  /// The internal value of a parameter.
  ///
  /// - Parameters:
  ///   - name: The parameter's name.
  ///   - distribution: The distribution that it was asked for under.
  ///   - place: Its place among the parameters of the trial.
  mutating func value(of name: String, _ distribution: Distribution, place: Int) throws -> Double {
    if let fixed = trial.fixedParameters[name] { return try distribution.internal(fixed) }
    if distribution.isSingle { return distribution.lowest }
    let attempt = trial.attempts.last { $0.first <= place }
    let refusals = attempt?.refusals ?? 0
    let draw = Draw(seed: study.seed, number: trial.number).attempt(refusals)
    if let attempt, attempt.redraws >= DuplicatePolicy.samplerDraws {
      return try RandomSampler().sampleIndependent(name, distribution, draw: draw, history: history)
    }
    let joint = relative[refusals] ?? jointDraw(draw)
    relative[refusals] = joint
    if let value = joint[name], distribution.contains(internal: value) { return value }
    return try study.sampler.sampleIndependent(name, distribution, draw: draw, history: history)
  }

  private func jointDraw(_ draw: Draw) -> OrderedDictionary<String, Double> {
    let space = study.sampler.relativeSpace(history)
    return space.isEmpty ? [:] : study.sampler.sampleRelative(space, draw: draw, history: history)
  }
}
