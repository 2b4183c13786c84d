import Foundation
import HPO

extension RegularFile {
  /// Removes what processes that were killed while they wrote have left in a folder: `NAME.PROCESS.tmp`.
  static func removeDrafts(in folder: String) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      let parts = name.split(separator: ".")
      guard parts.count > 2, parts.last == "tmp", let process = pid_t(parts[parts.count - 2]), process > 0,
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      try? FileManager.default.removeItem(atPath: "\(folder)/\(name)")
    }
  }
}
