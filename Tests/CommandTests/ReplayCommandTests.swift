import Foundation
import Testing

/// Deterministic searches and their replay, as a user runs them.
@Suite struct ReplayCommandTests {
  /// The replay's JSON and exit status.
  private func replay(_ command: Command, _ arguments: String...) throws -> (status: Int32, report: [String: Any]) {
    let result = try command.start("hpo", ["study", "replay", "--format", "json"] + arguments).wait()
    let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    return (result.status, try #require(json as? [String: Any], "\(result.errors)"))
  }

  /// Every row that must not depend on times.
  private func rows(_ command: Command) throws -> [String] {
    try [
      "SELECT number, state FROM trials ORDER BY 1",
      "SELECT number, param_name, param_value FROM trials JOIN trial_params USING (trial_id) ORDER BY 1, param_id",
      "SELECT number, value FROM trials JOIN trial_values USING (trial_id) ORDER BY 1",
      "SELECT number, step, intermediate_value FROM trials JOIN trial_intermediate_values USING (trial_id) ORDER BY 1, 2",
      "SELECT number, key, value_json FROM trials JOIN trial_system_attributes USING (trial_id) ORDER BY 1, 2",
    ].map { try command.succeed("query", "--format", "csv", $0) }
  }

  private func search(_ command: Command, jobs: Int, _ options: String...) throws {
    try command.write(StudyFile.quick, to: "quick.yaml")
    let arguments = ["optimize", "--config", "quick.yaml", "--trials", "24", "--jobs", "\(jobs)"] + options
    let result = try command.start("hpo", arguments).wait()
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test("what ran beside a trial of the same parameters is told of as its replicate")
  func concurrentReplicates() throws {
    try Command.inFolder { command in
      let output = try command.succeed(
        "optimize", "--study", "z", "--trials", "12", "--jobs", "3", "--int", "n=1..2", "--seed", "5",
        "--deterministic",
        "--duplicates", "replicate", "--", "echo", "{\"value\": {n}}")
      #expect(output.contains("trials with the parameters of an earlier one: 10 run as replicates"), "\(output)")
      let rows = try #require(try command.json("trials", "--where", "duplicate is not null") as? [[String: Any]])
      #expect(rows.count == 10)
      #expect(
        try command.succeed("trials", "--format", "csv").split(whereSeparator: \.isNewline).count {
          $0.contains("replicate of")
        }
          == 10)
      #expect(
        try command.succeed("study", "export", "--format", "csv").split(whereSeparator: \.isNewline)
          .count { $0.contains("replicate of") } == 10)
      let last = try #require(rows.last?["number"] as? Int)
      let shown = try command.succeed("trials", "show", "\(last)")
      #expect(shown.contains("replicate of"), "\(shown)")
      let counts = try command.succeed("query", "--format", "csv", "SELECT count(*) FROM study GROUP BY n ORDER BY n")
      let ones = try #require(counts.split(whereSeparator: \.isNewline).dropFirst().first)
      #expect(try command.succeed("best").contains("mean of \(ones) replicates"))
    }
  }

  @Test(
    "a search of four jobs, one of a single job and one of two processes yield the same, and follow from the record")
  func deterministic() throws {
    let expected = try Command.inFolder { command in
      try search(command, jobs: 1, "--deterministic", "--window", "4")
      let (status, report) = try replay(command, "quick")
      #expect(status == 0 && report["derived"] as? Int == 24 && report["window"] as? Int == 4, "\(report)")
      return try rows(command)
    }
    #expect(expected[0].contains("PRUNED"))
    try Command.inFolder { command in
      try search(command, jobs: 4, "--deterministic")
      #expect(try rows(command) == expected)
      // What is deterministic stays so.
      let more = try command.start("hpo", ["optimize", "--trials", "28", "--jobs", "9"]).wait()
      #expect(more.status == 0 && more.errors.contains("deterministic with 4 at once"), "\(more.errors)")
      #expect(try replay(command, "--study", "quick").report["derived"] as? Int == 28)
      let other = try command.hpo("optimize", "--trials", "30", "--deterministic", "--window", "5")
      #expect(other.status == 1 && other.errors.contains("does not change"), "\(other.errors)")
    }
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let arguments = [
        "optimize", "--config", "quick.yaml", "--trials", "24", "--jobs", "2", "--deterministic", "--window", "4",
      ]
      let processes = try (0..<2).map { _ in try command.start("hpo", arguments) }
      for process in processes { #expect(try process.wait().status == 0) }
      #expect(try rows(command) == expected)
    }
  }

  @Test("what somebody changes in the file is found and named")
  func alterations() throws {
    try Command.inFolder { command in
      try search(command, jobs: 2, "--deterministic")
      let path = command.folder.appendingPathComponent("hpo.db").path
      let original = try Data(contentsOf: URL(fileURLWithPath: path))
      for (sql, trial, kind, name) in [
        ("UPDATE trial_values SET value = 0.999 WHERE trial_id = 24", 23, "value", nil),
        (
          "UPDATE trial_params SET param_value = 0.05 WHERE trial_id = 9 AND param_name = 'learningRate'", 8,
          "parameter", "learningRate"
        ),
        ("DELETE FROM trial_params WHERE trial_id = 9 AND param_name = 'batchSize'", 8, "parameter", "batchSize"),
        ("UPDATE trials SET state = 'FAIL' WHERE trial_id = 2", 1, "state", nil),
        ("DELETE FROM trials WHERE trial_id = 12", 11, "missing", nil),
        (
          "UPDATE trial_intermediate_values SET intermediate_value = 0.01 WHERE trial_id = 5 AND step = 1", 4, "report",
          nil
        ),
        ("UPDATE hpo_study_documents SET text = replace(text, 'epochs: 3', 'epochs: 4')", 23, "search", nil),
        ("UPDATE hpo_study_documents SET text = '8' WHERE document = 'seed'", 23, "search", "seed"),
      ] as [(String, Int, String, String?)] {
        try original.write(to: URL(fileURLWithPath: path))
        try command.alter(sql)
        let (status, report) = try replay(command)
        let differences = try #require(report["differences"] as? [[String: Any]])
        let first = try #require(differences.first, "\(sql)")
        #expect(status == 1 && report["sound"] as? Bool == false, "\(sql)")
        #expect(first["trial"] as? Int == trial && first["differs"] as? String == kind, "\(sql): \(differences)")
        #expect(first["name"] as? String == name, "\(sql): \(differences)")
        #expect(differences.count == 1, "\(sql): \(differences)")
        let shown = try command.hpo("study", "replay", "quick")
        #expect(shown.status == 1 && shown.output.contains("trial \(trial): \(kind)"), "\(shown.output)")
      }
      try original.write(to: URL(fileURLWithPath: path))
      #expect(try replay(command).status == 0)
    }
  }

  @Test("a study of one job is derived without the option, and what it cannot be used with is said")
  func ordinary() throws {
    try Command.inFolder { command in
      try search(command, jobs: 1)
      let (status, report) = try replay(command)
      #expect(status == 0 && report["derived"] as? Int == 24 && report["window"] is NSNull, "\(report)")
      let window = try command.hpo("optimize", "--trials", "30", "--window", "3")
      #expect(window.status == 64 && window.errors.contains("--deterministic"))
      try command.succeed("study", "create", "--study", "bare")
      let bare = try command.hpo("study", "replay", "bare")
      #expect(bare.status == 64 && bare.errors.contains("without a study file"))
    }
  }
}
