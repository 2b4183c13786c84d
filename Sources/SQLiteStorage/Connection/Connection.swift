import GRDB
import GRDBSQLite

/// A value for a placeholder of a statement.
enum SQLArgument {
  case null
  case int(Int64)
  case double(Double)
  case text(String)
  case blob([UInt8])
}

/// The database while one thread has it to itself.
///
/// Statements come from GRDB's cache of prepared ones and are stepped here: a column is read as what it holds, where
/// GRDB ends the program over a column of an unexpected type.
struct Connection {
  let database: Database

  /// Runs a statement to its end.
  func execute(_ sql: String, _ arguments: SQLArgument...) throws(DatabaseError) {
    try execute(sql, arguments: arguments)
  }

  /// Runs a statement to its end.
  func execute(_ sql: String, arguments: [SQLArgument]) throws(DatabaseError) {
    let statement = try prepared(sql, arguments)
    defer { sqlite3_reset(statement) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: continue
      case SQLITE_DONE: return
      case let code: throw failure(code, sql)
      }
    }
  }

  /// Calls `body` on each row.
  func forEachRow(_ sql: String, _ arguments: SQLArgument..., body: (Columns) throws -> Void) throws {
    let statement = try prepared(sql, arguments)
    // A statement that is left in the middle would hold its transaction open.
    defer { sqlite3_reset(statement) }
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: try body(Columns(statement: statement))
      case SQLITE_DONE: return
      case let code: throw failure(code, sql)
      }
    }
  }

  /// The first row as `body` reads it, nil where there is no row.
  func firstRow<Result>(_ sql: String, _ arguments: SQLArgument..., read: (Columns) -> Result) throws(DatabaseError)
    -> Result?
  {
    let statement = try prepared(sql, arguments)
    defer { sqlite3_reset(statement) }
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return read(Columns(statement: statement))
    case SQLITE_DONE: return nil
    case let code: throw failure(code, sql)
    }
  }

  /// Whether there is a row.
  func hasRow(_ sql: String, _ arguments: SQLArgument...) throws(DatabaseError) -> Bool {
    let statement = try prepared(sql, arguments)
    defer { sqlite3_reset(statement) }
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw failure(code, sql)
    }
  }

  /// Runs a statement whose effect happens as it is compiled, such as a pragma, outside the cache.
  func executeOnce(_ sql: String) throws(DatabaseError) {
    let code = sqlite3_exec(database.sqliteConnection, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, sql) }
  }

  /// - Throws: `SQLITE_READONLY_DBMOVED` where the file was moved or deleted since it was opened.
  func requirePlace() throws(DatabaseError) {
    var hasMoved: CInt = 0
    let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &hasMoved)
    guard code == SQLITE_OK, hasMoved != 0 else { return }
    throw DatabaseError(resultCode: .SQLITE_READONLY_DBMOVED, message: "the file has moved")
  }

  /// The write-ahead log. A file that another process took back to a rollback journal as this one opened it has none; what
  /// was committed is on the disk then.
  func log() throws(DatabaseError) -> WriteAheadLog? {
    var file: UnsafeMutablePointer<sqlite3_file>?
    let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file)
    guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    guard let file, let synchronize = file.pointee.pMethods?.pointee.xSync else { return nil }
    return WriteAheadLog(file: file, synchronize: synchronize)
  }

  /// The identifier of the row that was inserted last.
  var lastInsertedID: Int64 { database.lastInsertedRowID }

  /// How many rows this connection has inserted, changed and deleted so far, those of triggers among them.
  var changeCount: Int { database.totalChangesCount }

  /// Whether a transaction is open; SQLite ends some by itself when it fails.
  var isInsideTransaction: Bool { sqlite3_get_autocommit(database.sqliteConnection) == 0 }

  private func prepared(_ sql: String, _ arguments: [SQLArgument]) throws(DatabaseError) -> OpaquePointer {
    let statement: OpaquePointer
    do {
      statement = try database.cachedStatement(sql: sql).sqliteStatement
    } catch let error as DatabaseError {
      throw error
    } catch {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "\(error)", sql: sql)
    }
    for (index, argument) in zip(CInt(1)..., arguments) {
      let code =
        switch argument {
        case .null: sqlite3_bind_null(statement, index)
        case .int(let value): sqlite3_bind_int64(statement, index, value)
        case .double(let value): sqlite3_bind_double(statement, index, value)
        case .text(let value):
          sqlite3_bind_text(statement, index, value, CInt(clamping: value.utf8.count), transient)
        case .blob(let bytes): sqlite3_bind_blob64(statement, index, bytes, sqlite3_uint64(bytes.count), transient)
        }
      guard code == SQLITE_OK else { throw failure(code, sql) }
    }
    return statement
  }

  private func failure(_ code: CInt, _ sql: String) -> DatabaseError {
    let message = sqlite3_errmsg(database.sqliteConnection).map { String(cString: $0) }
    return DatabaseError(resultCode: ResultCode(rawValue: code), message: message, sql: sql)
  }
}

/// Has SQLite copy a text that is bound.
private var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

/// The columns of the present row of a statement, valid until its next step.
struct Columns {
  let statement: OpaquePointer

  func isNull(_ index: CInt) -> Bool { sqlite3_column_type(statement, index) == SQLITE_NULL }

  /// The whole number in a column; nil where it holds anything else.
  func int(_ index: CInt) -> Int64? {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_INTEGER: sqlite3_column_int64(statement, index)
    case SQLITE_FLOAT: Int64(exactly: sqlite3_column_double(statement, index))
    default: nil
    }
  }

  /// The number in a column; nil where it holds anything else.
  func double(_ index: CInt) -> Double? {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_FLOAT, SQLITE_INTEGER: sqlite3_column_double(statement, index)
    default: nil
    }
  }

  /// The text in a column; nil where it holds anything else.
  func text(_ index: CInt) -> String? { textBytes(index).map { String(decoding: $0, as: UTF8.self) } }

  /// The bytes of the text in a column; nil where it holds anything else.
  func textBytes(_ index: CInt) -> UnsafeBufferPointer<UInt8>? {
    guard sqlite3_column_type(statement, index) == SQLITE_TEXT, let bytes = sqlite3_column_text(statement, index)
    else { return nil }
    return UnsafeBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(statement, index)))
  }

  /// The bytes in a column; nil where it holds anything else.
  func blob(_ index: CInt) -> [UInt8]? {
    guard sqlite3_column_type(statement, index) == SQLITE_BLOB else { return nil }
    let count = Int(sqlite3_column_bytes(statement, index))
    guard let bytes = sqlite3_column_blob(statement, index) else { return [] }
    return Array(UnsafeRawBufferPointer(start: bytes, count: count))
  }

  /// A column as it would stand in a message.
  func description(_ index: CInt) -> String {
    switch sqlite3_column_type(statement, index) {
    case SQLITE_NULL: "NULL"
    case SQLITE_BLOB: "\(sqlite3_column_bytes(statement, index)) bytes of binary data"
    default:
      sqlite3_column_text(statement, index).map { "'\(String(cString: $0).prefix(60))'" } ?? "NULL"
    }
  }
}
