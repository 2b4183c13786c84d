import Foundation
import TestSupport
import Testing

/// Processes that share one study database.
@Suite(.on(.commands)) struct ManyProcessesTests {
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

  @Test("what was drawn jointly for a trial is there after the process was killed between two of its parameters")
  func jointSampleAfterKill() throws {
    try Command.inFolder { command in
      let killed = try worker(command, "die", "20").wait()
      #expect(killed.status == -SIGKILL)
      let first = try #require(killed.output.split(separator: "\n").last.flatMap { Double($0) })
      // Others finish meanwhile, so that a new draw would be another one.
      _ = try numbers(of: [worker(command, "run", "5")])
      let drawn = try #require(
        try command.json(
          "query",
          "SELECT value_json AS text FROM trial_system_attributes WHERE trial_id = 21 AND key = 'tpe:relative_params:0'"
        ) as? [[String: Any]])
      #expect(try worker(command, "finish", "26").wait().status == 0)
      let found = try #require(
        try command.json(
          "query", "SELECT param_name AS name, param_value AS value FROM trial_params WHERE trial_id = 21")
          as? [[String: Any]])
      let values = Dictionary(
        uniqueKeysWithValues: found.compactMap { row in
          (row["name"] as? String).flatMap { name in (row["value"] as? NSNumber).map { (name, $0.doubleValue) } }
        })
      // Foundation may read the last digit of a number otherwise.
      func isFirst(_ number: Double?) -> Bool { number.map { abs($0 - first) < 1e-14 * abs(first) } ?? false }
      #expect(isFirst(values["x"]) && values.count == 2)
      // A JSON text within a JSON text.
      let outer = try #require(drawn.first?["text"] as? String)
      let inner = try #require(
        JSONSerialization.jsonObject(with: Data(outer.utf8), options: .fragmentsAllowed) as? String)
      let joint = try JSONSerialization.jsonObject(with: Data(inner.utf8)) as? [String: Any]
      #expect((joint?["n"] as? NSNumber)?.doubleValue == values["n"])
      #expect(isFirst((joint?["x"] as? NSNumber)?.doubleValue))
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
