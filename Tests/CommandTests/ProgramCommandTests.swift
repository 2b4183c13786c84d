import Foundation
import TestSupport
import Testing

@Suite("Programs as objectives, from the command line", .timeLimit(.minutes(20)), .on(.commands))
struct ProgramCommandTests {
  /// Arguments of a search of one parameter by a script of the shell.
  private func search(_ script: String, trials: Int, _ options: String...) -> [String] {
    search(script, trials: trials, options)
  }

  private func search(_ script: String, trials: Int, _ options: [String]) -> [String] {
    ["optimize", "--study", "tune", "--trials", "\(trials)", "--float", "x=0..1"] + options + [
      "--", "sh", "-c", script,
    ]
  }

  private func trials(_ command: Command) throws -> [[String: Any]] {
    try #require(try command.json("trials", "--study", "tune") as? [[String: Any]])
  }

  private func run(_ command: Command, _ arguments: [String]) throws -> Command.Result {
    try command.start("hpo", arguments).wait()
  }

  @Test("a command is searched, and the study goes on without being told it again, from any folder")
  func searching() throws {
    try Command.inFolder { command in
      try command.write("echo '{\"value\": '$1'}'\n", to: "train.sh")
      let first = try run(
        command,
        [
          "optimize", "--study", "tune", "--trials", "5", "--direction", "maximize", "--float", "x=1e-5..1,log",
          "--int",
          "n=2..8,step=2", "--choice", "act=relu,tanh", "--seed", "3", "--", "sh", "train.sh", "{x}", "{act}", "{n}",
        ])
      #expect(first.status == 0, "\(first.errors)")
      try FileManager.default.createDirectory(
        at: command.folder.appendingPathComponent("other"), withIntermediateDirectories: false)
      let shell = Process()
      shell.executableURL = Command.products.appendingPathComponent("hpo")
      shell.arguments = ["optimize", "--study", "tune", "--trials", "8", "--storage", "../hpo.db"]
      shell.currentDirectoryURL = command.folder.appendingPathComponent("other")
      try shell.run()
      shell.waitUntilExit()
      #expect(shell.terminationStatus == 0)
      let all = try trials(command)
      #expect(all.count == 8 && all.allSatisfy { $0["state"] as? String == "COMPLETE" })
      for trial in all {
        let parameters = try #require(trial["params"] as? [String: Any])
        let values = try #require(trial["values"] as? [String: Any])
        #expect(values["value"] as? Double == parameters["x"] as? Double)
        #expect([2, 4, 6, 8].contains(parameters["n"] as? Int))
      }
      let show = try command.succeed("study", "show", "--study", "tune", "--configuration")
      #expect(show.contains(#"command: ["sh", "train.sh", "{x}", "{act}", "{n}"]"#))
    }
  }

  @Test("another command or space is told, and one that contradicts the trials is refused")
  func changes() throws {
    try Command.inFolder { command in
      let first = search("echo '{\"value\": {x}}'", trials: 2)
      #expect(try run(command, first).status == 0)
      let same = try run(command, first)
      #expect(same.status == 0 && !same.errors.contains("note:"))
      let other = try run(command, search("echo '{\"value\": 3}'", trials: 3))
      #expect(other.status == 0 && other.errors.contains("another"), "\(other.errors)")
      #expect(try (trials(command).last?["values"] as? [String: Any])?["value"] as? Int == 3)
      let contradiction = try run(
        command,
        ["optimize", "--study", "tune", "--trials", "9", "--int", "x=0..1", "--", "true"])
      #expect(contradiction.status != 0 && contradiction.errors.contains("is of kind float in this study"))
      #expect(try trials(command).count == 3)
    }
  }

  @Test("mistakes are told before the study is touched")
  func mistakes() throws {
    try Command.inFolder { command in
      let cases: [([String], String)] = [
        (
          ["optimize", "--study", "t", "--trials", "1", "--float", "rate=0..1", "--", "echo", "{rat}"],
          "did you mean {rate}?"
        ),
        (["optimize", "--study", "t", "--trials", "1", "--float", "x=0..1"], "put a command behind '--'"),
        (["optimize", "--study", "t", "--trials", "1", "--float", "x=1..0", "--", "true"], "empty range"),
        (["optimize", "--study", "t", "--trials", "1", "--float", "x=0..1", "--", "no-such-program"], "no program"),
        (["optimize", "--trials", "1", "--float", "x=0..1", "--", "true"], "--study NAME is needed"),
        (search("true", trials: 1, "--trial-memory", "lots"), "--trial-memory"),
        (search("true", trials: 1, "--trial-timeout", "-3"), "--trial-timeout"),
      ]
      for (arguments, message) in cases {
        let result = try run(command, arguments)
        #expect(result.status != 0 && result.errors.contains(message), "\(arguments): \(result.errors)")
      }
      #expect(try command.succeed("study", "list").hasPrefix("no studies yet"))
    }
  }

  @Test("Ctrl-C ends the program at once with status 130, and the same command runs the trial again")
  func interruption() throws {
    try Command.inFolder { command in
      let script = """
        echo $$ > process; test -e second && echo '{"value": {x}}' && exit; touch second; echo ready > ready; sleep 1000
        """
      let stops = ["--timeout", "90m", "--until", "value < -1", "--stagnation", "30"]
      let running = try command.start("hpo", search(script, trials: 1, stops))
      let ready = command.folder.appendingPathComponent("ready").path
      while !FileManager.default.fileExists(atPath: ready), running.process.isRunning { usleep(2000) }
      let program = try #require(try process(command, "process"))
      running.send(SIGINT)
      let result = try running.wait()
      #expect(result.status == 130, "\(result.errors)")
      #expect(result.errors.contains("trial 0 will run again with the same parameters"))
      #expect(
        result.errors.contains(
          "go on with: hpo optimize --study tune --trials 1 --timeout 90m --until 'value < -1' --stagnation 30\n"),
        "\(result.errors)")
      #expect(!isRunning(program))
      #expect(try trials(command).first?["state"] as? String == "WAITING")
      #expect(try run(command, ["optimize", "--study", "tune", "--trials", "1"]).status == 0)
      #expect(try trials(command).map { $0["state"] as? String } == ["COMPLETE"])
    }
  }

  @Test("when hpo itself is killed, its programs and what they started are ended, and no trial is lost")
  func kill() throws {
    try Command.inFolder { command in
      let script = """
        test -e second && echo '{"value": {x}}' && exit; touch second
        sleep 1000 & echo $! > child; echo $$ > process; trap '' TERM; echo ready > ready; while :; do sleep 0.05; done
        """
      let running = try command.start("hpo", search(script, trials: 1))
      let ready = command.folder.appendingPathComponent("ready").path
      while !FileManager.default.fileExists(atPath: ready), running.process.isRunning { usleep(2000) }
      let programs = try ["process", "child"].map { try #require(try process(command, $0)) }
      running.send(SIGKILL)
      #expect(try running.wait().status == -9)
      for program in programs {
        while isRunning(program) { usleep(2000) }
      }
      #expect(try run(command, ["optimize", "--study", "tune", "--trials", "1"]).status == 0)
      #expect(try trials(command).map { $0["state"] as? String } == ["COMPLETE"])
    }
  }

  @Test("after hpo was killed, a trial runs again only when its old program has ended, whatever process groups it made")
  func killedFolder() throws {
    try Command.inFolder { command in
      // Two programs in one folder would meet in `alive`.
      let script = """
        mkdir "$HPO_TRIAL_DIR/alive" 2> /dev/null || echo overlap >> overlap
        test -e second && rmdir "$HPO_TRIAL_DIR/alive" && echo '{"value": {x}}' && exit
        touch second; exec 2> /dev/null; set -m
        (trap 'sleep 0.5; rmdir "$HPO_TRIAL_DIR/alive"; exit' TERM; echo ready > ready; while :; do sleep 0.01; done) &
        wait
        """
      var arguments = search(script, trials: 1)
      let shell = try #require(arguments.lastIndex(of: "sh"))
      arguments[shell] = "bash"
      let running = try command.start("hpo", arguments)
      let ready = command.folder.appendingPathComponent("ready").path
      while !FileManager.default.fileExists(atPath: ready), running.process.isRunning { usleep(2000) }
      running.send(SIGKILL)
      #expect(try running.wait().status == -9)
      #expect(try run(command, ["optimize", "--study", "tune", "--trials", "1"]).status == 0)
      #expect(try trials(command).map { $0["state"] as? String } == ["COMPLETE"])
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("overlap").path))
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("hpo.db.trials").path))
    }
  }

  @Test("after hpo was killed, a worker's trial runs again only when the old worker has ended")
  func killedWorker() throws {
    try Command.inFolder { command in
      // The second trial of the first worker hangs; two that evaluate it would meet in `alive`.
      try command.write(
        """
        while read -r line; do
          case $line in *'"stop"'*) exit ;; esac
          mkdir alive 2> /dev/null || echo overlap >> overlap
          if ! test -e first; then touch first
          elif ! test -e second; then
            touch second
            # What the shell says of its children would end it by SIGPIPE.
            exec 2> /dev/null
            trap 'sleep 0.5; rmdir alive; exit' TERM
            echo ready > ready
            while :; do sleep 0.01; done
          fi
          rmdir alive
          echo '{"type": "result", "value": 1}'
        done
        """, to: "worker.sh")
      let arguments = [
        "optimize", "--study", "tune", "--trials", "2", "--worker", "--float", "x=0..1", "--", "bash", "worker.sh",
      ]
      let running = try command.start("hpo", arguments)
      let ready = command.folder.appendingPathComponent("ready").path
      while !FileManager.default.fileExists(atPath: ready), running.process.isRunning { usleep(2000) }
      running.send(SIGKILL)
      #expect(try running.wait().status == -9)
      #expect(try run(command, ["optimize", "--study", "tune", "--trials", "2"]).status == 0)
      #expect(try trials(command).map { $0["state"] as? String } == ["COMPLETE", "COMPLETE"])
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("overlap").path))
      #expect(!FileManager.default.fileExists(atPath: command.folder.appendingPathComponent("hpo.db.trials").path))
    }
  }

  @Test("a trial is shown with its log, for people and for programs")
  func show() throws {
    try Command.inFolder { command in
      let script = """
        echo "loading data"; printf '\\033[31mred\\033[0m\\n'; echo '{"step": 1, "value": 0.5}'; echo '{"step": 2, "value": NaN}'
        echo '{"value": {x}, "attributes": {"note": "fine"}, "constraints": {"size": -1}}'
        """
      #expect(try run(command, search(script, trials: 1)).status == 0)
      let text = try command.succeed("trials", "show", "0", "--study", "tune")
      for part in [
        "0 of 'tune'", "COMPLETE", "  x  ", "constraint size", "note  ", "reports", "log\nloading data\nred\n",
      ] {
        #expect(text.contains(part), "\(text)")
      }
      #expect(!text.contains("\u{1B}"))
      let json = try #require(try command.json("trials", "show", "0", "--study", "tune") as? [String: Any])
      #expect(json["log"] as? String == "loading data\n\u{1B}[31mred\u{1B}[0m\n")
      let reports = try #require(json["reports"] as? [[String: Any]])
      #expect(reports.map { $0["step"] as? Int } == [1, 2] && reports[1]["value"] as? String == "NaN")
      #expect((json["constraints"] as? [String: Any])?["size"] as? Int == -1 && json["owner"] is NSNull)
      let raw = try command.succeed("trials", "show", "0", "--study", "tune", "--log")
      #expect(raw.hasPrefix("loading data\n\u{1B}[31m"))
      let unknown = try command.hpo("trials", "show", "7", "--study", "tune")
      #expect(unknown.status == 1 && unknown.errors.contains("there is no trial 7; the study has only trial 0"))
      // The list is as it was.
      #expect(try command.succeed("trials", "--study", "tune", "--sort", "value").contains("COMPLETE"))
    }
  }

  @Test("a worker is kept with the study like a command, and a study file says the same")
  func workers() throws {
    try Command.inFolder { command in
      try command.write(
        """
        while read -r line; do
          case $line in *'"stop"'*) exit ;; *) echo '{"type": "result", "value": 1, "attributes": {"pid": '$$'}}' ;; esac
        done
        """, to: "worker.sh")
      let arguments = [
        "optimize", "--study", "tune", "--trials", "6", "--worker", "--float", "x=0..1", "--", "sh", "worker.sh",
      ]
      let result = try run(command, arguments)
      #expect(result.status == 0, "\(result.errors)")
      try command.write(
        """
        study: filed
        directions: [minimize]
        objective: {command: [sh, worker.sh], worker: true, trialTimeout: 1m, metric: loss}
        space: {x: {float: 0..1}}
        trials: 4
        """, to: "study.yaml")
      try command.succeed("optimize", "--config", "study.yaml", "--jobs", "2")
      for study in ["tune", "filed"] {
        let all = try #require(try command.json("trials", "--study", study) as? [[String: Any]])
        let processes = all.compactMap { ($0["userAttributes"] as? [String: Any])?["pid"] as? Int }
        #expect(processes.count == all.count && Set(processes).count <= 2)
      }
      let values =
        try #require(try command.json("best", "--study", "filed") as? [String: Any])["values"] as? [String: Any]
      #expect(values?["loss"] as? Int == 1)
    }
  }

  private func process(_ command: Command, _ name: String) throws -> pid_t? {
    let text = try String(contentsOf: command.folder.appendingPathComponent(name), encoding: .utf8)
    return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Whether a process is there that has not ended.
  private func isRunning(_ process: pid_t) -> Bool {
    guard Foundation.kill(process, 0) == 0 else { return false }
    guard let stat = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return true }
    return stat.split(separator: ")").last?.split(separator: " ").first != "Z"
  }
}
