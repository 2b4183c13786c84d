public import OrderedCollections
public import SearchSpace
import Spelling
public import Trials

/// Where studies and their trials are kept.
///
/// # Contract
/// - Every method is one transaction: all of it happens or nothing. (`deleteStudy` may take several: the first one decides.)
///   Methods may be called from any thread.
/// - Identifiers of studies and trials ascend in the order of creation and are never reused, also after a deletion.
/// - Numbers of a study's trials are 0, 1, 2, … without a gap.
/// - A trial's life: `running` from `startTrial`, or `waiting` from `enqueueTrial` and then `running`; then exactly one
///   of `complete`, `pruned` and `failed`. A finished trial never changes; an attempt throws `wrongState`. It may only be
///   excluded, and included again.
/// - An excluded trial keeps its number and everything else; it only does not count towards a limit.
/// - A running trial has an owner, and each run of it a lease; who writes under the lease of a run that is over gets
///   `trialLost`.
/// - `requeueTrial` and `requeueOrphans` turn a running trial into a waiting one of the same number with the same
///   parameters. One that has a checkpoint goes on from there: it keeps its constraints and the reports up to the
///   checkpoint's. One that has none runs again as if it had not begun, without reports and constraints.
/// - A trial has at most one checkpoint, which is gone once it is finished.
/// - A name has one kind of distribution in a study (`Distribution.checkCompatibility`).
/// - `close` is idempotent; nothing else may be called after it.
///
/// `StorageContractTests` holds these sentences as tests, which each implementation runs.
public protocol Storage: Sendable {
  // MARK: Studies

  /// - Parameters:
  ///   - name: Of 1 to 512 characters.
  ///   - directions: One an objective, at least one.
  ///   - systemAttributes: What samplers and readers are to know of it.
  ///   - documents: What hpo keeps with it.
  /// - Throws: `StorageError.studyExists`, and `invalidValue` for a name or directions that are none.
  func createStudy(
    name: String, directions: [StudyDirection], systemAttributes: OrderedDictionary<String, JSONValue>,
    documents: [StudyDocument: String]
  ) throws -> StudyRecord

  /// The study of that name, nil where there is none.
  func study(named name: String) throws -> StudyRecord?

  /// All studies in the order of creation.
  func studies() throws -> [StudyRecord]

  /// Gives a study another name.
  ///
  /// - Throws: `StorageError.studyExists` where another study has it; `invalidValue` for a name that is none.
  func renameStudy(_ id: Int64, to name: String) throws

  /// Removes a study with its trials: the study at once, and very many trials some at a time, in transactions of their own,
  /// which nobody sees any more meanwhile.
  ///
  /// - Parameters:
  ///   - id: The id of the study.
  ///   - cleanUp: Removes what lies outside the storage, once the trials are gone; it gets the id.
  func deleteStudy(_ id: Int64, cleanUp: (Int64) throws -> Void) throws

  /// Goes on with the deletions of studies that processes have left behind which ended.
  ///
  /// - Parameter cleanUp: As of `deleteStudy`, for each of the studies.
  /// - Returns: The names that the studies had.
  func finishDeletions(cleanUp: (Int64) throws -> Void) throws -> [String]

  func setStudyAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, study: Int64
  ) throws

  /// A text of the study that only hpo reads, nil where it was never set.
  func document(_ document: StudyDocument, study: Int64) throws -> String?

  func setDocument(_ document: StudyDocument, to text: String, study: Int64) throws

  // MARK: The life of a trial

  /// Starts the waiting trial of the lowest number, else a new trial where `limit` permits one.
  ///
  /// - Parameters:
  ///   - study: The id of the study.
  ///   - owner: The process that will run the trial, and call `recordHeartbeats` where that takes long, so that processes of
  ///     other hosts may tell by their absence that it has ended; or somebody who asks for it and tells the result later.
  ///   - limit: How many trials the study may hold in all, in whatever state, excluded ones aside; nil for no limit, 0 to
  ///     start waiting trials only.
  ///   - number: The number that the trial must have; nil for any.
  ///   - assign: Gives the started trial system attributes, which become part of the same transaction.
  /// - Returns: The running trial, nil where there is none to start or it has another number.
  func startTrial(
    study: Int64, owner: ProcessIdentity, limit: Int?, number: Int?,
    assign: (FrozenTrial) -> OrderedDictionary<String, JSONValue>
  ) throws -> StartedTrial?

  /// Adds a waiting trial, whose fixed parameters are given in external form and may be some of all.
  func enqueueTrial(
    study: Int64, parameters: OrderedDictionary<String, Choice>, userAttributes: OrderedDictionary<String, JSONValue>
  ) throws -> FrozenTrial

  /// Adds finished and waiting trials as they are, but for their ids and numbers: all, with their logs and notes, or, where
  /// one cannot be, none.
  ///
  /// - Parameters:
  ///   - study: The id of the study.
  ///   - known: Up to which id the caller knows the study's trials; nil where it does not look at them.
  ///   - make: Gives the trials, once it knows the number that the first of them gets, and the trials above `known`.
  /// - Returns: The trials as they were added.
  func addTrials(
    study: Int64, above known: Int64?, _ make: (_ first: Int, _ news: [FrozenTrial]) throws -> [TrialAddition]
  ) throws -> [FrozenTrial]

  /// Records suggested parameters of a running trial, in their order.
  ///
  /// - Parameters:
  ///   - parameters: By name.
  ///   - attributes: System attributes to set in the same transaction.
  ///   - lease: The run of the trial.
  /// - Throws: `StorageError.incompatibleParameter`, `wrongState`, `trialLost`.
  func setParameters(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>,
    attributes: OrderedDictionary<String, JSONValue>, of lease: TrialLease
  ) throws

  /// Records a report of a running trial. The first report of a step stays.
  ///
  /// - Parameters:
  ///   - value: Any double.
  ///   - step: At least 0.
  ///   - checkpoint: What the trial goes on from after this report, in the same transaction; nil leaves the checkpoint that
  ///     there is.
  ///   - lease: The run of the trial.
  /// - Throws: `StorageError.invalidValue` for a checkpoint of more than `largestCheckpoint` bytes; `wrongState`, `trialLost`.
  func report(_ value: Double, step: Int, checkpoint: [UInt8]?, of lease: TrialLease) throws

  /// Keeps what a running trial goes on from, in place of what was kept before.
  ///
  /// - Throws: As `report` does.
  func setCheckpoint(_ checkpoint: [UInt8], of lease: TrialLease) throws

  /// What an unfinished trial goes on from, nil where it begins.
  func checkpoint(trial: Int64) throws -> [UInt8]?

  /// Takes checkpoint, reports and constraints from a running trial, which begins again.
  func startOver(_ lease: TrialLease) throws

  /// Sets attributes of a running trial, or of a waiting one.
  func setTrialAttributes(
    _ attributes: OrderedDictionary<String, JSONValue>, kind: AttributeKind, of lease: TrialLease
  ) throws

  /// Sets the system attribute `FrozenTrial.candidateKey` of a running trial, unless another trial of the study that has not
  /// failed has it with this value already; looking and setting are one transaction, so that of several trials only one
  /// succeeds. It takes as long however many trials there are.
  ///
  /// - Returns: Whether it is set.
  /// - Throws: `StorageError` of code `wrongState` or `trialLost`.
  func claim(_ candidate: String, of lease: TrialLease) throws -> Bool

  /// Keeps what a running trial's objective printed, in place of what was kept before.
  func setLog(_ text: String, of lease: TrialLease) throws

  /// Ends a running trial: for every process once this returns, and for good once what it returns has been waited for.
  /// `finishTrial` waits by itself.
  ///
  /// - Parameters:
  ///   - lease: The run of the trial.
  ///   - state: `complete` with one value an objective, `pruned` with none or as many, `failed` with none.
  ///   - values: The result.
  ///   - parameters: Suggested parameters to record in the same transaction, as `setParameters` does.
  ///   - attributes: System attributes to set in the same transaction.
  ///   - cursor: How far the caller knows the study's trials; nil where it does not look at them.
  ///   - amend: Gets, in the same transaction, what `changes(study:since:)` would give behind the cursor, and gives further
  ///     system attributes.
  /// - Throws: `StorageError.invalidValue` for NaN and a wrong count, `wrongState` unless the trial runs, `trialLost`;
  ///   `incompatibleParameter`.
  func commitEnd(
    of lease: TrialLease, state: TrialState, values: [Double],
    parameters: OrderedDictionary<String, FrozenTrial.Parameter>, attributes: OrderedDictionary<String, JSONValue>,
    since cursor: TrialCursor?, amend: (_ news: [FrozenTrial]) -> OrderedDictionary<String, JSONValue>
  ) throws -> PendingSync

  /// Lets a running trial wait to be run again.
  func requeueTrial(_ lease: TrialLease) throws

  /// Lets all running trials wait whose owner is known to have ended: a process of this host that is no more, or one of
  /// another host that has sent no heartbeat, nor started the trial, for `ProcessIdentity.heartbeatGrace` seconds.
  ///
  /// A trial whose process has ended under it `OrphanedTrials.mostDeaths` times in a row, without a checkpoint more than the
  /// time before, fails instead. The end of the computer and the silence of another host do not count.
  func requeueOrphans(study: Int64) throws -> OrphanedTrials

  /// Tells processes of other hosts that the owner of running trials lives; passes over those that it has lost.
  func recordHeartbeats(of leases: [TrialLease]) throws

  /// Excludes a finished trial, or includes it again.
  ///
  /// - Parameters:
  ///   - reason: Why it is excluded, perhaps empty; nil to include it.
  ///   - trial: The id of the trial.
  /// - Throws: `StorageError.wrongState` unless the trial is finished.
  func setExclusion(_ reason: String?, trial: Int64) throws

  /// Excludes a finished trial and adds a waiting one with its parameters.
  ///
  /// - Parameters:
  ///   - trial: The id of the trial.
  ///   - reason: Makes the reason of the exclusion from the number of the new trial.
  /// - Returns: The waiting trial.
  /// - Throws: `StorageError.wrongState` unless the trial is finished, and where one that repeats it is not.
  func repeatTrial(_ trial: Int64, reason: (Int) -> String) throws -> FrozenTrial

  // MARK: Reading

  /// - Throws: `StorageError.trialNotFound`.
  func trial(_ id: Int64) throws -> FrozenTrial

  /// The trials of a study by ascending number, all or those in the given states.
  func trials(study: Int64, states: Set<TrialState>?) throws -> [FrozenTrial]

  /// The first trials of a study above an id, at most so many, by ascending number.
  func trials(study: Int64, above id: Int64, limit: Int) throws -> [FrozenTrial]

  /// The trial of a number.
  ///
  /// - Throws: `StorageError.trialNotFound`, which says what numbers there are.
  func trial(number: Int, study: Int64) throws -> FrozenTrial

  /// The trials of some numbers, which ascend; numbers that no trial has are passed over.
  func trials(study: Int64, numbers: [Int]) throws -> [FrozenTrial]

  /// The first trials in an order, all or those in the given states.
  func trials(study: Int64, states: Set<TrialState>?, order: TrialOrder, limit: Int) throws -> [FrozenTrial]

  /// Whether a trial of the study is on record as the replicate of another.
  func hasReplicates(study: Int64) throws -> Bool

  /// A distribution that the study's trials have under a name, nil where none has it.
  func distribution(of name: String, study: Int64) throws -> Distribution?

  /// The trials that are new or were unfinished when `cursor` was last used: of many new ones the first, with
  /// `cursor.isBehind` set. Where a finished trial was excluded, included, changed or deleted meanwhile, all trials from the
  /// first one on, with another `cursor.revision` and `cursor.hasBegunAgain` set.
  func changes(study: Int64, since cursor: inout TrialCursor) throws -> [FrozenTrial]

  /// What a reader made of the study's trials, see `keepHistory(_:study:)`; nil where nothing was kept, or where a
  /// finished trial has changed since.
  func history(study: Int64) throws -> KeptHistory?

  /// The finished trials of a study in outline, with the cursor behind them, so that a reader need not read all of very
  /// many; nil where it has to, because they are few, or of a kind that an outline does not tell.
  func outline(study: Int64) throws -> (cursor: TrialCursor, outline: StudyOutline)?

  /// Hands the configurations of the trials with results of their own to `body`, excluded ones included, reading some thousand
  /// trials at a time.
  ///
  /// - Parameters:
  ///   - study: The id of the study.
  ///   - body: Gets each configuration once, in whatever order.
  func forEachConfiguration(study: Int64, _ body: (HashedConfiguration) -> Void) throws

  /// Keeps what a reader made of the finished trials that it has read, so that the next one need not read them again. A
  /// storage may keep nothing.
  func keepHistory(_ history: KeptHistory, study: Int64) throws

  /// What a trial's objective printed, nil where nothing is kept.
  func log(trial: Int64) throws -> String?

  /// A trial that runs, with its owner and the lease of its run: what is written under that concerns what was looked at, or
  /// is refused.
  ///
  /// - Returns: Nil for a trial that does not run.
  func run(trial: Int64) throws -> TrialRun?

  /// How many trials of the study are in each state, excluded ones aside.
  func counts(study: Int64) throws -> [TrialState: Int]

  /// How many trials of the study are excluded.
  func excludedCount(study: Int64) throws -> Int

  /// Gives back files and locks.
  func close() throws
}

extension Storage {
  /// Hands the trials of a study to `body`, some thousand at a time, so that memory does not grow with the study.
  ///
  /// - Parameters:
  ///   - study: The id of the study.
  ///   - body: Gets trials by ascending number within a batch, and each trial once, as it is when it is read.
  public func forEachBatch(study: Int64, _ body: ([FrozenTrial]) throws -> Void) throws {
    var last: Int64 = 0
    while true {
      let trials = try trials(study: study, above: last, limit: 4096)
      guard let highest = trials.map(\.id).max() else { return }
      try body(trials)
      last = highest
    }
  }

  /// Removes a study with its trials, of which nothing lies outside the storage.
  public func deleteStudy(_ id: Int64) throws { try deleteStudy(id) { _ in } }

  /// The most bytes of a checkpoint, 256 MiB.
  public static var largestCheckpoint: Int { 1 << 28 }

  public func setStudyAttribute(_ key: String, to value: JSONValue, kind: AttributeKind, study: Int64) throws {
    try setStudyAttributes([key: value], kind: kind, study: study)
  }

  /// Adds finished and waiting trials as they are, but for their ids and numbers: all or, where one cannot be, none.
  ///
  /// - Parameters:
  ///   - study: The id of the study.
  ///   - make: Gives the trials, once it knows the number that the first of them gets.
  public func addTrials(study: Int64, _ make: (Int) throws -> [FrozenTrial]) throws -> [FrozenTrial] {
    try addTrials(study: study, above: nil) { first, _ in try make(first).map { TrialAddition($0) } }
  }

  /// Adds a finished or waiting trial as it is, but for its id and number.
  @discardableResult
  public func addTrial(_ trial: FrozenTrial, study: Int64) throws -> FrozenTrial {
    try addTrials(study: study) { _ in [trial] }.first ?? trial
  }

  /// The process that runs a trial; nil for a trial that does not run, and for one that another program runs.
  public func owner(trial: Int64) throws -> ProcessIdentity? { try run(trial: trial)?.owner }

  /// Starts the trial whose turn it is, whatever its number.
  public func startTrial(
    study: Int64, owner: ProcessIdentity, limit: Int?,
    assign: (FrozenTrial) -> OrderedDictionary<String, JSONValue>
  ) throws -> StartedTrial? {
    try startTrial(study: study, owner: owner, limit: limit, number: nil, assign: assign)
  }

  /// Starts a trial without attributes of its own.
  public func startTrial(study: Int64, owner: ProcessIdentity, limit: Int?) throws -> FrozenTrial? {
    try startTrial(study: study, owner: owner, limit: limit) { _ in [:] }?.record
  }

  /// Records suggested parameters of a running trial, in their order, and nothing else.
  public func setParameters(
    _ parameters: OrderedDictionary<String, FrozenTrial.Parameter>, of lease: TrialLease
  ) throws {
    try setParameters(parameters, attributes: [:], of: lease)
  }

  /// Makes a study of which nothing more is known.
  public func createStudy(name: String, directions: [StudyDirection]) throws -> StudyRecord {
    try createStudy(name: name, directions: directions, systemAttributes: [:], documents: [:])
  }

  /// The study of a name that must exist.
  ///
  /// - Throws: `StorageError.studyNotFound`, which lists the studies that there are.
  public func existingStudy(named name: String) throws -> StudyRecord {
    if let study = try study(named: name) { return study }
    let names = try studies().map(\.name.inMessage)
    let hint =
      names.isEmpty
      ? "there is none in this storage yet"
      : "there \(names.count == 1 ? "is" : "are") \(names.prefix(5).map { "'\($0)'" }.joined(separator: ", "))"
        + (names.count > 5 ? " and \(names.count - 5) more" : "")
    throw StorageError(.studyNotFound, "there is no study '\(name.inMessage)'; \(hint)")
  }
}
