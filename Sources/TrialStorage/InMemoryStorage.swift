import OrderedCollections
import Synchronization

/// A storage that lives and dies with the process.
public final class InMemoryStorage: Storage {
  let tables = Mutex(MemoryTables())

  /// Makes an empty storage.
  public init() {}

  public func close() throws {}
}

extension InMemoryStorage {
  /// - Throws: `StorageError.studyNotFound`, and what `body` throws.
  func withStudy<Result: Sendable>(_ id: Int64, _ body: (inout StudyTable) throws -> Result) throws -> Result {
    try tables.withLock { tables in
      guard let index = tables.studies.index(forKey: id) else { throw StorageChecks.notFound(study: id) }
      return try body(&tables.studies.values[index])
    }
  }

  /// Hands a trial's study and the trial's number in it to `body`.
  ///
  /// - Throws: `StorageError.trialNotFound`, and what `body` throws.
  func withTrial<Result: Sendable>(_ id: Int64, _ body: (inout StudyTable, Int) throws -> Result) throws -> Result {
    try tables.withLock { tables in
      guard let place = tables.places[id], let index = tables.studies.index(forKey: place.study) else {
        throw StorageChecks.notFound(trial: id)
      }
      return try body(&tables.studies.values[index], place.number)
    }
  }
}
