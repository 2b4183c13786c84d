import Foundation
import HPO
import TestSupport
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite(.on(.commands)) struct NASCommandTests {
  @Test("a search keeps its limits, trains no architecture twice, and goes on to its total")
  func searching() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "6", "--jobs", "2")
      try command.succeed("nas", "search", "--study", "small", "--trials", "10")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      #expect(trials.count == 10 && trials.allSatisfy { $0["state"] as? String == "COMPLETE" })
      let attributes = trials.compactMap { $0["userAttributes"] as? [String: Any] }
      #expect(attributes.compactMap { $0["flash"] as? Int }.filter { $0 <= 4000 }.count == 10)
      #expect(Set(attributes.compactMap { $0["architecture"] as? String }).count == 10)
      #expect(attributes.compactMap { $0["warm-up"] as? Int } == [0, 1])
    }
  }

  @Test(
    "a described space is searched, shown, trained and quantized like a ready one, and is checked against one's own data"
  )
  func described() throws {
    try Command.inFolder { command in
      let text = """
        study: described
        objective: {data: digits, epochs: 2, metric: accuracy, learningRate: 0.01, batchSize: 64}
        architecture:
          space:
          - repeat:
              name: block
              count: 1..2
              steps: [{convolution: {channels: [4, 8], stride: 2}}]
          - classifier
          bits: [2, 4, 8]
          limits: {flash: 2kB}
          minimize: [macs]
        sampler: {name: nsga2, seed: 5, population: 4}
        """
      try command.write(text, to: "described.yaml")
      try command.succeed("nas", "search", "--config", "described.yaml", "--trials", "3")
      try command.succeed("nas", "search", "--study", "described", "--trials", "5", "--limit", "flash=1kB")
      let shown = try #require(try command.json("nas", "show", "4") as? [String: Any])
      let genome = try #require(shown["genome"] as? [String: Any])
      #expect(genome["block/count"] != nil && genome["block1/convolution/bits"] != nil)
      #expect(((shown["costs"] as? [String: Any])?["flash"] as? Int).map { $0 <= 1000 } == true)
      try command.succeed("train", "--study", "described", "--trial", "4", "--output", "m.hpo")
      try command.succeed("quantize", "m.hpo", "--config", "described.yaml")
      try command.write("a,b,kind\n" + (0..<60).map { "\($0),\(60 - $0),\($0 % 2)\n" }.joined(), to: "samples.csv")
      let own = text.replacing("data: digits", with: "data: {csv: samples.csv, target: kind}")
      try command.write(own, to: "own.yaml")
      let refused = try command.hpo("nas", "search", "--config", "own.yaml", "--study", "own", "--trials", "1")
      #expect(refused.status != 0)
      #expect(refused.errors.contains("own.yaml:8:16: no architecture can be built"), "\(refused.errors)")
      #expect(refused.errors.contains("'input: image' takes rows"), "\(refused.errors)")
    }
  }

  @Test("the front, the layers of an architecture and their pictures can be seen")
  func showing() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "6")
      let front = try #require(try command.json("nas", "front", "--svg", "front.svg") as? [[String: Any]])
      let costs = front.compactMap { ($0["costs"] as? [String: Any])?["flash"] as? Int }
      let values = front.compactMap { ($0["values"] as? [String: Any])?["accuracy"] as? Double }
      #expect(costs == costs.sorted() && values == values.sorted() && !front.isEmpty)
      let number = try #require(front.first?["number"] as? Int)
      let shown = try #require(
        try command.json("nas", "show", "\(number)", "--svg", "layers.svg") as? [String: Any])
      let layers = try #require(shown["layers"] as? [[String: Any]])
      #expect(layers.compactMap { $0["flash"] as? Int }.reduce(0, +) == costs.first)
      #expect(layers.compactMap { $0["live"] as? Int }.max() == (shown["costs"] as? [String: Any])?["ram"] as? Int)
      for name in ["front.svg", "layers.svg"] {
        let parser = try #require(XMLParser(contentsOf: command.folder.appendingPathComponent(name)))
        #expect(parser.parse(), "\(name) is no XML")
      }
      #expect(try command.succeed("nas", "show", "\(number)").contains("live memory"))
      // A hyperparameter that no trial had is none of the architecture's choices.
      try command.succeed("train", "--study", "small", "--trial", "\(number)", "--set", "epochs=3", "--output", "m.hpo")
    }
  }

  @Test("several objectives are searched by NSGA-II, and a trained architecture is trained again as a model")
  func objectives() throws {
    try Command.inFolder { command in
      let file = StudyFile.architectures.replacing("limits: {flash: 4kB}", with: "minimize: [flash, ram]")
        .replacing("{name: evolution, seed: 5, population: 4, tournament: 2}", with: "{name: nsga2, population: 4}")
      try command.write(file, to: "small.yaml")
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "8", "--limit", "macs=200k")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      for trial in trials {
        let values = try #require(trial["values"] as? [String: Any])
        let attributes = try #require(trial["userAttributes"] as? [String: Any])
        #expect(values["flash"] as? Double == (attributes["flash"] as? Int).map(Double.init))
        #expect(attributes["macs"] as? Int ?? .max <= 200_000)
      }
      try command.succeed("train", "--study", "small", "--trial", "3", "--output", "again.hpo")
      let model = try #require(try command.json("evaluate", "again.hpo", "--config", "small.yaml") as? [String: Any])
      let expected = (trials[3]["userAttributes"] as? [String: Any])?["test accuracy"] as? Double
      #expect(model["accuracy"] as? Double == expected)
    }
  }

  @Test("a space without another architecture ends the search with a sentence, and fails no trial")
  func exhausted() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.steps("{dense: {units: [4, 8]}}", study: "few"), to: "few.yaml")
      let first = try command.succeed("nas", "search", "--config", "few.yaml", "--trials", "5", "--jobs", "2")
      #expect(first.contains("stopped: no new architecture within the limits was found"), "\(first)")
      #expect(first.contains(/trial [0-9]+ waits until the study file or the limits permit another/), "\(first)")
      for _ in 0..<2 {
        #expect(
          try command.succeed("nas", "search", "--study", "few", "--trials", "9").contains("each of them has been"))
        let states = try #require(try command.json("trials") as? [[String: Any]]).map { $0["state"] as? String }
        #expect(states.filter { $0 == "COMPLETE" }.count == 2 && !states.contains("FAIL") && states.count <= 4)
      }
    }
  }

  @Test("a network without choices is searched, shown and finished like any other")
  func withoutChoices() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.steps("{dense: {units: 6}}", study: "fixed"), to: "fixed.yaml")
      try command.succeed("nas", "search", "--config", "fixed.yaml", "--trials", "1")
      #expect(try command.succeed("nas", "show", "0").contains("output"))
      try command.succeed("nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0")
      try command.succeed("train", "--study", "fixed", "--trial", "0", "--output", "m.hpo")
    }
  }

  @Test("a warm-up ranks networks with concatenations and without ReLU, and says which proxy abstains")
  func warmUpOfSmoothNetworks() throws {
    try Command.inFolder { command in
      let file = """
        study: smooth
        objective: {data: digits, epochs: 1, metric: accuracy, batchSize: 64}
        architecture:
          space:
          - convolution: {name: left, channels: [2, 4, 6], stride: 2, activation: tanh}
          - keep: left
          - convolution: {name: right, channels: [2, 4, 6], activation: hardSwish}
          - keep: right
          - concatenate: [left, right]
          - classifier
          warmUp: {candidates: 6, keep: 2}
        """
      try command.write(file, to: "smooth.yaml")
      let run = try command.hpo("nas", "search", "--config", "smooth.yaml", "--trials", "3")
      #expect(run.status == 0 && run.errors.contains("note: naswot ranks none of them"), "\(run.errors)")
      let trials = try #require(try command.json("trials") as? [[String: Any]])
      #expect(trials.count == 3 && trials.allSatisfy { $0["state"] as? String == "COMPLETE" })
    }
  }

  @Test("limits beyond all numbers, and limits on record that cannot be read, are errors and not dropped")
  func extremeLimits() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      for limit in ["flash=1e300", "flash=0.5"] {
        let run = try command.hpo("nas", "search", "--config", "small.yaml", "--trials", "1", "--limit", limit)
        #expect(run.status == 64 && run.errors.contains("is no amount of flash"), "\(run.status): \(run.errors)")
      }
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "1", "--limit", "flash=3kB")
      let storage = try SQLiteStorage(path: command.folder.appendingPathComponent("hpo.db").path)
      let record = try #require(try storage.study(named: "small"))
      let kept = try #require(try storage.document(.search, study: record.id))
      #expect(kept.contains("flash=3000"))
      try storage.setDocument(.search, to: kept.replacing("flash=3000", with: "flash=0"), study: record.id)
      try storage.close()
      for arguments in [["nas", "search", "--study", "small", "--trials", "3"], ["nas", "front"]] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status != 0 && run.errors.contains("keeps the limit 'flash=0'"), "\(run.errors)")
      }
      try command.succeed("nas", "search", "--study", "small", "--trials", "2", "--limit", "flash=3kB")
    }
  }

  @Test("limits that are typed once are kept, until they are typed anew")
  func keptLimits() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      func search(_ trials: Int, _ options: String...) throws -> String {
        let run = try command.start(
          "hpo", ["nas", "search", "--config", "small.yaml", "--trials", "\(trials)"] + options
        ).wait()
        #expect(run.status == 0, "\(run.errors)")
        return run.errors
      }
      func flash() throws -> [Int] {
        let trials = try #require(try command.json("trials") as? [[String: Any]])
        return trials.compactMap { ($0["userAttributes"] as? [String: Any])?["flash"] as? Int }
      }
      #expect(try !search(3, "--limit", "flash=1kB").contains("note:"))
      // The file alone permits 4 kB.
      #expect(try search(8).contains("note: --limit flash=1000: typed before"))
      #expect(try flash().count == 8 && flash().allSatisfy { $0 <= 1000 })
      #expect(try !search(9, "--limit", "flash=4kB").contains("note:"))
      #expect(try !search(10).contains("note:"))
      let kept = try command.json("query", "SELECT text FROM hpo_study_documents WHERE document = 'search'")
      #expect("\(kept)".contains("flash=4000"))
    }
  }

  @Test("limits that were kept do not apply to what has no architecture, and those that are typed are an error there")
  func limitsWithoutArchitecture() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      try command.succeed("nas", "search", "--config", "small.yaml", "--trials", "2", "--limit", "flash=3kB")
      try command.write(StudyFile.quick, to: "quick.yaml")
      try command.succeed("optimize", "--config", "quick.yaml", "--study", "small", "--trials", "3")
      let typed = try command.hpo(
        "optimize", "--config", "quick.yaml", "--study", "small", "--trials", "4", "--limit", "flash=3kB")
      #expect(typed.status == 64 && typed.errors.contains("searches no architecture"), "\(typed.errors)")
    }
  }

  @Test("the help of a search of architectures tells of no programs, and its interruption how it goes on")
  func wayOn() throws {
    try Command.inFolder { command in
      let help = try command.succeed("nas", "search", "--help")
      #expect(help.contains("--limit") && !help.contains("<command>") && !help.contains("--worker"))
      try command.write(StudyFile.architectures.replacing("epochs: 2", with: "epochs: 400"), to: "small.yaml")
      let run = try command.start("hpo", ["nas", "search", "--config", "small.yaml", "--trials", "50", "--verbose"])
      try run.waitForErrorLines(2)
      run.send(SIGINT)
      let result = try run.wait()
      #expect(
        result.status == 130 && result.errors.contains("go on with: hpo nas search --study small"), "\(result.errors)")
    }
  }

  @Test(
    "trials of a space that has changed since go by the one that they ran with; where that is not kept, they are told")
  func changedSpace() throws {
    try Command.inFolder { command in
      let steps = "{repeat: {name: block, count: 1..2, steps: [{dense: {units: [4, 8]}}]}}"
      try command.write(StudyFile.steps(steps, study: "few"), to: "few.yaml")
      try command.succeed("nas", "search", "--config", "few.yaml", "--trials", "2")
      try command.write(StudyFile.steps("{dense: {name: wide, units: [16, 32]}}", study: "few"), to: "other.yaml")
      let run = try command.hpo("nas", "search", "--config", "other.yaml", "--trials", "3")
      #expect(run.status == 0 && run.errors.contains("the study file is another"), "\(run.errors)")
      for trial in 0..<3 {
        let shown = try #require(try command.json("nas", "show", "\(trial)") as? [String: Any])
        let trials = try #require(try command.json("trials") as? [[String: Any]])
        let known = try #require(trials[trial]["userAttributes"] as? [String: Any])
        #expect(shown["architecture"] as? String == known["architecture"] as? String)
      }
      let finish = ["nas", "finish", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0"]
      for trial in ["0", "2"] {
        let finished = try command.start("hpo", finish + ["--trial", trial]).wait()
        #expect(
          finished.status == 0 && finished.errors.contains("another study file") == (trial == "0"), "\(finished.errors)"
        )
      }
      // What the study ran with before is kept.
      let again = try command.hpo("train", "--study", "few", "--trial", "0", "--output", "m.hpo")
      #expect(again.status == 0 && again.errors.contains("another study file"), "\(again.errors)")
      try command.alter("DELETE FROM study_system_attributes WHERE key LIKE 'hpo:studyFile:%'")
      for arguments in [["nas", "show", "0"], ["nas", "finish", "--trial", "0"]] {
        let refused = try command.start("hpo", arguments).wait()
        #expect(
          refused.status == 64 && refused.errors.contains("trial 0 cannot be built again: the architectures"),
          "\(arguments): \(refused.errors)")
      }
      try command.succeed("nas", "search", "--config", "few.yaml", "--trials", "3")
      try command.succeed("nas", "show", "0")
    }
  }

  @Test("a trial whose data have moved since is shown and finished with those of now")
  func movedData() throws {
    try Command.inFolder { command in
      let rows = (0..<120).map { "\($0 % 7),\($0 % 11),\($0 % 2 == 0 ? "x" : "y")\n" }.joined()
      try command.write("a,b,k\n" + rows, to: "old.csv")
      func file(_ data: String, _ units: String) -> String {
        """
        study: moved
        objective: {data: {csv: \(data), target: k}, epochs: 1, metric: accuracy}
        architecture: {space: [{dense: {name: wide, units: \(units)}}, output]}
        """
      }
      try command.write(file("old.csv", "[4, 8]"), to: "s.yaml")
      try command.succeed("nas", "search", "--config", "s.yaml", "--trials", "1")
      try FileManager.default.moveItem(
        at: command.folder.appendingPathComponent("old.csv"), to: command.folder.appendingPathComponent("new.csv"))
      try command.write(file("new.csv", "[16, 32]"), to: "s.yaml")
      try command.succeed("nas", "search", "--config", "s.yaml", "--trials", "2")
      try command.succeed("nas", "show", "0")
      let finished = try command.start(
        "hpo", ["nas", "finish", "--trial", "0", "--epochs", "1", "--seeds", "1", "--aware-epochs", "0"]
      ).wait()
      #expect(
        finished.status == 0 && finished.errors.contains("since those of then cannot be read"), "\(finished.errors)")
    }
  }

  @Test("limits that nothing keeps, and a study without architectures, are errors that help")
  func mistakes() throws {
    try Command.inFolder { command in
      try command.write(StudyFile.architectures, to: "small.yaml")
      let impossible = try command.hpo(
        "nas", "search", "--config", "small.yaml", "--trials", "6", "--limit", "flash=100B")
      #expect(impossible.status != 0 && impossible.errors.contains("flash is at least"), "\(impossible.errors)")
      let unit = try command.hpo("nas", "search", "--config", "small.yaml", "--limit", "flahs=4kB")
      #expect(unit.status != 0 && unit.errors.contains("did you mean 'flash'"), "\(unit.errors)")
      try command.write(StudyFile.quick, to: "quick.yaml")
      let plain = try command.hpo("nas", "search", "--config", "quick.yaml", "--trials", "2", "--limit", "flash=4kB")
      #expect(plain.status != 0 && plain.errors.contains("searches no architecture"), "\(plain.errors)")
      let none = try command.hpo("nas", "search", "--config", "quick.yaml", "--trials", "2")
      #expect(none.status == 64 && none.errors.contains("searches no architecture"), "\(none.errors)")
    }
  }
}
