import Foundation
import TestSupport
import Testing

@Suite(.on(.commands)) struct OptimizeCommandTests {
  @Test("what was typed of sampler, pruner, seed and duplicates goes before the study file until it is typed anew")
  func keptOptions() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      func notes(_ trials: Int, _ options: String...) throws -> String {
        let run = try command.start(
          "hpo", ["optimize", "--config", "quick.yaml", "--trials", "\(trials)"] + options
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        return run.errors.split(separator: "\n").filter { $0.hasPrefix("note:") }.joined(separator: "\n")
      }
      #expect(
        try notes(1, "--sampler", "random", "--pruner", "none", "--seed", "5", "--duplicates", "reuse").isEmpty)
      #expect(try notes(2).hasPrefix("note: --sampler random, --pruner none, --duplicates reuse, --seed 5: typed"))
      #expect(try notes(3, "--seed", "7").hasPrefix("note: --sampler random, --pruner none, --duplicates reuse: typed"))
      // What the study file says as well is nothing to tell.
      #expect(try notes(4, "--sampler", "tpe", "--pruner", "median", "--duplicates", "redraw").isEmpty)
      let kept = try command.json("query", "SELECT text FROM hpo_study_documents WHERE document = 'search'")
      for part in ["tpe", "median", "redraw", "7"] { #expect("\(kept)".contains(part)) }
    }
  }

  /// Every trial of the study in `hpo.db` is finished, with the numbers 0..<total, each once.
  private func expectWhole(_ command: Command, total: Int, location: SourceLocation = #_sourceLocation) throws {
    let trials = try #require(try command.json("trials") as? [[String: Any]])
    #expect(trials.map { $0["number"] as? Int } == Array(0..<total), sourceLocation: location)
    for trial in trials {
      let state = try #require(trial["state"] as? String)
      #expect(["COMPLETE", "PRUNED"].contains(state), "\(trial)", sourceLocation: location)
      let values = try #require(trial["values"] as? [String: Any])
      #expect(values["accuracy"] is Double || values["accuracy"] is Int, "\(trial)", sourceLocation: location)
    }
    #expect(try command.count("SELECT count(*) AS n FROM hpo_trial_owners") == 0, sourceLocation: location)
    let integrity = try #require(try command.json("query", "PRAGMA integrity_check") as? [[String: Any]])
    #expect(integrity.first?.values.first as? String == "ok", sourceLocation: location)
  }

  @Test("a study file is searched, resumed to its total and then has nothing to do")
  func searching() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "8", "--jobs", "2")
      try expectWhole(command, total: 8)
      // The study file is kept with the study.
      try command.succeed("optimize", "--study", "quick", "--trials", "12")
      try expectWhole(command, total: 12)
      let again = try command.hpo("optimize", "--study", "quick", "--trials", "12")
      #expect(again.status == 0 && (again.output + again.errors).contains("12 of 12 done"))
      let best = try #require(try command.json("best") as? [String: Any])
      let values = try #require(best["values"] as? [String: Double])
      let all = try #require(try command.json("trials", "--state", "complete") as? [[String: Any]])
      let largest = all.compactMap { ($0["values"] as? [String: Double])?["accuracy"] }.max()
      #expect(values["accuracy"] == largest)
      let attributes = try #require(best["userAttributes"] as? [String: Any])
      #expect(attributes["test accuracy"] is Double)
    }
  }

  @Test("more jobs than a process can have are a mistake, with the advice that fits the command")
  func mostJobs() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      for jobs in ["0", "201"] {
        let search = try command.hpo("optimize", "--config", "quick.yaml", "--trials", "1", "--jobs", jobs)
        #expect(search.status == 64)
        #expect(
          search.errors.contains("--jobs \(jobs): 1 to 200 are possible; several processes can work on one study"))
        let finish = try command.hpo("nas", "finish", "--jobs", jobs)
        #expect(finish.status == 64 && finish.errors.contains("--jobs \(jobs): 1 to 200 are possible\n"))
      }
    }
  }

  @Test("the result line that is nested too deep to be read is the reason of a failed trial")
  func nestedResult() throws {
    try Command.inFolder { command in
      let script =
        #"printf '{"value": 1, "attributes": {"a": '; printf '[%.0s' $(seq 400); printf ']%.0s' $(seq 400); echo '}}'"#
      _ = try command.hpo("optimize", "--study", "deep", "--trials", "1", "--float", "x=0..1", "--", "sh", "-c", script)
      let trial = try #require(try command.json("trials", "show", "0") as? [String: Any])
      #expect("\(trial)".contains("nested deeper than 64 levels"), "\(trial)")
    }
  }

  @Test("conditional parameters exist only where their condition holds")
  func conditionalParameters() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "24", "--jobs", "2")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      for trial in trials {
        let parameters = try #require(trial["params"] as? [String: Any])
        #expect((parameters["units1"] != nil) == (parameters["depth"] as? Int == 2), "\(parameters)")
        #expect((parameters["momentum"] != nil) == (parameters["optimizer"] as? String == "momentum"), "\(parameters)")
      }
      #expect(Set(trials.compactMap { ($0["params"] as? [String: Any])?["depth"] as? Int }).count == 2)
    }
  }

  @Test("the same seed gives the same study, also when it is interrupted between two runs")
  func reproducibility() throws {
    func rows(totals: [String]) throws -> String {
      try Command.inFolder { command in
        try command.write(StudyFile.quick, to: "quick.yaml")
        for total in totals { try command.succeed("optimize", "--config", "quick.yaml", "--trials", total) }
        return try command.succeed(
          "query", "--format", "csv",
          """
          SELECT number, state, param_name, param_value, value FROM trials JOIN trial_params USING (trial_id)
          LEFT JOIN trial_values USING (trial_id) ORDER BY number, param_name
          """)
      }
    }
    let whole = try rows(totals: ["16"])
    #expect(try rows(totals: ["5", "11", "16"]) == whole)
  }

  @Test("Ctrl-C lets trials stop after their next step, exits with 130, and the same command goes on")
  func interruption() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.long, to: "long.yaml")
      let arguments = ["optimize", "--config", "long.yaml", "--trials", "6", "--jobs", "2", "--verbose"]
      let run = try command.start("hpo", arguments)
      try run.waitForErrorLines(2)
      run.send(SIGINT)
      let result = try run.wait()
      #expect(result.status == 130, "\(result.errors)")
      #expect(result.errors.contains("hpo optimize") && result.errors.contains("--trials 6"))
      #expect(try command.count("SELECT count(*) AS n FROM trials WHERE state = 'RUNNING'") == 0)
      let waiting = try #require(try command.json("trials", "--state", "waiting") as? [[String: Any]])
      #expect(!waiting.isEmpty)

      #expect(try command.start("hpo", arguments).wait().status == 0)
      try expectWhole(command, total: 6)
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      for trial in waiting {
        let number = try #require(trial["number"] as? Int)
        let (before, after) = (trial["params"] as? NSDictionary, trials[number]["params"] as? NSDictionary)
        // A trial that was stopped before its parameters were drawn has none to keep.
        if before?.count == 0 { continue }
        #expect(before == after, "trial \(number) must run with the parameters that it had")
      }
    }
  }

  @Test("the end of the terminal stops a search, but not one that nohup started", arguments: [false, true])
  func hangup(isIgnored: Bool) throws {
    try Command.inFolder { command in
      try command.write(StudyFile.long, to: "long.yaml")
      let arguments = ["optimize", "--config", "long.yaml", "--trials", "40", "--verbose"]
      let run =
        isIgnored
        ? try Running(
          program: URL(filePath: "/usr/bin/nohup"),
          arguments: [Command.products.appendingPathComponent("hpo").path] + arguments, folder: command.folder,
          environment: [:])
        : try command.start("hpo", arguments)
      try run.waitForErrorLines(2)
      run.send(SIGHUP)
      if isIgnored {
        try run.waitForErrorLines(8)
        #expect(run.process.isRunning)
        run.send(SIGTERM)
      }
      let result = try run.wait()
      #expect(result.status == 130 && result.errors.contains("go on with"), "\(result.errors)")
    }
  }

  @Test("after kill -9 at fifty random moments the same command ends with every trial once")
  func killing() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick.replacing("epochs: 3", with: "epochs: 40"), to: "quick.yaml")
      let arguments = [
        "optimize", "--config", "quick.yaml", "--trials", "200", "--jobs", "2", "--checkpoint-every", "0s",
      ]
      var generator = SystemRandomNumberGenerator()
      for _ in 0..<50 {
        let life = try command.life(usual: UInt32.random(in: 5_000...80_000, using: &generator))
        let run = try command.start("hpo", arguments)
        usleep(life)
        run.send(SIGKILL)
        _ = try run.wait()
      }
      #expect(try command.start("hpo", arguments).wait().status == 0)
      try expectWhole(command, total: 200)
    }
  }

  @Test("three processes that begin at once make one study and together run the total")
  func twoProcesses() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let arguments = ["optimize", "--config", "quick.yaml", "--trials", "30"]
      let runs = try (0..<3).map { _ in try command.start("hpo", arguments) }
      for run in runs {
        let result = try run.wait()
        #expect(result.status == 0, "\(result.errors)")
      }
      try expectWhole(command, total: 30)
    }
  }

  @Test("a table of one's own is found again from another folder, where the study goes on as it began")
  func resumingElsewhere() throws {
    try Command.inFolder { command in
      let rows = (0..<120).map { "\($0 % 7),\(Double($0 % 11) / 3),\($0 % 7 < 3 ? "low" : "high")" }
      let folder = command.folder.appendingPathComponent("data")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try command.write("a,b,kind\n" + rows.joined(separator: "\n") + "\n", to: "data/table.csv")
      let text = StudyFile.quick.replacing("data: digits", with: "data: {csv: table.csv, target: kind}")
      try command.write(text, to: "data/table.yaml")
      try command.succeed(
        "study", "create", "--config", "data/table.yaml", "--sampler", "random", "--pruner", "none", "--seed", "5")
      try command.succeed("optimize", "--study", "quick", "--trials", "6")
      try command.succeed(
        "optimize", "--config", "data/table.yaml", "--sampler", "random", "--pruner", "none", "--seed", "5", "--trials",
        "6", "--storage", "direct.db")
      let sql =
        "SELECT number, state, param_name, param_value FROM trials JOIN trial_params USING (trial_id) ORDER BY 1, 3"
      let resumed = try command.succeed("query", sql)
      #expect(try command.succeed("query", sql, "--storage", "direct.db") == resumed)
      #expect(!resumed.contains("PRUNED"))
    }
  }

  @Test("trials are chosen by a condition over their columns")
  func conditions() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "12")
      let all = try #require(try command.json("trials") as? [[String: Any]])
      func expect(_ condition: String, _ holds: ([String: Any]) -> Bool) throws {
        let chosen = try #require(try command.json("trials", "--where", condition) as? [[String: Any]])
        #expect(chosen.map { $0["number"] as? Int } == all.filter(holds).map { $0["number"] as? Int }, "\(condition)")
      }
      func parameter(_ trial: [String: Any], _ name: String) -> Any? { (trial["params"] as? [String: Any])?[name] }
      try expect("state = \"COMPLETE\" and params.depth = 1") {
        $0["state"] as? String == "COMPLETE" && parameter($0, "depth") as? Int == 1
      }
      try expect("optimizer IN ('adam', 'sgd')") { ["adam", "sgd"].contains(parameter($0, "optimizer") as? String) }
      try expect("value >= 0.9") { (($0["values"] as? [String: Double])?["accuracy"] ?? 0) >= 0.9 }
      for wrong in ["nothing = 1", "1; DROP TABLE trials", "number ="] {
        let result = try command.hpo("trials", "--where", wrong)
        #expect(result.status == 1 && result.errors.contains("condition"), "\(wrong): \(result.errors)\(result.output)")
      }
    }
  }

  @Test("a grid over parameters that depend on others is refused")
  func conditionalGrid() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let result = try command.hpo("optimize", "--config", "quick.yaml", "--sampler", "grid", "--trials", "3")
      #expect(result.status == 64 && result.errors.contains("grid"), "\(result.errors)")
    }
  }

  @Test("a search of which every trial fails says why and does not succeed")
  func failing() throws {
    try Command.inFolder { command in
      try command.write(
        StudyFile.quick.replacing("{float: 1e-4..1e-1, log: true}", with: "{float: 1e30..1e38, log: true}"),
        to: "bad.yaml")
      let result = try command.hpo("optimize", "--config", "bad.yaml", "--trials", "3")
      #expect(result.status == 1 && result.errors.contains("diverged"), "\(result.errors)\(result.output)")
      #expect(result.output.contains("3 failed") && result.output.contains("--state failed"))
    }
  }

  @Test("a mistake in a study file is shown with its place and the nearest name")
  func brokenFile() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick.replacing("learningRate:", with: "learningrate:"), to: "broken.yaml")
      let result = try command.hpo("optimize", "--config", "broken.yaml", "--trials", "2")
      #expect(result.status == 1)
      #expect(result.errors.contains("broken.yaml:9:3") && result.errors.contains("'learningRate'"), "\(result.errors)")
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("hpo.db").path))
    }
  }
}
