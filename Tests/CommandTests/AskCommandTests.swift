import Foundation
import TestSupport
import Testing

@Suite("ask, tell and enqueue", .on(.commands)) struct AskCommandTests {
  @Test("a space that contradicts the trials takes no trial and is not kept, and another one is told")
  func contradiction() throws {
    try Command.inFolder { command in
      try command.succeed("ask", "--study", "q", "--float", "t=20..90", "--choice", "s=a,b")
      try command.succeed("enqueue", "--study", "q", "--params", "{\"t\": 50}")
      for options in [["--int", "t=0..100"], ["--choice", "s=a,c"]] {
        let refused = try command.start("hpo", ["ask", "--study", "q"] + options).wait()
        #expect(refused.status != 0 && !refused.errors.isEmpty)
      }
      #expect(try command.count("SELECT count(*) FROM trials WHERE state = 'WAITING'") == 1)
      #expect(try command.succeed("ask", "--study", "q").contains("50"))
      let other = try command.hpo("ask", "--study", "q", "--float", "t=0..1")
      #expect(other.status == 0 && other.errors.contains("note: the command line describes another"), "\(other.errors)")
    }
  }

  private func ask(_ command: Command, _ options: String...) throws -> (number: Int, params: [String: Any]) {
    let result = try command.start("hpo", ["ask", "--study", "tune", "--format", "json"] + options).wait()
    #expect(result.status == 0, "\(result.errors)")
    let json = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(Set(json.keys) == ["number", "params"])
    return (try #require(json["number"] as? Int), try #require(json["params"] as? [String: Any]))
  }

  private func show(_ command: Command, _ number: Int) throws -> [String: Any] {
    try #require(try command.json("trials", "show", "\(number)", "--study", "tune") as? [String: Any])
  }

  @Test("a trial that was asked for runs until it is told, whatever runs in between")
  func cycle() throws {
    try Command.inFolder { command in
      let (number, params) = try ask(command, "--float", "lr=1e-5..1e-1,log", "--choice", "act=relu,tanh")
      #expect(number == 0 && params["lr"] is Double && ["relu", "tanh"].contains(params["act"] as? String))
      // The parameters are kept with the study.
      #expect(try ask(command).number == 1)
      #expect(try show(command, 0)["state"] as? String == "RUNNING")
      #expect((try show(command, 0)["owner"] as? [String: Any])?["asked"] as? Bool == true)
      #expect(
        try command.succeed("tell", "--study", "tune", "--trial", "0", "--value", "-0.25") == "trial 0 is COMPLETE\n")
      #expect((try show(command, 0)["values"] as? [String: Any])?["value"] as? Double == -0.25)
      #expect((try show(command, 0)["params"] as? [String: Any])?["lr"] as? Double == params["lr"] as? Double)
      #expect(
        try command.succeed("tell", "--study", "tune", "--trial", "1", "--state", "failed", "--message", "no").contains(
          "FAIL"))
      #expect(try show(command, 1)["failure"] as? String == "no")
    }
  }

  @Test("a search of a study that was only asked, or only has trials that wait, replaces nothing that ran")
  func searchedAfterwards() throws {
    try Command.inFolder { command in
      _ = try ask(command, "--float", "lr=0..1")
      try command.succeed("study", "create", "--study", "new")
      try command.succeed("enqueue", "--study", "new", "--params", #"{"lr": 0.5}"#)
      for study in ["tune", "new"] {
        let search = try command.hpo(
          "optimize", "--study", study, "--trials", "2", "--float", "lr=0..1", "--", "sh", "-c",
          "echo '{\"value\": {lr}}'", "{size}")
        #expect(search.status == 0 && !search.errors.contains("another study"), "\(search.errors)")
        #expect(search.errors.contains("note: the study has no parameter of the name in {size}"), "\(search.errors)")
      }
      let other = try command.hpo(
        "optimize", "--study", "new", "--trials", "3", "--float", "lr=0..1", "--", "echo", "{\"value\": 1}")
      #expect(other.errors.contains("another study than the one that the 2 trials before ran with"), "\(other.errors)")
      for number in 0...2 { try command.succeed("trial", "exclude", "\(number)", "--study", "new") }
      let best = try command.hpo("best", "--study", "new")
      #expect(best.status == 1 && best.errors.contains("3 of its trials are excluded"), "\(best.errors)")
    }
  }

  @Test("reports are answered by what the pruner says, and a pruned trial has its last one as value")
  func reports() throws {
    try Command.inFolder { command in
      try command.write(
        "study: tune\ndirection: minimize\nspace: {x: {float: 0..1}}\npruner: {name: median, startupTrials: 1}\n",
        to: "study.yaml")
      try command.succeed("study", "create", "--config", "study.yaml")
      _ = try ask(command)
      #expect(try command.succeed("tell", "--study", "tune", "--trial", "0", "--report", "1=0.5") == "continue\n")
      try command.succeed("tell", "--study", "tune", "--trial", "0", "--report", "2=0.4", "--value", "0.4")
      _ = try ask(command)
      #expect(try command.succeed("tell", "--study", "tune", "--trial", "1", "--report", "1=0.75") == "prune\n")
      try command.succeed("tell", "--study", "tune", "--trial", "1", "--state", "pruned", "--attribute", "why=slow")
      let trial = try show(command, 1)
      #expect(trial["state"] as? String == "PRUNED" && (trial["values"] as? [String: Any])?["value"] as? Double == 0.75)
      #expect((trial["userAttributes"] as? [String: Any])?["why"] as? String == "slow")
    }
  }

  @Test(
    "values of several objectives follow one option or one each, in their order",
    arguments: [["--value", "0.5", "-0.25"], ["--value", "0.5", "--value", "-0.25"], ["--value", "5e-1", "-.25"]])
  func severalValues(_ values: [String]) throws {
    try Command.inFolder { command in
      try command.succeed("study", "create", "--study", "tune", "--direction", "minimize", "--direction", "maximize")
      _ = try ask(command, "--float", "x=0..1")
      let told = try command.start("hpo", ["tell", "--trial", "0"] + values + ["--study", "tune"]).wait()
      #expect(told.status == 0, "\(told.errors)")
      let shown = try #require(try show(command, 0)["values"] as? [String: Any])
      #expect(shown["value0"] as? Double == 0.5 && shown["value1"] as? Double == -0.25)
      #expect(try command.hpo("tell", "--study", "tune", "--trial", "0", "--value", "1", "x").status == 64)
    }
  }

  @Test("what cannot be told is refused in clear words and changes nothing; NaN makes the trial FAIL")
  func refusals() throws {
    try Command.inFolder { command in
      _ = try ask(command, "--float", "x=0..1")
      func tell(_ arguments: String...) throws -> Command.Result {
        try command.start("hpo", ["tell", "--study", "tune"] + arguments).wait()
      }
      let cases: [([String], String)] = [
        (["--trial", "5", "--value", "1"], "there is no trial 5; the study has only trial 0"),
        (["--trial", "-1", "--value", "1"], "there is no trial -1"),
        (
          ["--trial", "0", "--value", "1", "--value", "2"], "2 values are given, but the study 'tune' has one objective"
        ),
        (["--trial", "0"], "there is nothing to tell"),
        (["--trial", "0", "--state", "failed", "--value", "1"], "a failed trial has no value"),
        (["--trial", "0", "--report", "x=1"], "--report <report>': expected STEP=VALUE such as 10=0.5"),
        (["--trial", "0", "--report", "-1=0.5"], "a step is a whole number of 0 or more"),
        (["--trial", "0", "--state", "done"], "--state"),
      ]
      for (arguments, message) in cases {
        let result = try command.start("hpo", ["tell", "--study", "tune"] + arguments).wait()
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
        #expect(try show(command, 0)["state"] as? String == "RUNNING")
      }
      #expect(try tell("--trial", "0", "--value", "nan").output == "trial 0 is FAIL: the value is NaN\n")
      let again = try tell("--trial", "0", "--value", "1")
      #expect(again.status == 1 && again.errors.contains("trial 0 is finished: FAIL"))
      try command.succeed("enqueue", "--study", "tune", "--params", "{}")
      let waiting = try tell("--trial", "1", "--value", "1")
      #expect(waiting.status == 1 && waiting.errors.contains("trial 1 waits to be run"))
    }
  }

  @Test("a second report of a step stays without effect, and the user is told")
  func secondReport() throws {
    try Command.inFolder { command in
      _ = try ask(command, "--float", "x=0..1")
      let tell = ["tell", "--study", "tune", "--trial", "0", "--report"]
      #expect(try command.start("hpo", tell + ["3=0.5"]).wait().errors.isEmpty)
      let again = try command.start("hpo", tell + ["3=0.75"]).wait()
      #expect(
        again.status == 0 && again.errors.contains("has a report of step 3 already, which stays"), "\(again.errors)")
      #expect(try command.succeed("tell", "--study", "tune", "--trial", "0", "--state", "pruned").contains("PRUNED"))
      let values = try command.succeed(
        "query", "--format", "csv", "SELECT intermediate_value FROM trial_intermediate_values")
      #expect(values.split(whereSeparator: \.isNewline) == ["intermediate_value", "0.5"])
      let expiry = try command.start("hpo", ["ask", "--study", "tune", "--expires", "-1s"]).wait()
      #expect(expiry.status != 0 && expiry.errors.contains("'-1s' is invalid for '--expires"), "\(expiry.errors)")
    }
  }

  @Test("a trial that is not told before it expires waits again, and the next to ask gets it")
  func expiry() throws {
    try Command.inFolder { command in
      let first = try ask(command, "--float", "x=0..1", "--expires", "0.001s")
      let second = try ask(command)
      #expect(second.number == first.number && second.params["x"] as? Double == first.params["x"] as? Double)
      #expect(try ask(command).number == 1)
    }
  }

  @Test("an enqueued trial runs with its parameters; unknown names and values are refused")
  func enqueuing() throws {
    try Command.inFolder { command in
      _ = try ask(command, "--float", "lr=0..1", "--choice", "act=relu,tanh")
      let text = try command.succeed(
        "enqueue", "--study", "tune", "--params", #"{"lr": 0.125, "act": "tanh"}"#, "--attributes",
        #"{"from": "paper"}"#)
      #expect(text == "trial 1 waits to be run\n")
      let (number, params) = try ask(command)
      #expect(number == 1 && params["lr"] as? Double == 0.125 && params["act"] as? String == "tanh")
      #expect((try show(command, 1)["userAttributes"] as? [String: Any])?["from"] as? String == "paper")
      for (json, message) in [
        (#"{"lrr": 1}"#, "did you mean 'lr'?"), (#"{"act": "rélu"}"#, "none of the choices"),
        (#"{"lr": "x"}"#, "is not a number"), ("[1]", "expected an object"), ("{", "--params: not valid JSON"),
        (#"{"lr": [1]}"#, "not a number, a text"),
      ] {
        let result = try command.hpo("enqueue", "--study", "tune", "--params", json)
        #expect(result.status != 0 && result.errors.contains(message), "\(json): \(result.errors)")
      }
      let outside = try command.hpo("enqueue", "--study", "tune", "--params", #"{"lr": 7}"#)
      #expect(outside.status == 0 && outside.errors.contains("lies outside of its range"))
    }
  }

  @Test("a trial that a living run has is left to it")
  func elsewhere() throws {
    try Command.inFolder { command in
      let running = try command.start(
        "hpo",
        [
          "optimize", "--study", "tune", "--trials", "1", "--float", "x=0..1", "--", "sh", "-c",
          "echo ready > ready; sleep 1000",
        ])
      let ready = command.folder.appendingPathComponent("ready").path
      while !FileManager.default.fileExists(atPath: ready), running.process.isRunning { usleep(2000) }
      let result = try command.hpo("tell", "--study", "tune", "--trial", "0", "--value", "1")
      #expect(
        result.status == 1 && result.errors.contains("trial 0 is run by process \(running.process.processIdentifier)"))
      running.send(SIGINT)
      #expect(try running.wait().status == 130)
    }
  }
}
