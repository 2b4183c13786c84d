import Foundation
import Testing

extension Command {
  /// How long the next process of a search may live before it is ended: `usual` microseconds, and four times longer for
  /// each process in a row that took a trial no further. Some of those make the trial fail, as they should; so a machine
  /// on which nothing happens within `usual` gets the time it needs.
  func life(usual: UInt32) throws -> UInt32 {
    // There may be no database yet, or one without the table.
    let deaths = try hpo(
      "query", "--format", "csv",
      "SELECT max(deaths) AS deaths FROM hpo_trial_attempts JOIN trials USING (trial_id) WHERE state IN ('RUNNING', 'WAITING')"
    ).output.split(whereSeparator: \.isNewline).last.flatMap { UInt32($0) }
    return min(usual << (2 * min(max(deaths ?? 0, 1) - 1, 4)), 10_000_000)
  }

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
