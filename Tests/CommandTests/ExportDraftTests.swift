import Foundation
import HPO
import TestSupport
import Testing

/// What is left of an export that did not come to its end.
@Suite(.on(.commands)) struct ExportDraftTests {
  private func inStudy(of count: Int, _ body: (Command) throws -> Void) throws {
    try Command.inFolder { command in
      let storage = try SQLiteStorage(path: command.folder.appendingPathComponent("hpo.db").path)
      let study = try storage.createStudy(name: "many", directions: [.minimize])
      _ = try storage.addTrials(study: study.id) { _ in
        (0..<count).map { number in
          var trial = FrozenTrial(id: 0, number: number, state: .complete)
          trial.values = [Double(number)]
          return trial
        }
      }
      try storage.close()
      try body(command)
    }
  }

  private func names(_ command: Command) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: command.folder.path).filter { $0.hasPrefix("out.") }.sorted()
  }

  private func export(_ command: Command, _ format: String) throws -> Running {
    try command.start("hpo", ["study", "export", "--format", format, "--output", "out.file"])
  }

  @Test(
    "what killed processes have left of the same file goes with the next export, and nothing else",
    arguments: ["csv", "optuna"])
  func leftDrafts(format: String) throws {
    try inStudy(of: 3) { command in
      let ended = try export(command, "json")
      #expect(try ended.wait().status == 0)
      try FileManager.default.removeItem(at: command.folder.appendingPathComponent("out.file"))
      let dead = ended.process.processIdentifier
      let kept = [
        "out.file.\(getpid()).tmp", "out.file.\(getpid()).7.partial", "out.file.\(dead).txt", "out.file.x.tmp",
        "out.filed.\(dead).tmp", "out.file.\(dead).x.partial", "out.file.\(dead).7.partial-wal",
      ]
      for name in kept + ["out.file.\(dead).tmp", "out.file.\(dead).7.partial"] {
        try command.write("", to: name)
      }
      #expect(try export(command, format).wait().status == 0)
      #expect(try names(command) == (kept + ["out.file"]).sorted())
    }
  }

  @Test("Ctrl-C takes away what is written of a file", arguments: ["json", "optuna"])
  func interruption(format: String) throws {
    try inStudy(of: 30_000) { command in
      // A machine at its limits may be done with the file before the test has seen that it is there.
      for _ in 0..<20 {
        let running = try export(command, format)
        while running.process.isRunning, try names(command).isEmpty { usleep(500) }
        running.send(SIGINT)
        let result = try running.wait()
        let left = try names(command)
        #expect(result.status == 130 ? result.errors == "" : result.status == 0, "\(result.errors)\(result.output)")
        if result.status == 130, left.isEmpty { return }
        #expect(left == ["out.file"])
        try FileManager.default.removeItem(at: command.folder.appendingPathComponent("out.file"))
      }
      Issue.record("each of 20 exports was done before it was interrupted")
    }
  }
}
