public import Pruners
public import Samplers
import SearchSpace
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

  public let name: String
  public let directions: [StudyDirection]
  public let sampler: any Sampler
  public let pruner: any Pruner
  public let storage: any Storage
  /// What all randomness of the study derives from: the sampler's seed, else the one that the study was given when it
  /// was made.
  public let seed: UInt64

  /// The identifier in the storage.
  package let id: Int64

  /// The trials as this process knows them.
  private struct Known {
    var history: TrialHistory
    var cursor = TrialCursor()
  }

  private let known: Mutex<Known>

  /// Opens a study, or makes it.
  ///
  /// - Throws: `StorageError`; `StudyError.directionsDiffer` where a study of the name has other directions.
  public init(
    name: String, directions: [StudyDirection], sampler: any Sampler, pruner: any Pruner, storage: any Storage,
    ifExists policy: ExistingStudyPolicy = .load
  ) throws {
    let record: StudyRecord
    if policy == .load, let existing = try storage.study(named: name) {
      guard existing.directions == directions else {
        throw StudyError(
          .directionsDiffer,
          "the study '\(name)' exists with the direction \(existing.directions.map(\.rawValue).joined(separator: ", ")), "
            + "not \(directions.map(\.rawValue).joined(separator: ", ")); take another name or delete it")
      }
      record = existing
    } else {
      record = try storage.createStudy(name: name, directions: directions)
    }
    let stored = try storage.document(.seed, study: record.id).flatMap(UInt64.init)
    seed = sampler.seed ?? stored ?? .random(in: 0...(.max))
    if stored == nil { try storage.setDocument(.seed, to: String(seed), study: record.id) }
    self.name = record.name
    self.directions = record.directions
    self.sampler = sampler
    self.pruner = pruner
    self.storage = storage
    id = record.id
    known = Mutex(Known(history: TrialHistory(directions: record.directions)))
  }

  /// Reads what is new in the storage and gives the history to `body`.
  func withHistory<Result: Sendable>(_ body: (inout TrialHistory) throws -> Result) throws -> Result {
    try known.withLock { known in
      for trial in try storage.changes(study: id, since: &known.cursor) { known.history.update(trial) }
      return try body(&known.history)
    }
  }

  /// Takes note of a trial that this process has just written, which spares reading it.
  func remember(_ trial: FrozenTrial) {
    known.withLock { known in
      known.history.update(trial)
      known.cursor.advance(over: [trial])
    }
  }
}
