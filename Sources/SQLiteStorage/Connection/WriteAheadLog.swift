import GRDB
import GRDBSQLite

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
