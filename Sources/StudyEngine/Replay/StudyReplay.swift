import OrderedCollections
public import SearchSpace
import TrialStorage
import Trials

/// Derives each trial of a study again from what it saw, and compares it with the record: the parameters by the sampler, the
/// end by the pruner, all else by what the trial was sealed with as it ended.
///
/// For a study that is not deterministic the same is done on the assumption that one job ran it, in which case a trial saw
/// all trials before it.
public struct StudyReplay {
  let study: Study
  /// The parameters that each trial has, where that is known.
  let space: ParameterSpace?
  let trials: [FrozenTrial]
  var ordered: OrderedTrials
  var report = ReplayReport()
  /// Trials that are not as they were.
  var altered = Set<Int>()
  /// The most first trials that a trial saw as they are on record.
  var soundCount = 0
  /// Trials that ran with another study file or other options.
  var withOtherSearch: [Int] = []

  /// - Parameters:
  ///   - study: With the sampler and the pruner that its trials ran with.
  ///   - space: The parameters that each trial has, so that one that is missing is noticed.
  /// - Throws: `StorageError`.
  public init(_ study: Study, space: ParameterSpace? = nil) throws {
    self.study = study
    self.space = space
    trials = try study.trials
    ordered = OrderedTrials(window: study.window ?? 1, directions: study.directions)
  }

  /// Goes through the study once.
  ///
  /// - Throws: `StorageError`.
  public mutating func run() throws -> ReplayReport {
    report = ReplayReport()
    report.window = study.window
    report.trials = trials.count
    try ordered.read(from: study.storage, study: study.id)
    checkSearch()
    try checkSeed()
    findMissing()
    for trial in trials { checkSeal(of: trial) }
    if study.isDeterministic {
      for trial in trials { try replay(trial) }
      noteUnnamedParameters()
      if let first = withOtherSearch.first, let last = withOtherSearch.last {
        report.notes.append(
          "trials between \(first) and \(last) ran with another study file or other options, and were not derived")
      }
    } else {
      try replayOneJob()
    }
    report.differences.sort {
      ($0.trial, $0.kind.rawValue, $0.name ?? "") < ($1.trial, $1.kind.rawValue, $1.name ?? "")
    }
    return report
  }

  mutating func note(
    _ kind: ReplayReport.Difference.Kind, of trial: Int, name: String? = nil, expected: String, found: String
  ) {
    report.differences.append(
      .init(trial: trial, kind: kind, name: name, expected: expected, found: found))
    if ![.search, .seenSet, .seenTrials, .pruning].contains(kind) { altered.insert(trial) }
  }
}

// MARK: - What each trial says of itself

extension StudyReplay {
  private mutating func findMissing() {
    let numbers = Set(trials.map(\.number))
    for number in 0..<((numbers.max() ?? -1) + 1) where !numbers.contains(number) {
      note(.missing, of: number, expected: "a trial", found: "none")
    }
  }

  /// The study file is exchanged before a trial runs, never after the last one.
  private mutating func checkSearch() {
    guard let last = trials.last(where: { $0.seen != nil }), let now = try? study.searchChecksum(),
      last.seen?.search != now
    else { return }
    note(.search, of: last.number, expected: "the study file and options that it ran with", found: "others")
  }

  /// The seed on record is that of the sampler once a trial has started.
  private mutating func checkSeed() throws {
    let isOwn = { (trial: FrozenTrial) in
      trial.systemAttributes[FrozenTrial.sourceKey] == nil && trial.state != .waiting
    }
    guard let last = trials.last(where: isOwn) else { return }
    let found = try study.storage.document(.seed, study: study.id)
    if let found, found != String(study.seed) {
      note(.search, of: last.number, name: "seed", expected: String(study.seed), found: found)
    }
  }

  private mutating func checkSeal(of trial: FrozenTrial) {
    guard trial.systemAttributes[FrozenTrial.sealKey] != nil || trial.state.isFinished else {
      return
    }
    guard let seal = trial.seal else {
      if trial.seen != nil, trial.state != .failed {
        note(
          .attribute, of: trial.number, name: FrozenTrial.sealKey, expected: "what the trial ended with", found: "none")
      }
      return
    }
    let found = TrialSeal(of: trial)
    if seal.state != found.state {
      note(.state, of: trial.number, expected: seal.state.rawValue, found: found.state.rawValue)
    }
    // A trial that failed is read without its values.
    if seal.values != found.values, seal.state == found.state || !found.values.isEmpty {
      note(.value, of: trial.number, expected: Self.text(seal.values), found: Self.text(found.values))
    }
    if seal.parameters != found.parameters { altered.insert(trial.number) }
    if seal.reports != found.reports {
      note(.report, of: trial.number, expected: "the reports that it ended with", found: "others")
    }
    if seal.attributes != found.attributes {
      note(.attribute, of: trial.number, expected: "the attributes that it ended with", found: "others")
    }
  }

  /// Names the trials whose parameters have changed and could not be derived.
  private mutating func noteUnnamedParameters() {
    let named = Set(report.differences.filter { $0.kind == .parameter }.map(\.trial))
    for trial in trials where !named.contains(trial.number) {
      guard let seal = trial.seal, seal.parameters != TrialSeal(of: trial).parameters else { continue }
      note(.parameter, of: trial.number, expected: "the parameters that it ended with", found: "others")
    }
  }

  private static func text(_ values: [Double]) -> String {
    values.isEmpty ? "none" : values.map(\.description).joined(separator: ", ")
  }
}
