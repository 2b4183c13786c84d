import Foundation
import HPO
import TestSupport
import Testing

/// Lists, queries and exports of more trials than are read at once.
@Suite(.on(.commands)) struct ManyRowsTests {
  private static let count = 4500

  /// A study of many trials, some of which have what the others lack.
  private func inMany(_ body: (Command) throws -> Void) throws {
    try Command.inFolder { command in
      let storage = try SQLiteStorage(path: command.folder.appendingPathComponent("hpo.db").path)
      let study = try storage.createStudy(name: "many", directions: [.minimize])
      let line = Distribution.float(try FloatDistribution(low: 0, high: 1))
      _ = try storage.addTrials(study: study.id) { _ in
        (0..<Self.count).map { number in
          var trial = FrozenTrial(id: 0, number: number, state: number % 10 == 9 ? .failed : .complete)
          if trial.state == .complete { trial.values = [Double((number * 7919) % Self.count)] }
          trial.parameters["x"] = .init(distribution: line, value: Double((number * 31) % 1000) / 1000)
          if number == 4400 { trial.parameters["late"] = .init(distribution: line, value: 0.25) }
          if number == 4450 { trial.userAttributes["size"] = 7 }
          return trial
        }
      }
      try storage.close()
      try body(command)
    }
  }

  private func numbers(_ command: Command, _ arguments: String...) throws -> [Int] {
    let result = try command.start("hpo", ["trials", "--format", "json"] + arguments).wait()
    #expect(result.status == 0, "\(result.errors)")
    let trials = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
    return trials.compactMap { $0["number"] as? Int }
  }

  @Test("trials are chosen and sorted over all of a study, whichever of them are read together")
  func listing() throws {
    try inMany { command in
      #expect(try numbers(command, "--where", "params.late < 0.5") == [4400])
      #expect(try numbers(command, "--where", "late is null and size is null and number > 4490").count == 9)
      #expect(try numbers(command, "--where", "userAttributes.size = 7", "--limit", "3") == [4450])
      // The lowest x of the complete trials, then the lowest number.
      let complete = (0..<Self.count).filter { $0 % 10 != 9 }
      let byX = complete.sorted { (($0 * 31) % 1000, $0) < (($1 * 31) % 1000, $1) }
      #expect(try numbers(command, "--sort", "x", "--state", "complete", "--limit", "30") == Array(byX.prefix(30)))
      let descending = complete.sorted { (-(($0 * 31) % 1000), $0) < (-(($1 * 31) % 1000), $1) }
      #expect(
        try numbers(command, "--sort", "-x", "--where", "state = 'COMPLETE'", "--limit", "30")
          == Array(descending.prefix(30)))
      let byValue = complete.sorted { ($0 * 7919) % Self.count < ($1 * 7919) % Self.count }
      #expect(
        try numbers(command, "--sort", "value", "--where", "x > 0.5", "--limit", "20")
          == Array(byValue.filter { ($0 * 31) % 1000 > 500 }.prefix(20)))
      #expect(try numbers(command, "--sort", "late", "--limit", "2") == [4400, 0])
      #expect(try numbers(command).count == Self.count)
      let mistyped = try command.hpo("trials", "--sort", "lat", "--limit", "2")
      #expect(mistyped.status == 64 && mistyped.errors.contains("did you mean 'late'"), "\(mistyped.errors)")
      #expect(try command.hpo("trials", "--where", "later = 1").status == 1)
      let absent = try command.hpo("trials", "show", "5000000")
      #expect(absent.status == 1 && absent.errors.contains("0 to \(Self.count - 1)"), "\(absent.errors)")
    }
  }

  @Test("an export has all columns and all trials, and is the same as the list")
  func export() throws {
    try inMany { command in
      let csv = try command.succeed("study", "export")
      let lines = csv.split(separator: "\r\n", omittingEmptySubsequences: true)
      #expect(lines.count == Self.count + 1)
      #expect(lines[0] == "number,state,values.value,params.x,params.late,userAttributes.size,seconds,started")
      #expect(lines[4401].contains(",0.25,"))
      #expect(try command.succeed("trials", "--format", "csv") == csv)
      try command.succeed("study", "export", "--format", "json", "--output", "many.json")
      let file = try Data(contentsOf: command.folder.appendingPathComponent("many.json"))
      let study = try #require(try JSONSerialization.jsonObject(with: file) as? [String: Any])
      #expect(study["study"] as? String == "many" && (study["trials"] as? [Any])?.count == Self.count)
      #expect(try command.hpo("study", "export", "--output", "many.json").status == 64)
      let files = try FileManager.default.contentsOfDirectory(atPath: command.folder.path)
      #expect(!files.contains { $0.hasSuffix(".tmp") })
    }
  }

  @Test("a query writes all rows as JSON and CSV, and cuts a table with a remark")
  func query() throws {
    try inMany { command in
      let sql = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120000) SELECT i FROM n"
      let csv = try command.hpo("query", "--format", "csv", sql)
      #expect(csv.status == 0 && csv.errors.isEmpty)
      #expect(csv.output.hasPrefix("i\r\n1\r\n2\r\n") && csv.output.hasSuffix("\r\n119999\r\n120000\r\n"))
      let rows = try #require(try command.json("query", sql) as? [[String: Any]])
      #expect(rows.count == 120_000 && rows.last?["i"] as? Int == 120_000)
      let cut = try command.hpo("query", "--format", "json", "--limit", "3", sql)
      #expect(cut.errors.contains("more rows than 3"))
      #expect(
        cut.output == "[\n  {\n    \"i\": 1\n  },\n  {\n    \"i\": 2\n  },\n  {\n    \"i\": 3\n  }\n]\n",
        "\(cut.output)")
      #expect(try command.hpo("query", "--format", "json", "SELECT 1 AS a WHERE 0").output == "[]\n")
      #expect(try command.hpo("query", "--format", "csv", "SELECT 1 AS a WHERE 0").output == "a\r\n")
      #expect(try command.hpo("query", sql).errors.contains("more rows than 100000"))
    }
  }
}
