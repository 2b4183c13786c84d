import Foundation
import GRDB

/// A folder that is gone when the test is.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("hpo-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  func file(_ name: String = "study.db") -> String { path + "/" + name }

  /// Removes a file and its journals.
  func remove(_ name: String = "study.db") throws {
    for suffix in ["", "-wal", "-shm", "-journal"] where FileManager.default.fileExists(atPath: file(name) + suffix) {
      try FileManager.default.removeItem(atPath: file(name) + suffix)
    }
  }

  /// A file that holds what SQL statements make.
  func file(_ name: String = "study.db", running sql: String) throws -> String {
    let queue = try DatabaseQueue(path: file(name), configuration: .plain)
    try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
    try queue.close()
    return file(name)
  }
}

extension Configuration {
  /// Nothing that changes how SQLite reads a file.
  static var plain: Configuration {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    return configuration
  }
}

/// The rows of a query as text, columns parted by a bar, as SQLite's `quote` writes them.
func rows(_ path: String, _ sql: String) throws -> [String] {
  let queue = try DatabaseQueue(path: path, configuration: .plain)
  defer { try? queue.close() }
  return try queue.read { database in
    try Row.fetchAll(database, sql: sql).map { row in
      row.databaseValues.map { value in
        switch value.storage {
        case .null: "NULL"
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob(let data): "\(data.count) bytes"
        }
      }.joined(separator: "|")
    }
  }
}
