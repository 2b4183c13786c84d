import Foundation
import Testing

extension Command {
  /// Runs a command on copies of a database, `hpo.db`, and ends it by SIGKILL at its first commit, at its second one and so
  /// on, by turns right before and right after it, until it comes to its end.
  ///
  /// - Parameters:
  ///   - arguments: The command.
  ///   - original: The database that is copied.
  ///   - body: Looks at what is left; it gets the number of the commit.
  /// - Returns: How often the command was ended.
  func killing(
    atEachCommitOf arguments: [String], on original: URL, _ body: (Int) throws -> Void
  ) throws -> Int {
    let file = folder.appendingPathComponent("hpo.db")
    for commit in 1... {
      for suffix in ["", "-wal", "-shm", "-journal"] { try? FileManager.default.removeItem(atPath: file.path + suffix) }
      try FileManager.default.copyItem(at: original, to: file)
      let side = commit.isMultiple(of: 2) ? "before" : "after"
      let killed = try start("FaultyHPO", arguments, environment: ["HPO_FAULT": "commit:\(commit):\(side)"]).wait()
      if killed.status == 0 { return commit - 1 }
      try #require(killed.status == -SIGKILL, "\(killed.errors)")
      try body(commit)
    }
    return 0
  }
}
