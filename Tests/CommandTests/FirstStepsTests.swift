import Foundation
import TestSupport
import Testing

/// What somebody meets who uses `hpo` for the first time, and does things wrong.
@Suite("First steps", .on(.commands)) struct FirstStepsTests {
  /// A finished search by a program, whose trials left files and logs.
  private func searched(_ body: (Command) throws -> Void) throws {
    try Command.inFolder { command in
      let script = #"touch "$HPO_TRIAL_DIR/weights"; echo "seen by nobody else"; echo '{"value": {x}}'"#
      try command.succeed(
        "optimize", "--study", "tune", "--trials", "3", "--float", "x=0..1", "--", "sh", "-c", script)
      try body(command)
    }
  }

  private func files(_ command: Command, _ path: String = "") -> [String] {
    let folder = command.folder.appendingPathComponent(path).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
  }

  @Test(
    "a mistake is told with what was meant, and with the command whose help says more",
    arguments: [
      ("optimise", "did you mean 'optimize'?\n  See 'hpo --help'"),
      ("study lst", "did you mean 'list'?\n  See 'hpo study --help'"),
      ("trials 2", "did you mean 'hpo trials show 2'?"),
      ("study export tune", "did you mean --study tune?\n  See 'hpo study export --help'"),
      ("optimize tune.yaml", "did you mean --config tune.yaml?\n  See 'hpo optimize --help'"),
      ("optimize --study a python3 t.py", "unexpected argument 'python3'; did you mean -- python3 to run a program?"),
      ("trials --sort valeu", "did you mean 'value'?\n  See 'hpo trials --help'"),
      ("study delete --study tune", "3 trials, and files of them in"),
      ("enqueue --params {\"y\":1}", "no parameter 'y'; expected x\n  See 'hpo enqueue --help'"),
      ("optimize --study a --trials 1 --float x=0..1 --int x=1..2 -- echo", "the parameter 'x' is given twice"),
      ("optimize --study tune --trials 5 --until y<1", "no such column: y"),
      ("best --storage none.db", "no study database 'none.db'; check the path, or begin a search"),
      ("query --storage none.db SELECT", "no study database 'none.db'; check the path, or begin a search"),
    ])
  func mistakes(_ line: String, _ answer: String) throws {
    try searched { command in
      let result = try command.start("hpo", line.split(separator: " ").map(String.init)).wait()
      #expect(result.status != 0 && result.errors.contains(answer), "\(result.errors)")
    }
  }

  @Test("a study without a study file says how it gets one")
  func emptyStudy() throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "one")
      let result = try command.hpo("optimize", "--study", "one", "--trials", "3")
      #expect(result.errors.contains("--config") && result.errors.contains("--float"), "\(result.errors)")
      let nameless = try command.hpo("optimize", "--study", "", "--trials", "3", "--float", "x=0..1", "--", "true")
      #expect(nameless.errors.contains("--study NAME is needed"), "\(nameless.errors)")
    }
  }

  @Test("a condition that is none changes nothing")
  func wrongCondition() throws {
    try searched { command in
      let before = try command.succeed("study", "show", "--configuration")
      let result = try command.hpo(
        "optimize", "--study", "tune", "--until", "y < 1", "--float", "x=0..0.5", "--", "echo", "{x}")
      #expect(result.status == 1 && !result.errors.contains("kept from now on"), "\(result.errors)")
      #expect(try command.succeed("study", "show", "--configuration") == before)
    }
  }

  @Test("another direction changes nothing, and is not said to be kept")
  func otherDirection() throws {
    try searched { command in
      let result = try command.hpo(
        "optimize", "--study", "tune", "--trials", "5", "--direction", "maximize", "--float", "x=0..1", "--", "true")
      #expect(result.status == 1 && result.errors.contains("not maximize"), "\(result.errors)")
      #expect(!result.errors.contains("kept from now on"), "\(result.errors)")
    }
  }

  @Test("a deleted study leaves no file of its trials, and takes none of another's")
  func deletion() throws {
    try searched { command in
      try command.succeed(
        "optimize", "--study", "other", "--trials", "1", "--float", "x=0..1", "--", "sh", "-c",
        "touch \"$HPO_TRIAL_DIR/kept\"; echo '{\"value\": 1}'")
      let outside = command.folder.appendingPathComponent("outside")
      try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: false)
      try command.write("", to: "outside/file")
      try FileManager.default.createSymbolicLink(
        at: command.folder.appendingPathComponent("hpo.db.trials/1-tune/1/link"), withDestinationURL: outside)
      try command.succeed("study", "delete", "--study", "tune", "--yes")
      #expect(files(command, "hpo.db.trials") == ["2-other"])
      #expect(files(command, "outside") == ["file"])
      try command.succeed("study", "delete", "--study", "other", "--yes")
      #expect(!files(command).contains("hpo.db.trials"))
    }
  }

  @Test("a study that somebody is at work on is not deleted")
  func running() throws {
    try Command.inFolder { command in
      let search = try command.start(
        "hpo",
        [
          "optimize", "--study", "tune", "--trials", "1", "--float", "x=0..1", "--", "sh", "-c",
          "echo >> started; sleep 1000",
        ])
      while search.process.isRunning, files(command).contains("started") == false { usleep(2000) }
      let refused = try command.hpo("study", "delete", "--study", "tune", "--yes")
      #expect(refused.status == 1 && refused.errors.contains("kill -INT \(search.process.processIdentifier)"))
      search.send(SIGINT)
      #expect(try search.wait().status == 130)
      try command.succeed("study", "delete", "--study", "tune", "--yes")
    }
  }

  @Test("a study all of whose trials are excluded is not deleted without --yes")
  func excluded() throws {
    try searched { command in
      try command.succeed("trial", "exclude", "0", "1", "2")
      let result = try command.hpo("study", "delete", "--study", "tune")
      #expect(result.status == 64 && result.errors.contains("3 trials"), "\(result.errors)")
    }
  }

  @Test("copies and merges show what trials printed and what was noted on them; an export has Optuna's tables alone")
  func transfers() throws {
    try searched { command in
      try command.succeed("trial", "annotate", "1", "look here", "--study", "tune")
      try command.succeed("study", "copy", "--study", "tune", "--to", "copy")
      try command.succeed("study", "create", "--study", "merged", "--storage", "other.db")
      try command.succeed("study", "merge", "--storage", "other.db", "--from", "tune", "--from-storage", "hpo.db")
      for options in [["--study", "copy"], ["--storage", "other.db"]] {
        let shown = try command.start("hpo", ["trials", "show", "1"] + options).wait().output
        #expect(shown.contains("seen by nobody else") && shown.contains("look here"), "\(shown)")
      }
      try command.succeed("study", "export", "--study", "tune", "--format", "optuna", "--output", "optuna.db")
      let tables = try command.succeed(
        "query", "--storage", "optuna.db", "SELECT count(*) FROM sqlite_master WHERE name LIKE 'hpo%'", "--format",
        "csv")
      #expect(tables.hasSuffix("\r\n0\r\n"))
      let bytes = try Data(contentsOf: command.folder.appendingPathComponent("optuna.db"))
      #expect(bytes.range(of: Data("seen by nobody else".utf8)) == nil)
    }
  }

  @Test("an export that cannot be written says so in words, and leaves nothing", arguments: ["csv", "json", "optuna"])
  func failedExport(_ format: String) throws {
    try searched { command in
      let result = try command.hpo("study", "export", "--format", format, "--output", "absent/file")
      #expect(result.status == 1 && result.errors.contains("absent/file") || result.errors.contains("'absent'"))
      #expect(!result.errors.contains("Domain") && !result.errors.contains("partial"), "\(result.errors)")
    }
  }

  @Test("what lists studies lists names in JSON, and times to the second in a table")
  func output() throws {
    try searched { command in
      let shown = try #require(try command.json("study", "show") as? [String: Any])
      #expect(shown["directions"] as? [String] == ["minimize"] && shown["metrics"] as? [String] == ["value"])
      #expect(shown["bestTrial"] is Int && shown["studyFile"] as? Bool == true)
      let row = try #require(try command.succeed("trials").split(separator: "\n").last)
      #expect(row.wholeMatch(of: /.* \d{4}-\d\d-\d\d \d\d:\d\d:\d\d/) != nil, "\(row)")
    }
  }
}
