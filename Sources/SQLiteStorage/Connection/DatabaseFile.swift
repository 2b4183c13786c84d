import Foundation
import GRDB
import GRDBSQLite
import Synchronization
import TrialStorage

/// How far a commit has gone once it returns.
enum Durability {
  /// On the disk: it survives a power loss, and so does all that was committed before it.
  case full
  /// With the operating system: it survives the end of the process by any means. A power loss takes it, together with
  /// everything that was committed after it, unless something was brought to the disk since; which is so at the latest with
  /// the first commit that comes `synchronizationInterval` after the last time.
  case process
}

/// Whether a connection waits for others.
private final class Patience: Sendable {
  let isSuspended = Atomic(false)
}

/// A database file with the one connection of this storage to it, which one thread at a time uses.
final class DatabaseFile: Sendable {
  /// The path as the user gave it, for messages.
  let path: String
  private let queue: DatabaseQueue
  /// Waits for the disk while the connection is used, and nobody closes it.
  private let disk = SyncQueue()
  private let state = Mutex(State())
  private let logLength = LogLength()
  /// From how many pages of the log on a commit copies it to the database: a page that many trials change, and most are such,
  /// is written back once for all of them.
  private static let checkpointedPages = 4096

  private struct State {
    /// Whether SQLite was told not to wait for the disk at each commit; nil before it was told anything, since its own
    /// default depends on how it was built.
    var isRelaxed: Bool?
    /// Whether the journal is a write-ahead log, so that a relaxed commit is sound.
    var hasWriteAheadLog = false
    var isClosed = false
    /// When the log was last brought to the disk, as `DispatchTime` counts nanoseconds.
    var synchronizedAt: UInt64 = 0
    /// How many nanoseconds later the next commit brings it there, whatever its durability.
    var synchronizationInterval: UInt64 = 2_000_000_000
    var synchronizations = 0
  }

  private let busyWait: BusyWait
  private let fileSystem: FileSystemKind?
  private let isDraft: Bool
  private let patience = Patience()

  /// - Parameters:
  ///   - path: The file, which is made where it is missing.
  ///   - busyWait: How long to wait where others have it locked.
  ///   - fileSystem: What holds the file; nil to ask the system.
  ///   - isDraft: Whether the file is new and of no use before it is whole: it has no journal beside it then, and nobody waits
  ///     for the disk.
  /// - Throws: `StorageError` where there is no such file that can be opened as a database.
  init(
    path: String, busyWait: BusyWait = BusyWait(), fileSystem: FileSystemKind? = nil, isDraft: Bool = false
  ) throws {
    self.path = path
    self.busyWait = busyWait
    self.fileSystem = fileSystem
    self.isDraft = isDraft
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    configuration.label = "study database"
    let patience = patience
    configuration.busyMode = .callback { !patience.isSuspended.load(ordering: .relaxed) && busyWait.wait(attempt: $0) }
    do {
      queue = try DatabaseQueue(path: Self.literalPath(path), configuration: configuration)
    } catch {
      throw StorageError(error, path: path)
    }
  }

  /// A path that SQLite takes for a file, whatever it begins with.
  static func literalPath(_ path: String) -> String {
    path.hasPrefix(":") || path.hasPrefix("file:") ? "./" + path : path
  }

  /// Runs `body` in a transaction that sees one state of the file from begin to end.
  func read<Result>(_ body: (Connection) throws -> Result) throws -> Result {
    try access { connection in
      try connection.begin("BEGIN DEFERRED", busyWait)
      return try connection.finishTransaction(body)
    }
  }

  /// Runs `body` in a transaction that nobody else writes during.
  ///
  /// The disk is waited for after the commit, when others may write already: a process that writes without a pause would
  /// else hold the lock most of the time, and Optuna, which looks for it ten times a second, would give up. It is waited for
  /// where `durability` demands it, and where that was long ago, so that what is written for hours reaches the disk as well.
  func write<Result>(_ durability: Durability, _ body: (Connection) throws -> Result) throws -> Result {
    try access { connection in
      let (result, hasLog) = try transaction(connection, body)
      if hasLog, durability == .full || isSynchronizationDue, let log = try log(of: connection) { try disk.finish(log) }
      return result
    }
  }

  /// Runs `body` as `write` does, and has the disk take the commit while the caller goes on.
  ///
  /// - Returns: What is to be waited for until the commit survives a power loss. This is as `write` with full durability then,
  ///   and until then as it is with the durability of the process.
  func commit(_ body: (Connection) throws -> Void) throws -> PendingSync {
    try access { connection in
      let (_, hasLog) = try transaction(connection, body)
      guard hasLog, let log = try self.log(of: connection) else { return .done }
      // The first time the folder is brought to the disk as well.
      guard state.withLock({ $0.synchronizations > 1 }) else {
        try disk.finish(log)
        return .done
      }
      return disk.synchronize(log, of: self)
    }
  }

  /// Runs `body` in a transaction that nobody else writes during.
  ///
  /// - Returns: Its result, and whether there is a log that the disk does not have yet.
  private func transaction<Result>(
    _ connection: Connection, _ body: (Connection) throws -> Result
  ) throws -> (result: Result, hasLog: Bool) {
    let hasLog = try relax(connection)
    // With a log SQLite itself goes on writing into a file that nobody can open any more.
    try connection.requirePlace()
    try connection.begin("BEGIN IMMEDIATE", busyWait)
    let result = try connection.finishTransaction(body)
    if logLength.pages.load(ordering: .relaxed) >= Self.checkpointedPages { checkpoint(connection) }
    return (result, hasLog)
  }

  /// Copies the log to the database as far as nobody reads it. What hinders that is met again by the next commit, but for a
  /// failure to bring the log to the disk first, which concerns commits that nobody has waited for yet.
  private func checkpoint(_ connection: Connection) {
    do throws(DatabaseError) { try connection.checkpoint() } catch {
      if error.extendedResultCode == .SQLITE_IOERR_FSYNC { disk.fail(error) }
    }
  }

  /// The log that is now going to be brought to the disk.
  private func log(of connection: Connection) throws -> WriteAheadLog? {
    let log = try connection.log()
    state.withLock { state in
      state.hasWriteAheadLog = log != nil
      state.synchronizedAt = DispatchTime.now().uptimeNanoseconds
      if log != nil { state.synchronizations += 1 }
    }
    return log
  }

  private var isSynchronizationDue: Bool {
    state.withLock { DispatchTime.now().uptimeNanoseconds - $0.synchronizedAt >= $0.synchronizationInterval }
  }

  /// How many nanoseconds after the last synchronization a commit brings the log to the disk, whatever its durability.
  var synchronizationInterval: UInt64 {
    get { state.withLock(\.synchronizationInterval) }
    set { state.withLock { $0.synchronizationInterval = newValue } }
  }

  /// How many commits of this process have had the log brought to the disk, or wait for it.
  var synchronizations: Int { state.withLock(\.synchronizations) }

  /// Copies all pages, in one state, to another database.
  func backUp(to other: DatabaseQueue) throws { try queue.backup(to: other) }

  /// Changes to a write-ahead log, which lets others read while this process writes. Stays with the journal that there
  /// is where the file system knows no shared memory, or where another program never lets go of the file; on a file system
  /// that several computers may use, goes back to a rollback journal.
  ///
  /// A draft, which nobody else reads, gets one in memory.
  func useWriteAheadLog() throws {
    guard !isDraft else {
      return try access { connection in
        try connection.executeOnce("PRAGMA journal_mode = MEMORY")
        try connection.executeOnce("PRAGMA synchronous = OFF")
      }
    }
    let isShared = (fileSystem ?? FileSystemKind(ofPath: path)) == .shared
    // Whoever has a log open keeps others from leaving it, perhaps for hours.
    patience.isSuspended.store(isShared, ordering: .relaxed)
    defer { patience.isSuspended.store(false, ordering: .relaxed) }
    try access { connection in
      let deadline = DispatchTime.now() + (isShared ? 0.1 : min(5, busyWait.patience))
      var mode: String?
      repeat {
        do throws(DatabaseError) {
          mode = try connection.firstRow("PRAGMA journal_mode = \(isShared ? "DELETE" : "WAL")") { $0.text(0) } ?? nil
        } catch {
          guard error.isBusy else { throw error }
          usleep(5000)
        }
      } while mode == nil && DispatchTime.now() < deadline
      if mode == nil { mode = try connection.firstRow("PRAGMA journal_mode") { $0.text(0) } ?? nil }
      state.withLock { $0.hasWriteAheadLog = mode == "wal" }
      connection.observe(logLength)
    }
  }

  /// Closes the file, and leaves it with a rollback journal where nobody else has it open, so that programs can open it
  /// that read no write-ahead log.
  func close() throws {
    let wasClosed = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed
    }
    guard !wasClosed else { return }
    var isShared = false
    try access(toClose: true) { connection in
      disk.drain()
      if state.withLock({ $0.hasWriteAheadLog }) {
        try connection.executeOnce("PRAGMA busy_timeout = 0")
        do throws(DatabaseError) {
          try connection.executeOnce("PRAGMA journal_mode = DELETE")
        } catch {
          guard error.isBusy else { throw error }
          isShared = true
        }
      }
    }
    do { try queue.close() } catch { throw StorageError(error, path: path) }
    // The last one to close the file does it; of several that close it at the same time, each may have seen another.
    if isShared { Self.leaveWriteAheadLog(path: path) }
  }

  /// Goes back to a rollback journal with a connection of its own, if nobody else has the file open.
  private static func leaveWriteAheadLog(path: String) {
    for _ in 0..<3 {
      usleep(.random(in: 500...8000))
      var connection: OpaquePointer?
      defer { sqlite3_close_v2(connection) }
      guard sqlite3_open_v2(literalPath(path), &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { return }
      if sqlite3_exec(connection, "PRAGMA journal_mode = DELETE", nil, nil, nil) & 0xFF != SQLITE_BUSY { return }
    }
  }

  /// Lets SQLite leave commits to a write-ahead log to the operating system; without a log each commit waits for the disk.
  ///
  /// - Returns: Whether there is a log.
  private func relax(_ connection: Connection) throws -> Bool {
    guard !isDraft else { return false }
    return try state.withLock { state in
      if state.isRelaxed != state.hasWriteAheadLog {
        try connection.executeOnce("PRAGMA synchronous = \(state.hasWriteAheadLog ? "NORMAL" : "FULL")")
        state.isRelaxed = state.hasWriteAheadLog
      }
      return state.hasWriteAheadLog
    }
  }

  private func access<Result>(toClose: Bool = false, _ body: (Connection) throws -> Result) throws -> Result {
    do {
      return try queue.writeWithoutTransaction { database in
        if !toClose, state.withLock({ $0.isClosed }) {
          throw StorageError(.inaccessible, "the study database '\(path)' is used after it was closed")
        }
        return try body(Connection(database: database))
      }
    } catch {
      throw StorageError(error, path: path)
    }
  }
}

extension Connection {
  /// Begins a transaction, once the file is free.
  fileprivate func begin(_ statement: String, _ busyWait: BusyWait) throws {
    let deadline = DispatchTime.now() + busyWait.patience
    while true {
      do throws(DatabaseError) {
        return try execute(statement)
      } catch {
        // Opening and closing connections may report a busy file without asking whether to wait.
        guard error.isBusy, DispatchTime.now() < deadline else { throw error }
        usleep(2000)
      }
    }
  }

  /// Commits what `body` does, or undoes it where it or the commit fails.
  fileprivate func finishTransaction<Result>(_ body: (Connection) throws -> Result) throws -> Result {
    do {
      let result = try body(self)
      try execute("COMMIT")
      return result
    } catch {
      if isInsideTransaction { try? execute("ROLLBACK") }
      throw error
    }
  }
}
