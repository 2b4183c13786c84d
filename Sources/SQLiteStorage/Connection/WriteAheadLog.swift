import GRDB
import GRDBSQLite
import Synchronization

/// The open file of a connection's write-ahead log.
///
/// SQLite keeps it open as long as the connection is and the journal is a log, and uses it on one thread at a time, but for
/// this: what brings a file to the disk needs its descriptor alone, once the first call of it has entered the file in its
/// folder, which `DatabaseFile` makes while it uses the connection. So it may be called from another thread, while the
/// connection reads and writes, until it is closed.
struct WriteAheadLog: @unchecked Sendable {
  let file: UnsafeMutablePointer<sqlite3_file>
  fileprivate let xSync: @convention(c) (UnsafeMutablePointer<sqlite3_file>?, CInt) -> CInt

  init(
    file: UnsafeMutablePointer<sqlite3_file>,
    synchronize: @escaping @convention(c) (UnsafeMutablePointer<sqlite3_file>?, CInt) -> CInt
  ) {
    self.file = file
    xSync = synchronize
  }

  /// Waits until the log is on the disk as far as it is written, and so all commits up to the last one.
  ///
  /// That is what SQLite itself does at the end of a commit under `synchronous = FULL`, but there with the write lock held.
  /// A log that another process has begun anew since was copied to the database and synchronized there before.
  func synchronize() throws(DatabaseError) {
    let code = xSync(file, SQLITE_SYNC_NORMAL)
    guard code == SQLITE_OK else {
      throw DatabaseError(resultCode: ResultCode(rawValue: code), message: "the log could not be brought to the disk")
    }
  }
}

/// How many pages the write-ahead log of a connection had as it last committed.
final class LogLength: Sendable {
  let pages = Atomic(0)
}

extension Connection {
  /// Has each commit tell how long the log is, instead of SQLite's own way to shorten it, in which no error is told.
  ///
  /// - Parameter length: What lives as long as the connection does.
  func observe(_ length: LogLength) {
    sqlite3_wal_hook(
      database.sqliteConnection,
      { length, _, _, pages in
        guard let length else { return SQLITE_OK }
        Unmanaged<LogLength>.fromOpaque(length).takeUnretainedValue().pages.store(Int(pages), ordering: .relaxed)
        return SQLITE_OK
      }, Unmanaged.passUnretained(length).toOpaque())
  }

  /// Copies the log to the database as far as nobody reads it, and brings both to the disk.
  func checkpoint() throws(DatabaseError) {
    let code = sqlite3_wal_checkpoint_v2(database.sqliteConnection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    guard code != SQLITE_OK, code & 0xff != SQLITE_BUSY else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database.sqliteConnection)),
      message: "the log could not be copied to the database")
  }
}
