import GRDB
import TrialStorage

extension DatabaseFile {
  /// Copies the whole file page by page, in one state, with what its write-ahead log holds, into a new file with a rollback
  /// journal.
  ///
  /// - Throws: `StorageError` where the copy cannot be written.
  func copy(to path: String) throws {
    do {
      let copy = try DatabaseQueue(path: Self.literalPath(path))
      try backUp(to: copy)
      try copy.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
      try copy.close()
    } catch {
      throw StorageError(error, path: path)
    }
  }
}
