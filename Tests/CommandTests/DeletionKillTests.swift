import Foundation
import HPO
import TestSupport
import Testing

/// Deletions of a study that are killed at each of their commits.
@Suite(.on(.commands)) struct DeletionKillTests {
  private static let count = 2400

  private func write(to path: String) throws {
    let storage = try SQLiteStorage(path: path)
    for name in ["many", "other"] {
      let study = try storage.createStudy(name: name, directions: [.minimize])
      _ = try storage.addTrials(study: study.id, above: nil) { _, _ in
        (0..<(name == "many" ? Self.count : 3)).map { number in
          var trial = FrozenTrial(id: 0, number: number, state: .complete)
          trial.values = [Double(number)]
          trial.userAttributes = ["a": 1]
          return TrialAddition(trial, log: "log \(number)")
        }
      }
    }
    try storage.close()
  }

  @Test("a deletion that is killed at any commit is done once the command is typed again, and nobody sees half a study")
  func everyCommit() throws {
    try Command.inFolder { command in
      let original = command.folder.appendingPathComponent("original.db")
      try write(to: original.path)
      let arguments = ["study", "delete", "--study", "many", "--yes"]
      let left = command.folder.appendingPathComponent("hpo.db.trials/1-many/7")
      try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
      var sizes: Set<Int> = []
      let kills = try command.killing(atEachCommitOf: arguments, on: original) { commit in
        let names = try command.succeed("study", "list", "--format", "csv")
        sizes.insert(try command.count("SELECT count(*) FROM trials"))
        if names.contains("many") {
          #expect(try command.count("SELECT count(*) FROM trials") == Self.count + 3, "after commit \(commit)")
        }
        let again = try command.start("hpo", arguments).wait()
        #expect(again.status == 0 || again.errors.contains("no study 'many'"), "commit \(commit): \(again.errors)")
        #expect(try command.count("SELECT count(*) FROM trials") == 3, "after commit \(commit)")
        #expect(try command.count("SELECT count(*) FROM hpo_trial_logs") == 3)
        #expect(try command.count("SELECT count(*) FROM hpo_deletions") == 0)
        #expect(try command.succeed("study", "list", "--format", "csv").contains("other"))
        #expect(!FileManager.default.fileExists(atPath: left.path))
        #expect(try command.hpo("doctor", "hpo.db").status == 0)
        try FileManager.default.createDirectory(at: left, withIntermediateDirectories: true)
      }
      #expect(kills >= 4 && sizes.count >= 4, "it takes several transactions")
    }
  }
}
