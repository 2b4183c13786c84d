import Foundation
import HPO
import TestSupport
import Testing

/// Commands that change what is made of trials, end searches, bring studies elsewhere, and examine databases.
@Suite(.on(.commands)) struct ManagementCommandTests {
  /// A finished search of six trials.
  private func searched(_ body: (Command) throws -> Void) throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--trials", "6")
      try body(command)
    }
  }

  private func trials(_ command: Command, _ arguments: String...) throws -> [[String: Any]] {
    let result = try command.start("hpo", ["trials", "--format", "json"] + arguments).wait()
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]])
  }

  @Test("the name of a study is harmless and short where people read it, and whole for programs")
  func oddNames() throws {
    try Command.inFolder { command in
      let name = "\u{1B}[31mred\nline" + String(repeating: "x", count: 400)
      let storage = try SQLiteStorage(path: command.folder.appendingPathComponent("hpo.db").path)
      _ = try storage.createStudy(name: name, directions: [.minimize])
      try storage.close()
      let made = try command.succeed("study", "create", "--study", name, "--if-exists", "load")
      let again = try command.hpo("study", "create", "--study", name, "--direction", "maximize")
      let best = try command.hpo("best", "--study", name)
      let other = try command.hpo("best", "--study", "other")
      #expect(best.status != 0 && other.status != 0)
      for text in [made, again.output + again.errors, best.errors, other.errors] {
        #expect(text.contains("\u{FFFD}[31mred linexx") && text.contains("xx…'") && text.count < 600, "\(text)")
        #expect(!text.contains("\u{1B}") && !text.contains(String(repeating: "x", count: 60)), "\(text)")
      }
      #expect(try !command.succeed("study", "list").contains("\u{1B}"))
      let studies = try #require(try command.json("study", "list") as? [[String: Any]])
      #expect(studies.first?["name"] as? String == name)
    }
  }

  @Test("the best trial is excluded, included, annotated and repeated")
  func undo() throws {
    try searched { command in
      func best() throws -> Int {
        try #require((try command.json("best") as? [String: Any])?["number"] as? Int)
      }
      let first = try best()
      try command.succeed("trial", "exclude", "\(first)", "--reason", "wrong data")
      #expect(try best() != first)
      #expect(try trials(command, "--where", "excluded = 'wrong data'").map { $0["number"] as? Int } == [first])
      #expect(try trials(command, "--where", "excluded is null").count == 5)
      try command.succeed("trial", "include", "\(first)")
      #expect(try best() == first)

      try command.succeed("trial", "annotate", "\(first)", "look here")
      #expect(try command.succeed("best").contains("look here"))
      #expect(try trials(command, "--where", "note like 'look%'").count == 1)

      let output = try command.succeed("trial", "requeue", "\(first)")
      #expect(output.contains("trial 6"))
      let twice = try command.hpo("trial", "requeue", "\(first)")
      #expect(twice.status == 1 && twice.errors.contains("as trial 6 already"), "\(twice.errors)")
      #expect(try command.count("SELECT count(*) FROM trials") == 7)
      try command.succeed("optimize", "--trials", "6")
      let again = try #require(try trials(command, "--where", "number = 6").first)
      let before = try #require(try trials(command, "--where", "number = \(first)").first)
      #expect(again["params"] as? NSDictionary == before["params"] as? NSDictionary)
      #expect((before["excluded"] as? String)?.contains("trial 6") == true)
      #expect(try command.count("SELECT count(*) FROM trials") == 7)
    }
  }

  @Test("a number that no trial has, and a trial that is not finished, are errors that say so")
  func wrongTrials() throws {
    try searched { command in
      let absent = try command.hpo("trial", "exclude", "2", "17")
      #expect(absent.status == 1 && absent.errors.contains("no trial 17") && absent.errors.contains("0 to 5"))
      #expect(try trials(command, "--where", "excluded is not null").isEmpty, "none is excluded where one is absent")
      #expect(try command.hpo("trial", "exclude", "--", "-1").status == 64)
      #expect(try command.hpo("trial", "exclude").status == 64)
    }
  }

  @Test("trials are chosen as users write it")
  func query() throws {
    try searched { command in
      let chosen = try trials(
        command, "--where", #"state = "COMPLETE" and params.learningRate < 0.05"#, "--sort", "value", "--limit", "20")
      let all = try trials(command)
      let expected = all.filter { trial in
        trial["state"] as? String == "COMPLETE"
          && ((trial["params"] as? [String: Any])?["learningRate"] as? Double ?? 1) < 0.05
      }
      #expect(chosen.count == expected.count && !chosen.isEmpty)
      let values = chosen.compactMap { ($0["values"] as? [String: Any])?["accuracy"] as? Double }
      #expect(values == values.sorted(by: >))
      let rows = try #require(
        try command.json("query", "SELECT number, accuracy, learningRate FROM study ORDER BY number")
          as? [[String: Any]])
      #expect(rows.count == 6 && rows.allSatisfy { $0["learningRate"] is Double })
      // A complaint names nothing that nobody typed.
      for (condition, fault) in [
        ("value <", "incomplete input"), ("(value", "incomplete input"), ("value) or (1", #"near ")""#),
        ("value < 1 limit 2", #"near "limit""#), ("state = 'x", #"unrecognized token: "'x""#),
      ] {
        let refused = try command.hpo("trials", "--where", condition)
        #expect(refused.status == 1 && refused.errors.contains("cannot be used: \(fault)"), "\(refused.errors)")
        #expect(!refused.errors.contains("ORDER"))
      }
    }
  }

  @Test("a search ends at a value, by stagnation and by time, as the command line or the study file says")
  func stopping() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.quick, to: "quick.yaml")
      let reached = try command.succeed("optimize", "--config", "quick.yaml", "--until", "value > 0.01")
      #expect(reached.contains("stopped: a trial meets value > 0.01"))
      #expect(try command.count("SELECT count(*) FROM trials") == 1)
      #expect(try command.succeed("optimize", "--until", "accuracy > 0.01").contains("stopped"))
      #expect(try command.count("SELECT count(*) FROM trials") == 1)
      #expect(try command.succeed("optimize", "--stagnation", "2", "--trials", "100").contains("no improvement"))

      let absent = try command.hpo("optimize", "--until", "userAttributes.los < 1", "--trials", "5")
      #expect(
        absent.errors.components(separatedBy: "no user attribute 'los'").count == 2, "one note: \(absent.errors)")
      let unknown = try command.hpo("optimize", "--until", "learningrat < 1")
      #expect(unknown.status == 1 && unknown.errors.contains("learningrat"), "\(unknown.errors)")
      #expect(try command.hpo("optimize", "--stagnation", "0").status == 64)

      // No trial can come to its end, so each one that has begun must wait to go on; on a busy machine the time may be over
      // before any has.
      let endless = StudyFile.long.replacing("epochs: 400", with: "epochs: 1000000")
      var timeout = 0.5
      var begun = 0
      while begun == 0, timeout <= 64 {
        try command.write(
          endless + "\nstop: {timeout: \(timeout)s, until: userAttributes.epoch > 1000000}\n", to: "long.yaml")
        let timed = try command.hpo("optimize", "--config", "long.yaml", "--jobs", "2")
        #expect(timed.output.contains("the time is over"), "\(timed.errors)")
        begun = try command.count("SELECT count(*) FROM trials WHERE study_id = 2")
        timeout *= 2
      }
      #expect((1...2).contains(begun))
      #expect(try command.count("SELECT count(*) FROM trials WHERE study_id = 2 AND state = 'WAITING'") == begun)
    }
  }

  @Test("processes that share a study run exactly the total, requeued trials included")
  func sharedBudget() throws {
    try searched { command in
      try command.succeed("trial", "requeue", "1", "3")
      let running = try (0..<3).map { _ in try command.start("hpo", ["optimize", "--trials", "14", "--jobs", "2"]) }
      for process in running { #expect(try process.wait().status == 0) }
      #expect(try command.count("SELECT count(*) FROM trials WHERE state IN ('COMPLETE', 'PRUNED', 'FAIL')") == 16)
      #expect(try command.count("SELECT count(*) FROM trials") == 16)
      #expect(try trials(command, "--where", "excluded is null").count == 14)
    }
  }

  @Test("configurations that repeat are drawn again, or given the result, as asked")
  func duplicates() throws {
    try Command.inFolder { command in
      let file = """
        study: small
        direction: maximize
        objective: {data: digits, network: mlp, epochs: 1, metric: accuracy}
        space:
          units: {choice: [4, 8, 16]}
        sampler: {name: random, seed: 1}
        pruner: none
        duplicates: reuse
        trials: 8
        """
      try command.write(file, to: "small.yaml")
      let output = try command.succeed("optimize", "--config", "small.yaml")
      #expect(output.contains("given its result"))
      #expect(try trials(command, "--where", "duplicate like 'result of %'").count >= 5)
      let more = try command.succeed("optimize", "--trials", "10", "--duplicates", "replicate")
      #expect(more.contains("run as replicates"))
      #expect(
        try command.succeed("best").contains("replicates")
          || trials(command, "--where", "duplicate like 'replicate%'").count == 2)
    }
  }

  @Test("a study is exported, copied and merged")
  func transfers() throws {
    try searched { command in
      try command.succeed("trial", "exclude", "0")
      let csv = try command.succeed("study", "export", "--format", "csv")
      #expect(csv.split(whereSeparator: \.isNewline).count == 7)
      let json = try command.succeed("study", "export", "--format", "json")
      let study = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
      let exported = try #require(study["trials"] as? [[String: Any]])
      #expect(exported.count == 6 && exported.allSatisfy { !(($0["reports"] as? [Any])?.isEmpty ?? true) })
      try command.succeed("study", "export", "--format", "optuna", "--output", "optuna.db")
      let header = try Data(contentsOf: command.folder.appendingPathComponent("optuna.db"))[18..<20]
      #expect(Array(header) == [1, 1])
      #expect(try command.hpo("study", "export", "--format", "optuna", "--output", "optuna.db").status == 64)
      #expect(try command.hpo("study", "export", "--format", "optuna").status == 64)

      #expect(
        try command.succeed("study", "copy", "--to", "second")
          == "copied 'quick' with 5 trials and 1 excluded to 'second'\n")
      let studies = try #require(try command.json("study", "list") as? [[String: Any]])
      #expect(studies.map { $0["trials"] as? Int } == [5, 5])
      try command.succeed("study", "copy", "--study", "quick", "--to-storage", "other.db")
      #expect(try command.hpo("study", "copy", "--study", "quick", "--to", "second").status == 1)
      try command.succeed("optimize", "--study", "quick", "--storage", "other.db", "--trials", "8")
      let merged = try command.succeed("study", "merge", "--study", "quick", "--from-storage", "other.db")
      #expect(merged.contains("added 3 trials") && merged.contains("6 were there already"), "\(merged)")
      let again = try command.succeed("study", "merge", "--study", "quick", "--from-storage", "other.db")
      #expect(again.contains("added 0 trials"))
      #expect(try command.count("SELECT count(*) FROM trials WHERE study_id = 1") == 9)
      #expect(try command.succeed("study", "show", "--study", "quick").contains("excluded"))
    }
  }

  @Test("a doctor says that nothing is wrong, or what is and what it breaks, and mends it after a copy")
  func doctor() throws {
    try searched { command in
      let sound = try command.succeed("doctor", "hpo.db")
      #expect(sound.contains("nothing is wrong"))
      let sqlite = try command.start("hpo", ["doctor", "--format", "json"]).wait()
      #expect(sqlite.output.contains("\"sound\": true"))
      // The direction in lower case, written over the file's bytes; no index holds it.
      let path = command.folder.appendingPathComponent("hpo.db")
      var bytes = try Data(contentsOf: path)
      let place = try #require(bytes.range(of: Data("MAXIMIZE".utf8)))
      bytes.replaceSubrange(place, with: Data("maximize".utf8))
      try bytes.write(to: path)

      let sick = try command.hpo("doctor")
      #expect(
        sick.status == 1 && sick.output.contains("LookupError") && sick.output.contains("'maximize'"), "\(sick.output)")
      #expect(try Data(contentsOf: path) == bytes)
      let mended = try command.succeed("doctor", "--repair", "--backup", "before.db")
      #expect(mended.contains("before.db") && mended.contains("nothing is wrong"))
      #expect(try command.succeed("doctor").contains("nothing is wrong"))
      #expect(try command.hpo("doctor", "before.db").status == 1)
      #expect(try command.hpo("doctor", "absent.db").status == 1)
      #expect(try command.hpo("doctor", "--backup", "x").status == 64)
    }
  }
}
