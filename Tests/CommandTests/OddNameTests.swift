import Foundation
import HPO
import TestSupport
import Testing

/// Names that no person would type, and what is kept with studies, from the command line.
@Suite(.on(.commands)) struct OddNameTests {
  private func storage(_ command: Command) throws -> SQLiteStorage {
    try SQLiteStorage(path: command.folder.appendingPathComponent("hpo.db").path)
  }

  private func quadratic(_ study: String, _ trials: String, _ options: String...) -> [String] {
    ["optimize", "--study=\(study)", "--trials", trials] + options + [
      "--float", "x=0..1", "--", "sh", "-c", "echo '{\"value\": '$1'}'", "sh", "{x}",
    ]
  }

  @Test(
    "a name that a terminal would obey is refused where a study is made",
    arguments: ["a\u{9B}\u{7F}b", "\u{1B}[31m", "a\nb"])
  func controlCharacters(_ name: String) throws {
    try Command.inFolder { command in
      for arguments in [
        ["study", "create", "--study", name], quadratic(name, "1"),
        ["ask", "--study", name, "--float", "x=0..1"],
      ] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status != 0 && run.errors.contains("control character"), "\(run.status) \(run.errors)")
        #expect(!run.errors.contains(name), "\(run.errors.debugDescription)")
      }
      // One that is there, by whatever program, stays usable.
      let storage = try storage(command)
      _ = try storage.createStudy(name: name, directions: [.minimize])
      try storage.close()
      let run = try command.start("hpo", quadratic(name, "2")).wait()
      #expect(run.status == 0, "\(run.errors)")
      try command.succeed("study", "create", "--study", name, "--if-exists", "load")
      try command.succeed("study", "copy", "--study", name, "--to-storage", "other.db")
      try command.succeed("study", "copy", "--study", name, "--to", "plain")
      let copy = try command.hpo("study", "copy", "--study", name, "--to", name + "2")
      #expect(copy.status != 0 && copy.errors.contains("control character"), "\(copy.errors)")
      #expect((try command.json("best", "--study", name) as? [String: Any])?["number"] != nil)
      try command.succeed("study", "delete", "--study", name, "--yes")
    }
  }

  @Test(
    "what is said to be typed next can be typed, in any shell",
    arguments: ["plain", "-x", "--storage", "it's", "a\u{1B}'b\\n%d", "two\nlines\n", "é $HOME `id`"])
  func hints(_ name: String) throws {
    try Command.inFolder { command in
      let storage = try storage(command)
      _ = try storage.createStudy(name: "other", directions: [.minimize])
      _ = try storage.createStudy(name: name, directions: [.minimize])
      try storage.close()
      let run = try command.start("hpo", quadratic(name, "2")).wait()
      #expect(run.status == 0, "\(run.errors)")
      let hint = try #require(run.output.split(separator: "next: hpo ").last)
      #expect(!run.output.unicodeScalars.contains("\u{1B}"))
      let hpo = Command.products.appendingPathComponent("hpo").path
      try command.write("exec '\(hpo)' \(hint.dropLast()) --format json\n", to: "next.sh")
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      shell.arguments = ["next.sh"]
      shell.currentDirectoryURL = command.folder
      let output = Pipe()
      shell.standardOutput = output
      try shell.run()
      let written = try output.fileHandleForReading.readToEnd() ?? Data()
      shell.waitUntilExit()
      let trials = try? JSONSerialization.jsonObject(with: written) as? [[String: Any]]
      #expect(trials?.count == 2, "\(hint)")
    }
  }

  @Test("two names that are one are refused where they are typed, and told apart")
  func twins() throws {
    try Command.inFolder { command in
      let twins = "{\"\u{E9}\": 0.1, \"e\u{301}\": 0.2}"
      for arguments in [
        [
          "optimize", "--study", "s", "--trials", "1", "--float", "\u{E9}=0..1", "--int", "e\u{301}=1..2", "--", "true",
        ],
        ["ask", "--study", "s", "--float", "\u{E9}=0..1", "--choice", "e\u{301}=a,b"],
        ["optimize", "--study", "s", "--trials", "1", "--choice", "c=\u{E9},e\u{301}", "--", "true"],
      ] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status != 0 && run.errors.contains("twice"), "\(run.errors)")
      }
      try command.succeed("study", "create", "--study", "s")
      for option in ["--params", "--attributes"] {
        let run = try command.start(
          "hpo", ["enqueue", option, twins] + (option == "--params" ? [] : ["--params", "{}"])
        )
        .wait()
        #expect(
          run.status != 0 && run.errors.contains(#""\u00e9""#) && run.errors.contains(#""e\u0301""#), "\(run.errors)")
      }
      #expect(try command.count("SELECT count(*) FROM trials") == 0)
      let run = try command.hpo(
        "optimize", "--study", "t", "--trials", "1", "--float", "x=0..1", "--", "printf", "%s\\n",
        "{\"value\": 1, \"attributes\": \(twins)}")
      #expect(run.status == 1)
      let failure = try command.succeed("trials", "show", "0", "--study", "t")
      #expect(failure.contains(#""e\u0301""#), "\(failure)")
    }
  }

  @Test("a trial with two names that are one is shown with what is left out, and not exported")
  func shownTwins() throws {
    try Command.inFolder { command in
      let storage = try storage(command)
      let study = try storage.createStudy(name: "s", directions: [.minimize]).id
      let id = try storage.enqueueTrial(study: study, parameters: [:], userAttributes: ["\u{E9}": 1]).id
      try storage.setTrialAttributes(["e\u{301}": 2], kind: .user, trial: id)
      _ = try storage.startTrial(study: study, owner: .current, limit: nil)
      try storage.finishTrial(id, state: .complete, values: [1], attributes: [:])
      try storage.close()
      for arguments in [["best"], ["trials"], ["trials", "show", "0"], ["trials", "--format", "json"]] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status == 0 && run.output.contains("u0301"), "\(arguments): \(run.output)\(run.errors)")
      }
      for arguments in [
        ["study", "copy", "--to", "t"], ["study", "export"], ["study", "export", "--format", "json"],
        ["study", "export", "--format", "optuna", "--output", "o.db"], ["trial", "requeue", "0"],
      ] {
        let run = try command.start("hpo", arguments).wait()
        #expect(run.status == 1 && run.errors.contains("trial 0") && run.errors.contains("hpo doctor"), "\(run.errors)")
      }
      let doctor = try command.hpo("doctor")
      #expect(doctor.status == 1 && doctor.output.contains(#""e\u0301""#), "\(doctor.output)")
    }
  }

  @Test(
    "an option that a study keeps and that is none is an error that names it, until it is typed anew",
    arguments: [
      (#"{"sampler": "simplex"}"#, "sampler", "random"), (#"{"pruner": 3}"#, "pruner", "none"),
      (#"{"duplicates": "keep"}"#, "duplicates", "reuse"), (#"{"seed": "-1"}"#, "seed", "7"),
    ])
  func keptOptions(_ document: String, _ option: String, _ value: String) throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "my study")
      let search = quadratic("my study", "2")
      #expect(try command.start("hpo", search).wait().status == 0)
      let storage = try storage(command)
      let record = try storage.existingStudy(named: "my study")
      try storage.setDocument(.search, to: document, study: record.id)
      try storage.close()
      for arguments in [["optimize", "--study", "my study", "--trials", "3"], ["ask"], ["enqueue", "--params", "{}"]] {
        let run = try command.start("hpo", arguments).wait()
        #expect(
          run.status != 0 && run.errors.contains("'my study'") && run.errors.contains("--\(option)"), "\(run.errors)")
      }
      let doctor = try command.hpo("doctor")
      #expect(doctor.status == 1 && doctor.output.contains("values of search options"), "\(doctor.output)")
      #expect(doctor.output.contains(option), "\(doctor.output)")
      try command.succeed("optimize", "--study", "my study", "--trials", "3", "--\(option)", value)
      #expect(try command.hpo("doctor").status == 0)
    }
  }

  @Test("options that cannot be read at all are an error, and gone after a repair")
  func brokenOptions() throws {
    try Command.inFolder { command in
      #expect(try command.start("hpo", quadratic("s", "1")).wait().status == 0)
      let storage = try storage(command)
      try storage.setDocument(.search, to: "[]", study: storage.existingStudy(named: "s").id)
      try storage.close()
      let run = try command.hpo("optimize", "--trials", "2")
      #expect(run.status != 0 && run.errors.contains("hpo doctor"), "\(run.errors)")
      try command.succeed("doctor", "--repair")
      try command.succeed("optimize", "--trials", "2")
    }
  }
}
