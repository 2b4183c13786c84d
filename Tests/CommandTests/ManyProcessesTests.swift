import Foundation
import Testing

/// Processes that share one study database.
@Suite struct ManyProcessesTests {
  private func worker(_ command: Command, _ arguments: String...) throws -> Running {
    try command.start("StorageWorker", ["hpo.db"] + arguments)
  }

  /// Waits for processes that must succeed and say nothing but the numbers of their trials.
  private func numbers(of runs: [Running]) throws -> [[Int]] {
    try runs.map { run in
      let result = try run.wait()
      #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
      return result.output.split(separator: "\n").compactMap { Int($0) }
    }
  }

  private func expectWhole(_ command: Command, total: Int) throws {
    let counts = try command.succeed(
      "query", "--format", "csv", "SELECT count(*), count(DISTINCT number), min(number), max(number) FROM trials")
    #expect(counts.contains("\(total),\(total),0,\(total - 1)"))
    #expect(try command.count("SELECT count(*) AS n FROM trials WHERE state NOT IN ('COMPLETE', 'PRUNED')") == 0)
    #expect(try command.count("SELECT count(*) AS n FROM hpo_checkpoints") == 0)
    #expect(try command.succeed("query", "PRAGMA integrity_check").contains("ok"))
  }

  @Test(
    "eight processes of 25 trials each, with a reader that looks ten times a second, end with 200 trials and no error")
  func manyWriters() throws {
    try Command.inFolder { command in
      try command.succeed("storage", "init")
      let reader = try worker(command, "watch", "200")
      let writers = try (0..<8).map { _ in try worker(command, "run", "25") }
      let ran = try numbers(of: writers)
      #expect(ran.allSatisfy { $0.count == 25 })
      #expect(ran.joined().sorted() == Array(0..<200))
      #expect(try numbers(of: [reader])[0].count == 1)
      try expectWhole(command, total: 200)
    }
  }

  @Test("four processes that empty a queue of sixty trials run each of them once")
  func queue() throws {
    try Command.inFolder { command in
      _ = try numbers(of: [worker(command, "enqueue", "60")])
      let ran = try numbers(of: (0..<4).map { _ in try worker(command, "pop") })
      #expect(ran.joined().sorted() == Array(0..<60))
      #expect(ran.count { !$0.isEmpty } > 1)
      try expectWhole(command, total: 60)
      let fixed = "SELECT count(*) AS n FROM trials JOIN trial_params USING (trial_id) "
      #expect(try command.count(fixed + "WHERE param_name = 'x' AND abs(param_value - number / 10.0) < 1e-9") == 60)
    }
  }
}
