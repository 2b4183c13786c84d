import Foundation
import GRDBSQLite
import TrialStorage

/// Reads any SQLite file with a user's own SQL, and refuses everything that would write.
public struct StudyQuery: Sendable {
  /// What to do after a row.
  public enum Continuation: Sendable {
    case goOn
    case stop
  }

  /// The file.
  public let path: String
  /// The study that the view `study` shows; nil for the only one there is.
  public let study: String?

  /// Makes a query of a file, which is opened as a statement runs.
  public init(path: String, study: String? = nil) {
    self.path = path
    self.study = study
  }

  /// Runs one statement.
  ///
  /// Beside the tables of the file it may name `study`, the trials of the chosen study as a table with a column a
  /// parameter, and `study_7`, those of the study of id 7; see Documentation/StudyDatabase.md.
  ///
  /// - Parameters:
  ///   - sql: One SELECT, WITH, VALUES, EXPLAIN, or a PRAGMA that only asks.
  ///   - columns: Receives the names of the columns, before the first row.
  ///   - row: Receives the values of each row and says whether to go on.
  /// - Throws: `StorageError.invalidValue` with SQLite's message for a faulty statement, for several statements, and for
  ///   one that would change something; `inaccessible`, `unsupportedFile`, `damagedFile`, `busy` as the storage does.
  public func run(
    _ sql: String, columns: ([String]) throws -> Void, row: ([QueryValue]) throws -> Continuation
  ) throws {
    do {
      try run(sql, immutable: false, columns: columns, row: row)
    } catch QueryFailure.needsImmutability {
      try run(sql, immutable: true, columns: columns, row: row)
    }
  }

  private func run(
    _ sql: String, immutable: Bool, columns: ([String]) throws -> Void, row: ([QueryValue]) throws -> Continuation
  ) throws {
    let connection = try ReadOnlyConnection(path: path, immutable: immutable)
    defer { connection.close() }
    try connection.makeStudyViews(for: sql, study: study)
    connection.restrict()
    let statement = try connection.prepare(sql)
    defer { sqlite3_finalize(statement) }
    let width = sqlite3_column_count(statement)
    try columns((0..<width).map { sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "" })
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_DONE: return
      case SQLITE_ROW:
        if try row((0..<width).map { QueryValue(statement, column: $0) }) == .stop { return }
      case let code: throw connection.failure(code)
      }
    }
  }
}

extension QueryValue {
  fileprivate init(_ statement: OpaquePointer, column: CInt) {
    let count = Int(sqlite3_column_bytes(statement, column))
    switch sqlite3_column_type(statement, column) {
    case SQLITE_INTEGER: self = .int(sqlite3_column_int64(statement, column))
    case SQLITE_FLOAT: self = .double(sqlite3_column_double(statement, column))
    case SQLITE_TEXT:
      let bytes = UnsafeBufferPointer(start: sqlite3_column_text(statement, column), count: count)
      self = .text(String(decoding: bytes, as: UTF8.self))
    case SQLITE_BLOB:
      self = .blob(Array(UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count)))
    default: self = .null
    }
  }
}
