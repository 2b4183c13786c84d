import Foundation
import Samplers
import TestSupport
import Testing

@Suite("Finishing architectures, by command", .on(.commands)) struct NASFinishTests {
  private static let search = ["nas", "search", "--config", "small.yaml", "--trials", "6", "--checkpoint-every", "0s"]
  private static let finish = ["nas", "finish", "--epochs", "3", "--seeds", "2", "--top", "2", "--output", "done"]

  private func report(_ command: Command) throws -> [[String: Any]] {
    let data = try Data(contentsOf: command.folder.appendingPathComponent("done/report.json"))
    let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try #require(report["results"] as? [[String: Any]])
  }

  @Test("the best architectures become files that agree, and the study knows which")
  func finishing() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      #expect(try command.start("hpo", Self.search).wait().status == 0)
      let first = try command.start("hpo", Self.finish).wait()
      #expect(first.status == 0, "\(first.errors)")
      let results = try report(command)
      #expect(results.count == 2)
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      let best = trials.compactMap { ($0["values"] as? [String: Any])?["accuracy"] as? Double }.max()
      let study = try #require(
        try command.json(
          "query", "SELECT key, value_json FROM study_user_attributes WHERE key LIKE 'finished:%'") as? [[String: Any]])
      #expect(study.count == 2)
      for (place, result) in results.enumerated() {
        let number = try #require(result["trial"] as? Int)
        let checks = try #require(result["verification"] as? [[String: Any]])
        #expect(checks.count == 3 && checks.allSatisfy { $0["same"] as? Bool != false })
        let known = try #require(trials[number]["userAttributes"] as? [String: Any])
        let costs = try #require(result["costs"] as? [String: Any])
        #expect(costs["flashBytes"] as? Int == known["flash"] as? Int)
        #expect(costs["activationBytes"] as? Int == known["ram"] as? Int)
        #expect(result["architecture"] as? String == known["architecture"] as? String)
        for form in ["float32", "ptq", "qat"] {
          let interval = try #require(result[form] as? [String: Any])
          #expect((interval["values"] as? [Double])?.count == 2 && interval["margin"] is Double)
        }
        if place == 0 { #expect((trials[number]["values"] as? [String: Any])?["accuracy"] as? Double == best) }

        // The exported model reaches on the test samples what the report says, and so many are in its matrix.
        let exported = try #require(result["exported"] as? [String: Any])
        let value = try #require(exported["test"] as? Double)
        let evaluated = try #require(
          try command.json("evaluate", "done/trial-\(number).int8.hpo", "--config", "small.yaml") as? [String: Any])
        #expect(evaluated["accuracy"] as? Double == value)
        let confusion = try #require(result["confusion"] as? [[Int]])
        let hits = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
        #expect(abs(Double(hits) / Double(confusion.joined().reduce(0, +)) - value) < 1e-9)

        // Cost by cost and layer by layer, the report's sums are those of the exported model.
        #expect(result["epochs"] as? Int == 3 && result["awareEpochs"] as? Int == 1)
        let schedule = try #require(result["schedule"] as? [[String: Any]])
        #expect(schedule.compactMap { $0["flashBytes"] as? Int }.reduce(0, +) == costs["flashBytes"] as? Int)
        #expect(schedule.compactMap { $0["liveBytes"] as? Int }.max() == costs["activationBytes"] as? Int)
        #expect(schedule.compactMap { $0["macs"] as? Int }.reduce(0, +) == known["macs"] as? Int)
        let latency = try #require(costs["latency"] as? [String: Double])
        #expect(Set(latency.keys) == ["float32", "int8"] && latency.values.allSatisfy { $0 > 0 })
        let limits = try #require(result["limits"] as? [[String: Any]])
        #expect(limits.count == 1 && limits[0]["cost"] as? String == "flash" && limits[0]["kept"] as? Bool == true)
        #expect(limits[0]["exported"] as? Double == (costs["flashBytes"] as? Int).map(Double.init))
        let sensitivity = try #require(result["sensitivity"] as? [[String: Any]])
        let layers = schedule.filter { $0["bits"] is Int }.compactMap { $0["layer"] as? String }
        #expect(sensitivity.compactMap { $0["layer"] as? String } == layers && !layers.isEmpty)
        for layer in sensitivity {
          let values = ["8 bits", "4 bits", "2 bits"].compactMap { layer[$0] as? Double }
          #expect(values.count == 3 && values.allSatisfy { (0...1).contains($0) })
        }
        #expect((result["classes"] as? [String])?.count == 10 && confusion.count == 10)

        // From the trial to the files, in the study's own attributes.
        let text = try #require(
          study.first { $0["key"] as? String == "finished:trial \(number)" }?["value_json"] as? String)
        let lineage = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(lineage["test accuracy"] as? Double == value && lineage["seed"] as? Int == exported["seed"] as? Int)
        let files = try #require(lineage["files"] as? [String: String])
        #expect(files.count == 5)
        for file in files.values {
          #expect(FileManager.default.fileExists(atPath: command.folder.appendingPathComponent(file).path), "\(file)")
        }
      }
      let page = try String(contentsOf: command.folder.appendingPathComponent("done/report.html"), encoding: .utf8)
      #expect(page.contains("</html>") && !page.contains("src=") && !page.contains("href="))
      // The front as a picture and as a table, and for each architecture a drawing and its tables.
      let front = try #require(try command.json("nas", "front") as? [[String: Any]])
      #expect(page.components(separatedBy: "<svg").count - 1 == 1 + results.count)
      for point in front {
        let (number, hash) = (try #require(point["number"] as? Int), try #require(point["architecture"] as? String))
        #expect(page.contains("<tr><td>\(number)</td>") && page.contains("<td>\(hash)</td>"))
      }
      for part in ["Seeds", "What each layer bears", "Confusion", "Do all forms compute the same bytes"] {
        #expect(page.components(separatedBy: "<h3>\(part)").count - 1 == results.count, "\(part)")
      }
      #expect(page.contains("<td>kept</td>") && page.contains("the same bytes"))
      let whole = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: command.folder.appendingPathComponent("done/report.json"))) as? [String: Any])
      #expect((whole["front"] as? [[String: Any]])?.count == front.count)
    }
  }

  @Test("limits that became tighter since are kept by what is finished")
  func tighterLimits() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      #expect(try command.start("hpo", Self.search).wait().status == 0)
      func costs() throws -> [Double] {
        let trials = try #require(try command.json("trials") as? [[String: Any]])
        return trials.compactMap { ($0["userAttributes"] as? [String: Any])?["flash"] as? Double }
      }
      let least = try #require(try costs().min())
      let finish = ["nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0", "--output", "done"]
      let tighter = try command.hpo(
        "nas", "search", "--study", "small", "--trials", "6", "--limit", "flash=\(Int(least))B")
      let broken = try costs().count { $0 > least }
      #expect(tighter.errors.contains("note: \(broken) of "), "\(tighter.errors)")
      let finished = try command.start("hpo", finish).wait()
      #expect(finished.status == 0 && !finished.output.contains("BROKEN"), "\(finished.errors)\(finished.output)")
      #expect(try (report(command)[0]["costs"] as? [String: Any])?["flashBytes"] as? Double == least)
      try command.succeed("nas", "search", "--study", "small", "--trials", "6", "--limit", "flash=1B")
      let refused = try command.start("hpo", finish).wait()
      #expect(refused.status == 64 && refused.errors.contains("no architecture keeps the limits"), "\(refused.errors)")
    }
  }

  @Test("what breaks the limits hides no architecture of the front that keeps them")
  func limitsBesideTheFront() throws {
    try Command.inFolder { command in
      let file = StudyFile.architectures.replacing("limits: {flash: 4kB}", with: "minimize: [flash]")
        .replacing("name: evolution, seed: 5, population: 4, tournament: 2", with: "name: random, seed: 5")
      try command.write(file, to: "small.yaml")
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "8")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      let rams = trials.compactMap { ($0["userAttributes"] as? [String: Any])?["ram"] as? Double }
      // Every number of trials that keep it, down to one.
      let finish = ["nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0", "--output", "done"]
      for most in Set(rams) {
        try command.succeed("nas", "search", "--study", "small", "--trials", "8", "--limit", "ram=\(Int(most))B")
        let finished = try command.start("hpo", finish).wait()
        #expect(finished.status == 0 && !finished.output.contains("BROKEN"), "\(finished.errors)\(finished.output)")
      }
    }
  }

  @Test("a table with categorical columns becomes integers that agree")
  func categories() throws {
    try Command.inFolder { command in
      var generator = Draw(seed: 3, number: 0).generator(for: "table")
      let rows = (0..<150).map { row in
        let (colour, size) = (["red", "green", "blue", "grey"][row % 4], Double.random(in: -1...1, using: &generator))
        return "\(colour),\(size),\(size + (row % 4 < 2 ? 0.8 : -0.8) > 0 ? "yes" : "no")"
      }
      try command.write("colour,size,kind\n" + rows.joined(separator: "\n"), to: "rows.csv")
      let file = """
        study: rows
        objective:
          data: {csv: rows.csv, target: kind, categoricalColumns: [colour]}
          metric: accuracy
          epochs: 10
          learningRate: 0.02
        architecture: {space: mlp, depth: 1, units: [4, 8]}
        """
      try command.write(file, to: "rows.yaml")
      try command.succeed("nas", "search", "--config", "rows.yaml", "--trials", "2")
      let finished = try command.hpo(
        "nas", "finish", "--epochs", "30", "--seeds", "1", "--aware-epochs", "2", "--output", "done")
      #expect(finished.status == 0, "\(finished.errors)")
      let result = try #require(try report(command).first)
      let checks = try #require(result["verification"] as? [[String: Any]])
      #expect(checks.count == 3 && checks.allSatisfy { $0["same"] as? Bool != false })
      let number = try #require(result["trial"] as? Int)
      for form in ["float32", "ptq", "qat"] {
        let values = try #require((result[form] as? [String: Any])?["values"] as? [Double])
        #expect(values.allSatisfy { $0 > 0.7 }, "\(form): \(values)")
      }
      // What the report says is what the files do.
      let evaluated = try #require(
        try command.json("evaluate", "done/trial-\(number).int8.hpo", "--config", "rows.yaml") as? [String: Any])
      #expect(evaluated["accuracy"] as? Double == (result["exported"] as? [String: Any])?["test"] as? Double)
      let images = try command.hpo("quantize", "done/trial-\(number).hpo", "--data", "digits")
      #expect(
        images.status != 0 && images.errors.contains("samples of shape [8, 8, 1] without named columns"),
        "\(images.errors)")
      let sensitivity = try #require(result["sensitivity"] as? [[String: Any]])
      #expect(!sensitivity.isEmpty && sensitivity.allSatisfy { $0["8 bits"] as? Double ?? 0 > 0.7 })
    }
  }

  @Test("the study knows the files by their place beside the database, wherever the command ran")
  func places() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.steps("{dense: {units: 6}}", study: "fixed"), to: "fixed.yaml")
      try command.succeed("nas", "search", "--config", "fixed.yaml", "--trials", "1")
      let inner = command.folder.appendingPathComponent("inner")
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
      let finished = try Running(
        program: Command.products.appendingPathComponent("hpo"),
        arguments: [
          "nas", "finish", "--storage", "../hpo.db", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0", "--output",
          "done",
        ], folder: inner, environment: [:]
      ).wait()
      #expect(finished.status == 0, "\(finished.errors)")
      let rows = try #require(
        try command.json(
          "query", "SELECT value_json FROM study_user_attributes WHERE key = 'finished:trial 0'") as? [[String: Any]])
      let text = try #require(rows.first?["value_json"] as? String)
      let lineage = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(lineage["report"] as? String == "inner/done/report.html")
      let files = try #require(lineage["files"] as? [String: String])
      #expect(files.count == 5 && files["C header"] == "inner/done/trial-0.h")
      for file in files.values {
        #expect(FileManager.default.fileExists(atPath: command.folder.appendingPathComponent(file).path), "\(file)")
      }
    }
  }

  @Test("a second finish adds to the report of the first, and what is not of this search is not written over")
  func twice() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.steps("{dense: {units: [4, 6]}}", study: "few"), to: "few.yaml")
      try command.succeed("nas", "search", "--config", "few.yaml", "--trials", "2")
      func finish(_ trial: Int, _ options: String...) throws -> Command.Result {
        try command.start(
          "hpo", ["nas", "finish", "--epochs", "1", "--trial", "\(trial)", "--output", "done"] + options
        ).wait()
      }
      func text(_ name: String) throws -> String {
        try String(contentsOf: command.folder.appendingPathComponent("done/\(name)"), encoding: .utf8)
      }
      #expect(try finish(0, "--seeds", "1", "--aware-epochs", "0").status == 0)
      let first = try #require(try report(command).first)
      let second = try finish(1, "--seeds", "2", "--aware-epochs", "1")
      #expect(second.status == 0 && second.errors.contains("finished before: trial 0"), "\(second.errors)")
      let both = try report(command)
      #expect(both.map { $0["trial"] as? Int } == [1, 0])
      // All that was said of the first one is still said, word for word.
      #expect(try #require(both.last) as NSDictionary == first as NSDictionary)
      let lines = second.output.split(separator: "\n").map { $0.split(separator: " ") }
      #expect(lines.contains { $0.first == "0" } && lines.contains { $0.first == "1" }, "\(second.output)")
      let page = try text("report.html")
      #expect(page.contains("<h2>Trial 0</h2>") && page.contains("<h2>Trial 1</h2>") && page.contains("1 to 2 seeds"))
      // What is finished again takes the place of what was.
      #expect(try finish(0, "--seeds", "1", "--aware-epochs", "1").status == 0)
      let again = try report(command)
      #expect(again.map { $0["trial"] as? Int } == [0, 1] && again[0]["qat"] != nil && again[1]["qat"] != nil)

      let kept = try text("report.json")
      for (damaged, reason) in [
        ("{", "is damaged"), (kept.replacing("\"few\"", with: "\"other\""), "models of the study 'other'"),
        (kept.replacing("\"flashBytes\"", with: "\"flash\""), "is not whole"),
        (kept.replacing(/"architecture": "[0-9a-f]+"/, with: "\"architecture\": \"0\""), "of another search"),
      ] {
        try command.write(damaged, to: "done/report.json")
        let refused = try finish(0, "--seeds", "1")
        #expect(refused.status != 0 && refused.errors.contains(reason), "\(refused.errors)")
        #expect(refused.errors.contains("--output names another folder"))
        #expect(try text("report.json") == damaged)
      }
    }
  }

  @Test("without a C compiler the forms that were not run are named, and one that fails is known before any training")
  func compilers() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.steps("{dense: {units: 6}}", study: "fixed"), to: "fixed.yaml")
      try command.succeed("nas", "search", "--config", "fixed.yaml", "--trials", "1")
      let arguments = [
        "nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0", "--top", "2", "--output", "done",
      ]
      let (broken, none) = (try command.folderOfCompiler("exit 3"), try command.folderOfCompiler(nil))
      let failed = try command.start("hpo", arguments, environment: ["PATH": broken]).wait()
      #expect(failed.status == 1 && failed.errors.contains("cannot compile an empty program"), "\(failed.errors)")
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("done").path))

      let finished = try command.start("hpo", arguments, environment: ["PATH": none]).wait()
      #expect(finished.status == 0 && finished.output.contains("the same; C source not run"), "\(finished.output)")
      #expect(finished.errors.contains("note: --top 2: the study has 1 architecture"), "\(finished.errors)")
      let checks = try #require(try report(command).first?["verification"] as? [[String: Any]])
      #expect(checks.map { $0["same"] as? Bool } == [true, true, nil])
      let page = try String(contentsOf: command.folder.appendingPathComponent("done/report.html"), encoding: .utf8)
      #expect(page.contains("the same; C source not run") && page.contains("there is no C compiler named cc"))
    }
  }

  @Test("what cannot be finished is an error that says why")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      #expect(try command.start("hpo", Self.search).wait().status == 0)
      for (arguments, reason) in [
        (["--trial", "999"], "no complete trial 999"), (["--trial", "1", "--top", "2"], "take one of both"),
        (["--seeds", "0"], "1 to 100"), (["--output", "small.yaml/sub"], "cannot be made"),
      ] {
        let result = try command.start("hpo", ["nas", "finish"] + arguments).wait()
        #expect(result.status != 0 && result.errors.contains(reason), "\(result.errors)")
      }
    }
  }

  @Test("a finish that is interrupted and killed ends with the files of one that never was, and does nothing twice")
  func ends() throws {
    func files(_ command: Command) throws -> [String: Data] {
      let folder = command.folder.appendingPathComponent("done")
      var contents: [String: Data] = [:]
      for name in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where !name.contains("report") {
        contents[name] = try? Data(contentsOf: folder.appendingPathComponent(name))
      }
      return contents
    }
    try Command.inFolder { whole in
      try whole.write(StudyFile.architectures, to: "small.yaml")
      #expect(try whole.start("hpo", Self.search).wait().status == 0)
      #expect(try whole.start("hpo", Self.finish).wait().status == 0)
      let expected = try files(whole)
      // Two trials with two seeds in three forms, and five exported files each.
      #expect(expected.count == 22, "\(expected.keys.sorted())")
      try Command.inFolder { command in
        try command.write(StudyFile.architectures, to: "small.yaml")
        #expect(try command.start("hpo", Self.search).wait().status == 0)
        // A line is written when a trial begins, and one for each seed.
        for (lines, signal) in [(1, SIGINT), (1, SIGKILL), (2, SIGKILL), (2, SIGINT), (3, SIGKILL)] {
          let run = try command.start("hpo", Self.finish)
          try run.waitForErrorLines(lines)
          run.send(signal)
          let result = try run.wait()
          #expect([0, 130, -SIGKILL].contains(result.status), "\(result.errors)")
        }
        #expect(try command.start("hpo", Self.finish).wait().status == 0)
        let found = try files(command)
        #expect(found.keys.sorted() == expected.keys.sorted())
        for (name, data) in expected { #expect(found[name] == data, "\(name)") }

        // Models of other options are not taken for these; a damaged one is made anew, which is told, and kept.
        let short = Self.finish.map { $0 == "3" ? "1" : $0 }
        #expect(try command.start("hpo", short).wait().status == 0)
        let model = try #require(expected.keys.filter { $0.contains("seed-1.ptq") }.sorted().first)
        #expect(try files(command)[model] != expected[model])
        let file = command.folder.appendingPathComponent("done/\(model)")
        let whole = try Data(contentsOf: file)
        for place in ["", "2"] {
          try Data("no model\(place)".utf8).write(to: file)
          let damaged = try command.start("hpo", short).wait()
          #expect(
            damaged.status == 0 && damaged.errors.contains("\(model): this is no model of hpo; it is kept as"),
            "\(damaged.errors)")
          #expect(try Data(contentsOf: file) == whole)
          #expect(
            try String(contentsOf: URL(fileURLWithPath: "\(file.path).damaged\(place)"), encoding: .utf8)
              == "no model\(place)")
        }
        // So is a damaged checkpoint of a training that has not ended.
        try FileManager.default.removeItem(at: file)
        let float = URL(fileURLWithPath: file.path.replacing(".ptq.", with: ".float32."))
        try FileManager.default.removeItem(at: float)
        try Data("cut".utf8).write(to: URL(fileURLWithPath: "\(float.path).checkpoint"))
        let resumed = try command.start("hpo", short).wait()
        #expect(resumed.status == 0 && resumed.errors.contains("this is no checkpoint of hpo"), "\(resumed.errors)")
        #expect(try Data(contentsOf: file) == whole)
      }
    }
  }

  @Test("a search of architectures that is killed at commits ends like one that never was")
  func search() throws {
    func rows(_ command: Command) throws -> String {
      let queries = [
        "SELECT number, state FROM trials ORDER BY number",
        "SELECT number, param_name, param_value FROM trials JOIN trial_params USING (trial_id) ORDER BY 1, 2",
        "SELECT number, value FROM trials JOIN trial_values USING (trial_id) ORDER BY 1",
        """
        SELECT number, key, value_json FROM trials JOIN trial_user_attributes USING (trial_id) WHERE key != 'latency'
        ORDER BY 1, 2
        """,
      ]
      return try queries.map { try command.succeed("query", "--format", "csv", $0) }.joined(separator: "\n")
    }
    let expected = try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      #expect(try command.start("hpo", Self.search).wait().status == 0)
      return try rows(command)
    }
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      var generator = Draw(seed: 1, number: 0).generator(for: "kills")
      var kills = 0
      while true {
        let commit = 1 + generator.uniform(below: 30)
        let fault = kills < 14 ? "commit:\(commit):\(kills.isMultiple(of: 2) ? "before" : "after")" : ""
        let result = try command.start("FaultyHPO", Self.search, environment: ["HPO_FAULT": fault]).wait()
        if result.status == 0 { break }
        try #require(result.status == -SIGKILL, "\(result.errors)")
        kills += 1
      }
      #expect(kills > 5)
      #expect(try rows(command) == expected, "after \(kills) ends")
    }
  }
}
