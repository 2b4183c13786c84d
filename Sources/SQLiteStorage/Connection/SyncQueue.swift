import Dispatch
import GRDB
import Synchronization
import TrialStorage

/// Has the disk take commits while their writers go on: one synchronization after another, each for all commits that wait
/// as it begins. So jobs that end trials at the same time share the wait for a slow disk.
final class SyncQueue: Sendable {
  /// The commits of one synchronization.
  private final class Group: Sendable {
    let end = DispatchGroup()
    let error = Mutex<StorageError?>(nil)
  }

  private let queue = DispatchQueue(label: "study database disk", qos: .userInitiated)
  /// What the next synchronization is for; nil where nobody waits for one that has not begun.
  private let next = Mutex<Group?>(nil)
  /// Why a synchronization failed. No later one is believed: the system may take for written what it could not write, and tell
  /// of that once.
  private let failure = Mutex<DatabaseError?>(nil)

  /// Brings a log to the disk with all that is committed by now.
  ///
  /// - Parameters:
  ///   - log: The log of the file.
  ///   - file: The database, which stays open meanwhile, unless it is closed; it drains the queue before.
  /// - Returns: What is to be waited for.
  func synchronize(_ log: WriteAheadLog, of file: DatabaseFile) -> PendingSync {
    let (group, isNew) = next.withLock { next in
      if let next { return (next, false) }
      let group = Group()
      group.end.enter()
      next = group
      return (group, true)
    }
    // Where the queue begins at once, it must not find `next` locked.
    if isNew {
      queue.async { [self] in
        // What is committed from here on waits for the one behind.
        next.withLock { $0 = nil }
        do { try finish(log) } catch { group.error.withLock { $0 = StorageError(error, path: file.path) } }
        group.end.leave()
        withExtendedLifetime(file) {}
      }
    }
    return PendingSync {
      group.end.wait()
      if let error = group.error.withLock({ $0 }) { throw error }
    }
  }

  /// Waits until a log is on the disk with all that is committed by now.
  ///
  /// - Throws: What the first synchronization that failed threw, from then on.
  func finish(_ log: WriteAheadLog) throws(DatabaseError) {
    try failure.withLock { failure throws(DatabaseError) in
      if let failure { throw failure }
      do throws(DatabaseError) { try log.synchronize() } catch {
        failure = error
        throw error
      }
    }
  }

  /// Remembers that SQLite itself could not bring the log to the disk.
  func fail(_ error: DatabaseError) { failure.withLock { $0 = $0 ?? error } }

  /// Returns once nothing is on its way to the disk.
  func drain() { queue.sync {} }
}
