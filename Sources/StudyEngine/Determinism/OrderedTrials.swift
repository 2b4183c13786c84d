import TrialStorage
import Trials

/// The trials of a deterministic study as a process knows them, taken in by ascending number.
///
/// Trial n sees the trials 0 ... n − `window` once they are finished, and nothing else. So what it is suggested from follows
/// from its number and the record, whatever runs beside it and whichever process looks.
struct OrderedTrials {
  /// How many trials may run at once.
  let window: Int
  private let directions: [StudyDirection]

  private var cursor = TrialCursor()
  private var unfinished: [Int: FrozenTrial] = [:]
  /// Finished trials that the history has not taken in.
  private var ahead: [Int: FrozenTrial] = [:]
  private var excluded: Set<Int> = []
  /// All trials on record have a lower number.
  private(set) var count = 0

  /// The trials 0 ..< `taken`, without some.
  private var history: TrialHistory
  private var taken = 0
  private var without: Set<Int> = []
  private var digest = StudyDigest()

  /// Whether trials are looked up by their parameters, so that the history is to keep an index.
  var needsIndex = false

  init(window: Int, directions: [StudyDirection]) {
    self.window = window
    self.directions = directions
    history = TrialHistory(directions: directions)
  }

  /// How many trials are excluded.
  var excludedCount: Int { excluded.count }

  /// The trial that is to be started next: the waiting one of the lowest number, else a new one.
  var next: (number: Int, waiting: FrozenTrial?) {
    let waiting = unfinished.values.filter { $0.state == .waiting }.min { $0.number < $1.number }
    return (waiting?.number ?? count, waiting)
  }

  /// The first trial that another one has to wait for.
  func blocker(of number: Int) -> Int? {
    let seenCount = seenCount(of: number)
    return unfinished.keys.filter { $0 < seenCount }.min()
  }

  /// How many trials a trial sees, excluded ones included.
  func seenCount(of number: Int) -> Int { max(0, number - window + 1) }
}

extension OrderedTrials {
  /// Reads what is new in the storage.
  mutating func read(from storage: any Storage, study: Int64) throws {
    repeat {
      let changes = try storage.changes(study: study, since: &cursor)
      if cursor.hasBegunAgain { forget() }
      for trial in changes { take(trial) }
    } while cursor.isBehind
  }

  /// What a trial that starts now sees.
  ///
  /// - Parameter search: What the search is described by.
  mutating func seen(by number: Int, search: Checksum, storage: any Storage, study: Int64) throws -> SeenTrials {
    let count = seenCount(of: number)
    let passedOver = excluded.filter { $0 < number }
    try takeIn(count, without: passedOver, storage: storage, study: study)
    return SeenTrials(count: count, without: passedOver.sorted(), digest: digest.checksum, search: search)
  }

  /// The history as a trial sees it.
  mutating func view(of seen: SeenTrials, by number: Int, storage: any Storage, study: Int64) throws -> TrialView {
    let passedOver = Set(seen.without)
    try takeIn(seen.count, without: passedOver, storage: storage, study: study)
    if needsIndex {
      try history.indexConfigurations { body in
        try storage.forEachConfiguration(study: study) { if seen.contains($0.number) { body($0.included) } }
      }
    }
    var view = history
    // Grid points are given in the order of numbers, by what all trials before have, whether they are finished or not.
    if seen.count < number {
      for other in seen.count..<number where !passedOver.contains(other) {
        if let trial = unfinished[other] ?? ahead[other] { view.visit(trial) }
      }
    }
    return TrialView(history: view, seen: seen)
  }

  /// What the trials of a number of trials are, as a trial that sees them would put it down.
  mutating func digest(ofFirst count: Int, without: Set<Int>, storage: any Storage, study: Int64) throws -> Checksum {
    try takeIn(count, without: without, storage: storage, study: study)
    return digest.checksum
  }

  /// Brings the history to the first trials but for some, from its beginning where it holds others.
  private mutating func takeIn(_ count: Int, without passedOver: Set<Int>, storage: any Storage, study: Int64) throws {
    if taken > count || without != passedOver.filter({ $0 < taken }) {
      forget()
      cursor = TrialCursor()
      try read(from: storage, study: study)
    }
    while taken < count {
      let number = taken
      taken += 1
      // A number that is missing was deleted.
      guard let trial = ahead.removeValue(forKey: number) else { continue }
      digest.append(trial)
      guard !passedOver.contains(number) else {
        without.insert(number)
        continue
      }
      history.update(trial.included)
    }
  }

  private mutating func forget() {
    (unfinished, ahead, excluded, count) = ([:], [:], [], 0)
    (history, taken, without, digest) = (TrialHistory(directions: directions), 0, [], StudyDigest())
  }

  private mutating func take(_ trial: FrozenTrial) {
    let number = trial.number
    count = max(count, number + 1)
    guard trial.state.isFinished else {
      unfinished[number] = trial
      return
    }
    unfinished[number] = nil
    if trial.isExcluded { excluded.insert(number) }
    if number >= taken { ahead[number] = trial }
  }
}

/// The history of a study as one trial sees it, whatever happens beside it.
struct TrialView {
  var history: TrialHistory
  let seen: SeenTrials
}
