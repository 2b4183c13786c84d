import OrderedCollections
import SearchSpace
import Trials

/// Brings trials over a batch at a time, each of them once.
struct TransferBatches {
  /// How many trials go over in one transaction, which takes some milliseconds; their logs are at most 64 KiB each.
  private static let size = 256

  private let transfer: StudyTransfer
  private let target: any Storage
  private let other: StudyRecord
  private let selection: StudyTransfer.Selection
  /// The numbers of the target's trials, by what they are known again by.
  private var places: [TrialOrigin: Int] = [:]
  /// Up to which id the target's trials are in `places`.
  private var lastID: Int64
  /// The numbers in the target of the trials that were looked at, by those in the source.
  private var numbers: [Int: Int] = [:]
  /// The source's replicates that are on record as such only in a copy, which is not derived again.
  private var duplicates = ConcurrentDuplicates()
  private var summary = StudyTransfer.Summary()

  /// Reads which trials the target has.
  init(
    _ transfer: StudyTransfer, to target: any Storage, study other: StudyRecord, _ selection: StudyTransfer.Selection
  ) throws {
    self.transfer = transfer
    self.target = target
    self.other = other
    self.selection = selection
    lastID = 0
    try target.forEachBatch(study: other.id) { trials in
      for trial in trials {
        places[TrialOrigin(of: trial, in: other)] = trial.number
        lastID = max(lastID, trial.id)
      }
    }
  }

  /// Sees whether the parameters of all trials that are to be added fit those of the target.
  ///
  /// - Throws: `StorageError.incompatibleParameter`; `invalidValue` where a copy would lack something of its trial.
  func check() throws {
    var kinds: [ExactText: Distribution] = [:]
    try transfer.source.forEachBatch(study: transfer.study.id) { trials in
      for trial in trials where selection.admits(trial) && places[TrialOrigin(of: trial, in: transfer.study)] == nil {
        try StorageChecks.isWhole(trial)
        for (name, parameter) in trial.parameters {
          let key = ExactText(name)
          let kind = try kinds[key] ?? target.distribution(of: name, study: other.id) ?? parameter.distribution
          kinds[key] = kind
          try StorageChecks.compatibility(of: parameter.distribution, with: kind, name: name)
        }
      }
    }
  }

  /// Adds what the target does not have yet.
  mutating func run() throws -> StudyTransfer.Summary {
    try transfer.source.forEachBatch(study: transfer.study.id) { batch in
      for trial in batch { duplicates.add(trial) }
      let trials = batch.filter(selection.admits)
      for start in stride(from: 0, to: trials.count, by: Self.size) {
        try add(trials[start..<min(start + Self.size, trials.count)])
      }
    }
    return summary
  }

  private mutating func add(_ trials: ArraySlice<FrozenTrial>) throws {
    for trial in trials { try StorageChecks.isWhole(trial) }
    // The source may be the storage that is about to be locked.
    var logs: [Int64: String] = [:]
    if transfer.bringsLogs {
      for trial in trials where trial.state.isFinished && place(of: trial) == nil {
        logs[trial.id] = try transfer.source.log(trial: trial.id)
      }
    }
    if trials.allSatisfy({ place(of: $0) != nil }) {
      for trial in trials { numbers[trial.number] = place(of: trial) }
      summary.known += trials.count
      return
    }
    let added = try target.addTrials(study: other.id, above: lastID) { first, news in
      for trial in news { places[TrialOrigin(of: trial, in: other)] = trial.number }
      lastID = news.reduce(lastID) { max($0, $1.id) }
      var additions: [TrialAddition] = []
      for trial in trials {
        if let place = place(of: trial) {
          numbers[trial.number] = place
          continue
        }
        let number = first + additions.count
        places[TrialOrigin(of: trial, in: transfer.study)] = number
        numbers[trial.number] = number
        additions.append(
          TrialAddition(
            transfer.copy(of: trial, numbers: numbers, original: duplicates.originals[trial.number]),
            log: logs[trial.id],
            note: transfer.study.note(onTrial: trial.id)))
      }
      return additions
    }
    summary.known += trials.count - added.count
    summary.added += added.count
    for trial in added {
      lastID = max(lastID, trial.id)
      let range = summary.numbers ?? trial.number...trial.number
      summary.numbers = min(range.lowerBound, trial.number)...max(range.upperBound, trial.number)
    }
  }

  private func place(of trial: FrozenTrial) -> Int? { places[TrialOrigin(of: trial, in: transfer.study)] }
}

/// By what a trial is known again in copies of its study.
private struct TrialOrigin: Hashable {
  private let number: Int
  private let started: Timestamp?
  private let completed: Timestamp?
  /// The study's name, where the times do not tell trials apart.
  private let study: String?

  init(of trial: FrozenTrial, in record: StudyRecord) {
    let source = trial.systemAttributes[FrozenTrial.sourceKey]
    number = source?["number"]?.intValue ?? trial.number
    started = trial.started
    completed = trial.completed
    study = started == nil || completed == nil ? source?["study"]?.stringValue ?? record.name : nil
  }
}
