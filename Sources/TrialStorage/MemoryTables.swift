import OrderedCollections
import SearchSpace
import Trials

/// All that an `InMemoryStorage` holds.
struct MemoryTables {
  var studies: OrderedDictionary<Int64, StudyTable> = [:]
  var lastStudyID: Int64 = 0
  var lastTrialID: Int64 = 0
  /// The study and the number of each trial.
  var places: [Int64: (study: Int64, number: Int)] = [:]

  /// Adds a trial, which gets its id and its number here, to the study at that position.
  @discardableResult
  mutating func append(_ trial: FrozenTrial, at index: Int) -> FrozenTrial {
    lastTrialID += 1
    var copy = trial
    copy.id = lastTrialID
    copy.number = studies.values[index].trials.count
    copy.settleForStorage()
    places[copy.id] = (studies.keys[index], copy.number)
    let exclusion = copy.exclusion
    copy.exclusion = nil
    studies.values[index].trials.append(copy)
    studies.values[index].learn(copy.number)
    guard let exclusion else { return copy }
    studies.values[index].setExclusion(exclusion, number: copy.number)
    copy.exclusion = exclusion
    return copy
  }
}

/// What a trial goes on from.
struct MemoryCheckpoint {
  var bytes: [UInt8]
  /// The step of the last report before it.
  var lastStep: Int?
  /// How many checkpoints the trial has had.
  var sequence: Int
}

/// How often a trial was started, and how often its process ended under it.
struct MemoryAttempts {
  var starts = 0
  /// Without a checkpoint newer than `progress`.
  var deaths = 0
  var progress = 0
}

/// A study with its trials.
struct StudyTable {
  var record: StudyRecord
  var documents: [StudyDocument: String] = [:]
  /// By number.
  var trials: [FrozenTrial] = []
  var owners: [Int64: ProcessIdentity] = [:]
  /// How often finished trials were excluded or included.
  private(set) var revision: Int64 = 0
  private(set) var excludedCount = 0
  var heartbeats: [Int64: Timestamp] = [:]
  var attempts: [Int64: MemoryAttempts] = [:]
  var checkpoints: [Int64: MemoryCheckpoint] = [:]
  /// What the trials' objectives printed.
  var logs: [Int64: String] = [:]
  /// A distribution of the study under each name.
  private var distributions: [String: Distribution] = [:]
  /// The numbers of the trials that have or had a candidate.
  private var candidates: [String: [Int]] = [:]
  /// No waiting trial has a lower number.
  private var firstWaiting = 0

  init(record: StudyRecord, documents: [StudyDocument: String] = [:]) {
    self.record = record
    self.documents = documents
  }

  /// - Throws: `StorageError.incompatibleParameter` where one contradicts the study.
  func check(_ parameters: OrderedDictionary<String, FrozenTrial.Parameter>) throws {
    for (name, parameter) in parameters {
      try StorageChecks.compatibility(
        of: parameter.distribution, with: distributions[name], name: name)
    }
  }

  /// A distribution that a trial has under a name.
  func distribution(of name: String) -> Distribution? { distributions[name] }

  mutating func setSystemAttributes(_ attributes: OrderedDictionary<String, JSONValue>, number: Int) {
    trials[number].systemAttributes.update(with: attributes)
    if attributes[FrozenTrial.candidateKey] != nil { learnCandidate(of: number) }
  }

  /// Whether a trial other than that of the number, which has not failed, has a candidate.
  func isTaken(_ candidate: String, by number: Int) -> Bool {
    (candidates[candidate] ?? []).contains { other in
      other != number && trials[other].state != .failed && trials[other].candidate == candidate
    }
  }

  /// Takes note of the candidate of a trial.
  private mutating func learnCandidate(of number: Int) {
    guard let candidate = trials[number].candidate, candidates[candidate]?.contains(number) != true else { return }
    candidates[candidate, default: []].append(number)
  }

  /// Takes note of the distributions of a trial, and of its candidate.
  mutating func learn(_ number: Int) {
    learnCandidate(of: number)
    for (name, parameter) in trials[number].parameters where distributions[name] == nil {
      distributions[name] = parameter.distribution
    }
  }

  mutating func setExclusion(_ reason: String?, number: Int) {
    excludedCount += (reason == nil ? 0 : 1) - (trials[number].isExcluded ? 1 : 0)
    trials[number].exclusion = reason
    revision += 1
  }

  var lowestWaiting: Int? { trials[firstWaiting...].firstIndex { $0.state == .waiting } }

  mutating func start(_ number: Int, owner: ProcessIdentity) -> StartedTrial {
    let id = trials[number].id
    trials[number].state = .running
    trials[number].started = .now
    owners[id] = owner
    attempts[id, default: MemoryAttempts()].starts += 1
    firstWaiting = max(firstWaiting, number + 1)
    return StartedTrial(record: trials[number], lease: TrialLease(trial: id, start: attempts[id]?.starts))
  }

  /// - Throws: `StorageError.trialLost`.
  func check(_ lease: TrialLease, number: Int) throws {
    try StorageChecks.lease(
      lease, state: trials[number].state, starts: attempts[lease.trial]?.starts ?? 0,
      isOwned: owners[lease.trial] != nil, number: number)
  }

  mutating func setCheckpoint(_ bytes: [UInt8], number: Int) {
    let id = trials[number].id
    checkpoints[id] = MemoryCheckpoint(
      bytes: bytes, lastStep: trials[number].intermediateValues.last?.step,
      sequence: (checkpoints[id]?.sequence ?? 0) + 1)
  }

  /// Takes what a run left from a trial that begins again.
  mutating func startOver(_ number: Int) {
    checkpoints[trials[number].id] = nil
    trials[number].intermediateValues = []
    trials[number].systemAttributes = trials[number].systemAttributes.filter {
      !FrozenTrial.isOfOneRun(attribute: $0.key)
    }
  }

  mutating func requeue(_ number: Int) {
    let id = trials[number].id
    if let checkpoint = checkpoints[id] {
      trials[number].intermediateValues.removeAll { $0.step > checkpoint.lastStep ?? -1 }
    } else {
      startOver(number)
    }
    logs[id] = nil
    trials[number].state = .waiting
    trials[number].started = nil
    leave(id)
    firstWaiting = min(firstWaiting, number)
  }

  /// Counts the end of a trial's process; whether it has ended too often.
  mutating func countDeath(_ number: Int) -> Bool {
    let id = trials[number].id
    let progress = checkpoints[id]?.sequence ?? 0
    var attempt = attempts[id] ?? MemoryAttempts()
    attempt.deaths = progress > attempt.progress ? 1 : attempt.deaths + 1
    attempt.progress = progress
    attempts[id] = attempt
    return attempt.deaths >= OrphanedTrials.mostDeaths
  }

  mutating func finish(
    _ number: Int, state: TrialState, values: [Double], attributes: OrderedDictionary<String, JSONValue>
  ) {
    trials[number].state = state
    trials[number].values = values
    trials[number].completed = .now
    setSystemAttributes(attributes, number: number)
    leave(trials[number].id)
    checkpoints[trials[number].id] = nil
  }

  private mutating func leave(_ trial: Int64) {
    owners[trial] = nil
    heartbeats[trial] = nil
  }
}
