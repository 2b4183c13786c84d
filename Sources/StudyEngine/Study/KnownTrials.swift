import TrialStorage
import Trials

/// The trials of a study as a process knows them.
struct KnownTrials {
  private(set) var cursor = TrialCursor()
  var history: TrialHistory
  /// The trials that this process runs, which need not be read.
  private var own: [Int64: FrozenTrial] = [:]
  private var isOpen = false
  /// How many trials were finished when the history was last kept.
  private var keptCount = 0

  /// A study of fewer finished trials is read as fast as it would be found in what was kept.
  private static let leastToKeep = 4096

  init(directions: [StudyDirection]) { history = TrialHistory(directions: directions) }

  /// Reads what is new in the storage, at first from what was kept there, or of very many trials only those that count.
  mutating func read(from storage: any Storage, study: Int64) throws {
    if !isOpen, let kept = try storage.history(study: study),
      let history = TrialHistory(encoded: kept.data, directions: history.directions)
    {
      (self.history, cursor, keptCount) = (history, kept.cursor, history.finishedCount)
    } else if !isOpen {
      try outline(from: storage, study: study)
    }
    isOpen = true
    repeat {
      let changes = try storage.changes(study: study, since: &cursor)
      if cursor.hasBegunAgain {
        if try outline(from: storage, study: study) { break }
        history = TrialHistory(directions: history.directions)
        keptCount = 0
        for trial in own.values { history.update(trial) }
      }
      for trial in changes {
        if own[trial.id] == nil { history.update(trial) } else { cursor.ignore(trial.id) }
      }
    } while cursor.isBehind
    try keep(in: storage, study: study, after: Self.leastToKeep)
  }

  /// Makes the history of a study of very many trials anew from those that it keeps; whether it could.
  @discardableResult
  private mutating func outline(from storage: any Storage, study: Int64) throws -> Bool {
    guard let (cursor, outline) = try storage.outline(study: study),
      let history = try TrialHistory(
        outline: outline, directions: history.directions,
        reading: { numbers in try storage.trials(study: study, numbers: numbers) })
    else { return false }
    (self.history, self.cursor, keptCount) = (history, cursor, 0)
    for trial in own.values {
      self.history.update(trial)
      self.cursor.ignore(trial.id)
    }
    return true
  }

  /// Leaves the history with the storage, where so many trials have finished since that was done; nil for whatever has.
  mutating func keep(in storage: any Storage, study: Int64, after count: Int?) throws {
    let finished = history.finishedCount
    guard finished >= Self.leastToKeep, count.map({ finished - keptCount >= $0 }) ?? true, let data = history.encoded
    else { return }
    keptCount = finished
    var behind = cursor
    behind.unfinished.formUnion(own.keys.filter { $0 <= behind.lastID })
    try storage.keepHistory(KeptHistory(cursor: behind, data: data), study: study)
  }

  mutating func remember(_ trial: FrozenTrial) {
    history.update(trial)
    cursor.ignore(trial.id)
    own[trial.id] = trial.state.isFinished ? nil : trial
  }

  /// Another running trial with the parameters of one: of this process's those that have claimed them, not those that were
  /// drawn and may be drawn again.
  func runningTwin(of trial: FrozenTrial) -> FrozenTrial? {
    let isTwin = { (other: FrozenTrial) in other.number != trial.number && other.hasParameters(of: trial) }
    return own.values.filter(isTwin).min { $0.number < $1.number }
      ?? history.running.first { own[$0.id] == nil && isTwin($0) }
  }

  mutating func release(_ trial: FrozenTrial) {
    history.update(trial)
    own[trial.id] = nil
    cursor.watch(trial.id)
  }
}
