import Foundation
import GRDB
import GRDBSQLite
import TrialStorage

/// Why a query has to be begun again.
enum QueryFailure: Error {
  /// The file is of a kind that readers write beside, in a folder that cannot be written.
  case needsImmutability
}

/// A connection that cannot change its file by any statement.
struct ReadOnlyConnection {
  let path: String
  private let database: OpaquePointer
  private let isImmutable: Bool

  /// - Parameter immutable: Whether to read a file as if nobody could change it, which needs nothing beside it.
  init(path: String, immutable: Bool) throws {
    self.path = path
    isImmutable = immutable
    guard FileManager.default.fileExists(atPath: path) else {
      throw StorageError(missing: path)
    }
    var handle: OpaquePointer?
    let name = immutable ? Self.immutableURI(path) : DatabaseFile.literalPath(path)
    let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | (immutable ? SQLITE_OPEN_URI : 0)
    let code = sqlite3_open_v2(name, &handle, flags, nil)
    guard let handle, code == SQLITE_OK else {
      sqlite3_close_v2(handle)
      throw StorageError(DatabaseError(resultCode: ResultCode(rawValue: code)), path: path)
    }
    database = handle
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_handler(handle, { _, attempt in BusyWait().wait(attempt: Int(attempt)) ? 1 : 0 }, nil)
    do {
      try checkFormat()
    } catch {
      close()
      throw error
    }
  }

  func close() { sqlite3_close_v2(database) }

  /// Permits nothing but reading from now on, for statements of a user.
  func restrict() {
    sqlite3_set_authorizer(database, { _, action, name, value, _, _ in authorize(action, name, value) }, nil)
  }

  /// Runs a statement of this program.
  func execute(_ sql: String) throws {
    let code = sqlite3_exec(database, sql, nil, nil, nil)
    if code != SQLITE_OK { throw failure(code) }
  }

  /// The first column of a query of this program, as text.
  func texts(_ sql: String) throws -> [String] {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(database, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code) }
    defer { sqlite3_finalize(statement) }
    var texts: [String] = []
    while true {
      switch sqlite3_step(statement) {
      case SQLITE_ROW: texts.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
      case SQLITE_DONE: return texts
      case let code: throw failure(code)
      }
    }
  }

  /// The only statement of a text, compiled.
  func prepare(_ sql: String) throws -> OpaquePointer {
    guard !sql.unicodeScalars.contains("\0") else { throw refusal("it contains a NUL character") }
    return try sql.withCString { text in
      var tail: UnsafePointer<CChar>?
      var statement: OpaquePointer?
      let code = sqlite3_prepare_v2(database, text, -1, &statement, &tail)
      guard code == SQLITE_OK else { throw failure(code) }
      guard let statement else { throw refusal("it is empty") }
      do {
        if sqlite3_stmt_readonly(statement) == 0 { throw refusal("it would change the file, and a query only reads") }
        try checkEnd(tail)
        return statement
      } catch {
        sqlite3_finalize(statement)
        throw error
      }
    }
  }

  /// The error that the connection met last.
  func failure(_ code: CInt) -> any Error {
    let message = sqlite3_errmsg(database).map { String(cString: $0) } ?? "unknown error"
    switch code & 0xFF {
    case SQLITE_AUTH: return refusal("it would change something, and a query only reads")
    case SQLITE_ERROR: return refusal(message)
    case SQLITE_CANTOPEN where !isImmutable && !hasLog: return QueryFailure.needsImmutability
    case SQLITE_READONLY where !isImmutable && !hasLog: return QueryFailure.needsImmutability
    default: return StorageError(DatabaseError(resultCode: ResultCode(rawValue: code), message: message), path: path)
    }
  }

  /// Whether a write-ahead log holds changes that are not in the file itself.
  private var hasLog: Bool {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path + "-wal")
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0 > 0
  }

  private func checkFormat() throws {
    let code = sqlite3_exec(database, "SELECT count(*) FROM sqlite_master", nil, nil, nil)
    if code != SQLITE_OK { throw failure(code) }
  }

  private func checkEnd(_ tail: UnsafePointer<CChar>?) throws {
    var rest = tail
    while let text = rest, text.pointee != 0 {
      var next: OpaquePointer?
      let code = sqlite3_prepare_v2(database, text, -1, &next, &rest)
      defer { sqlite3_finalize(next) }
      // A comment compiles to no statement.
      if code != SQLITE_OK || next != nil { throw refusal("it holds several statements; run one at a time") }
    }
  }

  private func refusal(_ reason: String) -> StorageError {
    StorageError(.invalidValue, "the query cannot be run: \(reason)")
  }

  private static func immutableURI(_ path: String) -> String {
    let absolute = URL(fileURLWithPath: path).path
    let escaped = absolute.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? absolute
    return "file://\(escaped)?immutable=1"
  }
}

/// Pragmas that only ask, whatever their argument.
private let askingPragmas: Set<String> = [
  "collation_list", "compile_options", "data_version", "database_list", "foreign_key_check", "foreign_key_list",
  "freelist_count", "function_list", "index_info", "index_list", "index_xinfo", "integrity_check", "module_list",
  "page_count", "pragma_list", "quick_check", "table_info", "table_list", "table_xinfo",
]

/// Pragmas that only ask where they have no argument.
private let askingPragmasWithoutArgument: Set<String> = [
  "application_id", "auto_vacuum", "encoding", "page_size", "schema_version", "synchronous",
  "user_version",
]

/// Decides on one action of a statement that is being compiled.
private func authorize(_ action: CInt, _ name: UnsafePointer<CChar>?, _ value: UnsafePointer<CChar>?) -> CInt {
  switch action {
  case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return SQLITE_OK
  // So SQLite announces that it declares a table-valued function; a statement that really changes the schema's table is
  // no reading one.
  case SQLITE_UPDATE where name.map { String(cString: $0) } == "sqlite_master": return SQLITE_OK
  case SQLITE_FUNCTION:
    return value.map { String(cString: $0).lowercased() } == "load_extension" ? SQLITE_DENY : SQLITE_OK
  case SQLITE_PRAGMA:
    let pragma = name.map { String(cString: $0).lowercased() } ?? ""
    if askingPragmas.contains(pragma) { return SQLITE_OK }
    return value == nil && askingPragmasWithoutArgument.contains(pragma) ? SQLITE_OK : SQLITE_DENY
  default: return SQLITE_DENY
  }
}
