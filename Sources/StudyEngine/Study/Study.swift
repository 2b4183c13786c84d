public import Pruners
public import Samplers
import OrderedCollections
import SearchSpace
import Spelling
import Synchronization
public import TrialStorage
public import Trials

/// A search: trials of one objective, or of several, in a storage, with a sampler that proposes and a pruner that ends
/// what is not promising.
public final class Study: Sendable {
  /// What to do where a study of the name exists.
  public enum ExistingStudyPolicy: String, Sendable, CaseIterable {
    /// Throw `StorageError.studyExists`.
    case fail
    /// Go on with it.
    case load
  }

  /// The name in the storage.
  public let name: String
  /// One direction an objective.
  public let directions: [StudyDirection]
  /// What proposes the parameters.
  public let sampler: any Sampler
  /// What ends trials early.
  public let pruner: any Pruner
  /// What becomes of trials whose parameters an earlier one has.
  public let duplicates: DuplicatePolicy
  /// Where the trials are kept.
  public let storage: any Storage
  /// What all randomness of the study derives from: the sampler's seed, else the one that the study was given when it
  /// was made.
  public let seed: UInt64

  /// How long a trial works, at the least, between two checkpoints; what is lost of it when its process ends at once.
  public let checkpointInterval: Duration

  /// How many trials of a deterministic study may run at once; nil for any other study.
  ///
  /// Trial n then waits until the trials 0 ... n − `window` are finished, and is suggested and pruned by these alone. So the
  /// same seed yields the same study with any number of jobs and processes up to the window, whatever takes how long, as far
  /// as the objective yields the same for the same parameters and seed.
  public let window: Int?

  /// The identifier in the storage.
  package let id: Int64

  let known: Mutex<KnownTrials>
  private let ordered: Mutex<OrderedTrials>
  let drawAhead = Mutex(DrawAhead())
  /// Of the trials that this process runs.
  let heartbeat: Heartbeat
  /// What the search is described by, once a trial was started.
  let searchDescription = Mutex<Checksum?>(nil)
  /// Whether the seed on record is known to be the one that trials are drawn from.
  let isSeedKept = Mutex(false)
  /// When `ask` looks for trials of processes that have ended.
  let orphanClock = OrphanClock()

  /// Checks the name of a study that is to be made, which people are to type and terminals to show.
  ///
  /// - Throws: `StudyError.invalidArgument` for one with control characters.
  public static func check(newName name: String) throws {
    guard let control = name.unicodeScalars.first(where: { $0.properties.generalCategory == .control }) else { return }
    let code = String(control.value + 0x10000, radix: 16, uppercase: true).dropFirst()
    throw StudyError(
      .invalidArgument,
      "a study cannot be called '\(name.inMessage)', which has the control character U+\(code) in it; leave that out")
  }

  /// Opens a study, or makes it.
  ///
  /// - Parameters:
  ///   - name: The name in the storage.
  ///   - directions: One an objective.
  ///   - sampler: Proposes parameters; its seed, if it has one, goes before the study's own.
  ///   - pruner: Ends trials early.
  ///   - storage: Where the study is or will be.
  ///   - metricNames: What the objectives of a new study are called; nil for `value`.
  ///   - documents: What hpo keeps with a new study.
  ///   - checkpointInterval: How long a trial works, at the least, between two checkpoints; zero for no pause.
  ///   - duplicates: What becomes of trials whose parameters an earlier one has. It acts on those that are suggested together, by
  ///     a `ParameterSpace`, before the trial is evaluated; of an objective that asks for one after the other, such trials are
  ///     replicates, whatever is said here.
  ///   - window: Makes the study deterministic, from now on and for good: how many trials may run at once, at least 1. Nil
  ///     leaves it as it is.
  ///   - policy: What to do where a study of the name exists.
  /// - Throws: `StorageError`; `StudyError.invalidArgument` for a name that a new study cannot have, see
  ///   `check(newName:)`; `directionsDiffer` where a study of the name has other directions, and `windowDiffers` where it has
  ///   another window.
  public init(
    name: String, directions: [StudyDirection], sampler: any Sampler, pruner: any Pruner, storage: any Storage,
    metricNames: [String]? = nil, documents: [StudyDocument: String] = [:], checkpointInterval: Duration = .seconds(2),
    duplicates: DuplicatePolicy = .redraw, window: Int? = nil,
    ifExists policy: ExistingStudyPolicy = .load
  ) throws {
    if let window, window < 1 {
      throw StudyError(.invalidArgument, "\(window) is no number of trials that may run at once")
    }
    do {
      try Self.check(newName: name)
    } catch {
      // One that another program made is gone on with.
      guard try storage.study(named: name) != nil else { throw error }
    }
    var documents = documents
    documents[.seed] = String(sampler.seed ?? .random(in: 0...(.max)))
    documents[.window] = window.map(String.init)
    let record: StudyRecord
    do {
      record = try storage.createStudy(
        name: name, directions: directions,
        systemAttributes: metricNames.map { [StudyRecord.metricNamesKey: .array($0.map(JSONValue.string))] } ?? [:],
        documents: documents)
    } catch let error as StorageError where error.code == .studyExists && policy == .load {
      record = try storage.existingStudy(named: name)
      guard record.directions == directions else {
        throw StudyError(
          .directionsDiffer,
          "the study '\(name.inMessage)' exists with the direction "
            + "\(record.directions.map(\.rawValue).joined(separator: ", ")), "
            + "not \(directions.map(\.rawValue).joined(separator: ", ")); take another name or delete it")
      }
      // Optuna's studies have no seed.
      if try storage.document(.seed, study: record.id) == nil {
        try storage.setDocument(.seed, to: documents[.seed] ?? "0", study: record.id)
      }
      if let window, try storage.document(.window, study: record.id) == nil {
        try storage.setDocument(.window, to: String(window), study: record.id)
      }
    }
    self.window = try storage.document(.window, study: record.id).map { text in
      guard let window = Int(text), window > 0 else {
        throw StudyError(
          .invalidWindow,
          "the study '\(name.inMessage)' is deterministic, but '\(text)' is no number of trials that may run at once, "
            + "so nothing is started; 'hpo doctor FILE --repair' writes the number that its trials ran with")
      }
      return window
    }
    if let window, window != self.window {
      throw StudyError(
        .windowDiffers,
        "the study '\(name.inMessage)' is deterministic with \(self.window ?? 0) trials at once, which does not change; "
          + "leave the window out, or take another name")
    }
    seed = try sampler.seed ?? storage.document(.seed, study: record.id).flatMap(UInt64.init) ?? 0
    self.name = record.name
    self.directions = record.directions
    self.sampler = sampler
    self.pruner = pruner
    self.duplicates = duplicates
    self.storage = storage
    self.checkpointInterval = checkpointInterval
    id = record.id
    heartbeat = Heartbeat(storage: storage)
    known = Mutex(KnownTrials(directions: record.directions))
    ordered = Mutex(OrderedTrials(window: self.window ?? 1, directions: record.directions))
  }

  /// Keeps what the next process would have to read, and closes the storage: its file is left as every program opens it,
  /// without a write-ahead log beside it. What is called afterwards on this study or on others of such a
  /// storage throws.
  ///
  /// - Throws: `StorageError`; the storage is closed all the same.
  public func close() throws {
    let keeping = Result { try keepHistory() }
    try storage.close()
    try keeping.get()
  }

  /// Reads what is new in the storage and gives the history to `body`.
  func withHistory<Result: Sendable>(_ body: (inout TrialHistory) throws -> Result) throws -> Result {
    try known.withLock { known in
      try known.read(from: storage, study: id)
      return try body(&known.history)
    }
  }

  /// Leaves with the storage what is known of a study of many trials, for the next process.
  func keepHistory() throws {
    guard !isDeterministic else { return }
    try known.withLock { try $0.keep(in: storage, study: id, after: 256) }
  }

  /// Gives what is known of a deterministic study to `body`.
  func withOrderedTrials<Result: Sendable>(_ body: (inout OrderedTrials) throws -> Result) rethrows -> Result {
    try ordered.withLock { try body(&$0) }
  }

  /// Gives the history to `body` as this process knows it: as it was read when the last trial started, with what this
  /// process did since.
  func withKnownHistory<Result: Sendable>(_ body: (inout TrialHistory) throws -> Result) rethrows -> Result {
    try known.withLock { try body(&$0.history) }
  }

  /// Takes note of a trial that this process runs or has just finished, which spares reading it.
  func remember(_ trial: FrozenTrial) {
    if !isDeterministic { known.withLock { $0.remember(trial) } }
  }

  /// Takes note that a trial is no longer this process's.
  func release(_ trial: FrozenTrial) {
    if !isDeterministic { known.withLock { $0.release(trial) } }
  }

  /// Starts a trial with what the sampler assigns to it, as one step for the other jobs and for the record.
  ///
  /// - Returns: The trial, and its joint draw where that was made already and is on record.
  func startTrial(limit: Int?, owner: ProcessIdentity) throws -> (started: StartedTrial, joint: JointDraw?)? {
    try withHistory { history in
      // Nothing new starts where every point has been tried; what waits still runs.
      let limit = sampler.isExhausted(history) ? 0 : limit
      let number = drawAhead.withLock(\.number).flatMap { history.isKnown($0) ? nil : $0 }
      var joint = number.map { drawJointly(for: $0, &history) }
      let started = try storage.startTrial(study: id, owner: owner, limit: limit, number: nil) { trial in
        // A trial whose parameters are given, or that had some before it was interrupted, has what it needs.
        let isNew = trial.fixedParameters.isEmpty && trial.parameters.isEmpty
        if trial.number != number || !isNew { joint = nil }
        guard isNew else { return [:] }
        history.update(trial)
        let assignment = sampler.assignment(for: Draw(seed: seed, number: trial.number), history: history)
        // What the sampler assigns comes before what it draws.
        if !assignment.isEmpty || !trial.jointSample.isEmpty { joint = nil }
        return joint?.attributes(of: sampler) ?? assignment
      }
      guard let started else { return nil }
      drawAhead.withLock { $0.note(started: started.record.number) }
      return (started, joint)
    }
  }

  /// Draws for the trial that is to have a number, without leaving it in the history.
  private func drawJointly(for number: Int, _ history: inout TrialHistory) -> JointDraw {
    history.update(FrozenTrial(id: 0, number: number, state: .running))
    defer { history.remove(number: number) }
    return JointDraw(by: sampler, draw: Draw(seed: seed, number: number), history: history)
  }
}
