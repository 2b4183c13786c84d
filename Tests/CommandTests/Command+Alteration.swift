import Foundation
import GRDB

extension Command {
  /// Changes the study database as somebody does who knows SQL.
  func alter(_ sql: String) throws {
    var configuration = Configuration()
    configuration.foreignKeysEnabled = false
    let queue = try DatabaseQueue(path: folder.appendingPathComponent("hpo.db").path, configuration: configuration)
    try queue.write { try $0.execute(sql: sql) }
    try queue.close()
  }
}
